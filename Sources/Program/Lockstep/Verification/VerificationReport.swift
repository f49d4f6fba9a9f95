// What `verify-resume` shows: a line a run and a verdict, or one JSON object.

package import JSON
internal import Phrases
internal import Reporting

/// The outcome of a verification.
package struct VerificationReport {
    private let plan: VerificationPlan
    private let runs: [VerifiedRun]

    package init(_ plan: VerificationPlan, _ runs: [VerifiedRun]) {
        (self.plan, self.runs) = (plan, runs)
    }

    /// Runs that should have the bits of the first and have not: of a recipe that is not reproducible those
    /// on as many ranks alone.
    package var failures: [VerifiedRun] {
        guard let first = runs.first else { return [] }
        return runs.dropFirst().filter { run in
            !run.isEqual(to: first) && (plan.isReproducible || run.run.ranks == first.run.ranks)
        }
    }

    private func name(_ run: VerifiedRun) -> String {
        "\(run.run.ranks, "rank") \(run.run.isResumed ? "resumed at step \(plan.stop)" : "straight")"
    }

    private func verdict(_ run: VerifiedRun) -> String {
        guard let first = runs.first, run.run != first.run else { return "" }
        if run.isEqual(to: first) { return "equal" }
        guard let difference = run.largestDifference else { return "the optimiser's moments differ" }
        return "differs by at most \(NumberFormat.scientific(difference))"
    }

    /// One screen.
    package var text: String {
        let widest = runs.map { name($0).count }.max() ?? 0
        var lines = ["\(plan.stepCount) steps, reproducible: \(plan.isReproducible)"]
        for run in runs {
            let padding = String(repeating: " ", count: widest - name(run).count)
            lines.append(
                "  \(name(run))\(padding)  \(run.threads, "thread") each  \(run.weights)  "
                    + "\(NumberFormat.fixed(run.seconds, decimals: 1)) s  \(verdict(run))")
        }
        lines += plan.left.map { "  \($0.ranks, "rank"): left out, \($0.reason)" }
        lines.append(conclusion)
        return lines.map { $0.hasSuffix("  ") ? String($0.dropLast(2)) : $0 }.joined(separator: "\n")
    }

    private var conclusion: String {
        guard failures.isEmpty else {
            return "not verified: \(failures.map(name).joined(separator: ", "))"
                + " ended with other bits than \(runs.first.map(name) ?? "the first run")"
        }
        if plan.isReproducible {
            return "verified: all \(runs.count) runs ended with the same weights and moments, bit for bit"
        }
        let others = runs.contains { $0.run.ranks != runs.first?.run.ranks }
        return "verified: a resumed run ends with the bits of one that was not stopped"
            + (others ? "; on other numbers of ranks sums are rounded otherwise (reproducible: true)" : "")
    }

    /// The same as an object.
    package var json: JSONValue {
        [
            "verified": .bool(failures.isEmpty), "reproducible": .bool(plan.isReproducible),
            "steps": .integer(plan.stepCount), "runs": .array(runs.map(json(of:))),
            "left_out": .array(plan.left.map { Self.json(ofLeftOut: $0.ranks, $0.reason) }),
        ]
    }

    private func json(of run: VerifiedRun) -> JSONValue {
        let isEqual = runs.first.map { run.isEqual(to: $0) } ?? false
        return [
            "ranks": .integer(run.run.ranks), "threads_per_rank": .integer(run.threads),
            "resumed_from_step": run.run.isResumed ? .integer(plan.stop) : .null,
            RunLog.weightsField: .string(run.weights), "optimizer_xxh64": .string(run.moments),
            "equal": .bool(isEqual),
            "largest_difference": run.largestDifference.map { JSONValue.figure($0) } ?? .null,
            "seconds": .figure(run.seconds),
        ]
    }

    private static func json(ofLeftOut ranks: Int, _ reason: String) -> JSONValue {
        ["ranks": .integer(ranks), "reason": .string(reason)]
    }
}
