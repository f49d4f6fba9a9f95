// `check` from configuration to a screen: what this rank finds, and what rank 0 says of all.

internal import Arguments
internal import Cluster
package import Configuration
internal import DataParallel
internal import Files
internal import Foundation
internal import JSON
internal import MPI
internal import Machine
internal import Synchronization
internal import Training

/// One check on one rank.
package struct CheckJob {
    private let configuration: RunConfiguration
    private let group: any ProcessGroup
    private let printsJSON: Bool

    /// Exit code of a check that has found errors.
    package static let failureCode: Int32 = 1
    /// Seconds in which all ranks must have joined the job, and in which the check ends.
    private static let joinSeconds = 20.0
    private static let limitSeconds = 57.0

    /// Joins the job and checks the run of `configuration` on all ranks. Returns false, or ends the job with
    /// a code other than zero, when there are errors.
    package static func run(
        printsJSON: Bool, configuration: () throws -> RunConfiguration
    ) throws -> Bool {
        if refusesLaunch(printsJSON: printsJSON) { return false }
        let start = ContinuousClock.now
        let joining = JoinWatch(seconds: joinSeconds) { result in
            show(result, printsJSON: printsJSON)
            exit(failureCode)
        }
        try RankWork.run { group in
            joining.end()
            let left = limitSeconds - (ContinuousClock.now - start) / .seconds(1)
            try CheckJob(configuration: configuration(), group: group, printsJSON: printsJSON)
                .run(seconds: left)
        }
        return true
    }

    /// Checks the run within so many seconds and prints what was found. Ends the job with a code other than
    /// zero when there are errors. Collective.
    private func run(seconds: Double) throws {
        let plan = ThreadPlan.apply(requested: configuration.training.threadsPerRank)
        let probes = RankProbes(
            version: Version.current, mpiLibrary: MPIEnvironment.libraryVersion, threads: plan.threadCount,
            paths: JobCheck.paths(of: configuration))
        var check = JobCheck(configuration, group: group, probes: probes)
        check.limitSeconds = seconds
        let (printsJSON, group) = (printsJSON, group)
        let result = try check.result { result in
            Self.show(result, printsJSON: printsJSON)
            group.abort(code: Self.failureCode)
        }
        guard var result else { return }
        result.findings += configuration.notes.map { Finding(.note, .model, $0) }
        result.findings = result.findings.worstFirst
        Self.show(result, printsJSON: printsJSON)
        if result.hasErrors { group.abort(code: Self.failureCode) }
    }

    /// Says so, and returns true, when a launcher started processes that are no ranks of one job: then there
    /// is nothing else to look at.
    private static func refusesLaunch(printsJSON: Bool) -> Bool {
        let judgement = LaunchJudgement(
            .current, library: MPIEnvironment.libraryVersion, ancestors: HostFacts.current.ancestorNames)
        var result = CheckResult()
        result.findings = judgement.findings
        guard result.hasErrors else { return false }
        if judgement.isFirstRank { show(result, printsJSON: printsJSON) }
        return true
    }

    private static func show(_ result: CheckResult, printsJSON: Bool) {
        let text: String
        if printsJSON {
            text = result.json.text(.indented) + "\n"
        } else {
            let variables = ProcessVariables.current
            // mpirun gives ranks a terminal of its own, wherever their lines go in the end.
            let hasTerminal =
                LaunchVariables.current.isPresent
                ? variables.progressStyle == .bar : isatty(STDOUT_FILENO) == 1 && !variables.hasDumbTerminal
            text = CheckScreen(result, width: variables.columnCount ?? 110, inColor: hasTerminal).text
        }
        do { try StandardOutput.write(text) } catch { StandardError.write(text) }
    }
}

/// Tells rank 0 that other ranks do not join the job: MPI itself would wait for them for ever.
private final class JoinWatch: Sendable {
    private let hasEnded = Atomic<Bool>(false)

    init(seconds: Double, _ onStall: @escaping @Sendable (CheckResult) -> Void) {
        let launch = LaunchVariables.current
        guard launch.isPresent, launch.isFirstRank else { return }
        Thread.detachNewThread { [self] in
            Thread.sleep(forTimeInterval: seconds)
            guard !hasEnded.load(ordering: .acquiring) else { return }
            var result = CheckResult()
            result.seconds = seconds
            result.findings = [
                Finding(
                    .error, .launch,
                    "not all \(launch.size.map { "\($0) " } ?? "")ranks have joined the job after \(Int(seconds)) s: "
                        + "a host cannot be reached from another one, or a process is stopped")
            ]
            onStall(result)
        }
    }

    func end() { hasEnded.store(true, ordering: .releasing) }
}
