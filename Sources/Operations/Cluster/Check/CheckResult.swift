// All that a check has found, as one value: for a screen, a program, or a test.

/// Findings with the figures behind them.
package struct CheckResult: Sendable {
    package var findings: [Finding] = []
    /// One a rank, in rank order; nil for those that did not answer.
    package var reports: [RankReport?] = []
    package var measurement: JobMeasurement?
    package var data: DataOutcome?
    /// Whether the ranks that answered wait for more of each other.
    package var isComplete = false
    package var seconds = 0.0

    package init() {}

    package var hasErrors: Bool { findings.contains { $0.severity == .error } }

    package func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }
}
