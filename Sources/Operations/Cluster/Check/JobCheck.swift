// The whole check of a run on all ranks: each reports, rank 0 judges, and nothing waits for ever.

package import Arguments
package import DataParallel
internal import Foundation
internal import Phrases
internal import Synchronization

/// Checks a run before it costs anything.
package struct JobCheck: Sendable {
    private let run: RunArguments
    private let group: any ProcessGroup
    private let probes: RankProbes
    /// Seconds in which all ranks must have reported, the data be looked at, and everything be done.
    package var answerSeconds = 15.0
    package var dataSeconds = 25.0
    package var limitSeconds = 55.0
    package var scanLimits = ScanLimits()
    /// Tells the time of day in seconds.
    package var clock: @Sendable () -> Double = { Date().timeIntervalSince1970 }

    package init(_ run: RunArguments, group: any ProcessGroup, probes: RankProbes) {
        (self.run, self.group, self.probes) = (run, group, probes)
    }

    /// The paths that ranks compare, each with its recipe key.
    package static func paths(of run: RunArguments) -> [(key: String, path: String)] {
        var paths: [(key: String, path: String)] = []
        let model = run.model
        if let pair = model.pair {
            paths += [
                ("encoder_model_name_or_path", pair.encoder), ("decoder_model_name_or_path", pair.decoder),
            ]
        } else {
            paths.append((model.startsUntrained ? "config_name" : "model_name_or_path", model.directory))
        }
        return paths + run.data.trainFiles.map { ("train_file", $0) }
            + run.data.validationFiles.map { ("validation_file", $0) }
    }

    /// Rank 0's result; nil on the other ranks. Collective.
    ///
    /// - Parameter onStall: called on rank 0 by another thread, with what is known, when the time is over; it
    ///   ends the job.
    package func result(onStall: @escaping @Sendable (CheckResult) -> Void) throws -> CheckResult? {
        let start = ContinuousClock.now
        let progress = CheckProgress()
        if group.rank == 0 { progress.watch(seconds: limitSeconds, onStall) }
        defer { progress.end() }
        let own = probes.report(rank: group.rank, hostName: group.hostName)
        let left = answerSeconds - (ContinuousClock.now - start) / .seconds(1)
        let answer = try group.ask(own.bytes, within: max(2, left)) { answers in
            judge(answers, progress) ? [1] : [0]
        }
        guard answer == [1] else { return finished(progress, start, isComplete: false) }
        progress.stage = "measuring clocks and network"
        let measurement = try JobMeasurement.run(group, clock: clock)
        guard group.rank == 0 else { return nil }
        progress.update { result in
            result.measurement = measurement
            result.findings +=
                MeasurementJudgement(
                    measurement, hosts: result.reports.map { $0?.host ?? "" },
                    gradientBytes: result.data?.model.map { $0.trainedCount * 4 }
                ).findings
        }
        return finished(progress, start, isComplete: true)
    }

    private func finished(
        _ progress: CheckProgress, _ start: ContinuousClock.Instant, isComplete: Bool
    ) -> CheckResult? {
        guard group.rank == 0 else { return nil }
        var result = progress.result
        result.isComplete = isComplete
        result.seconds = (ContinuousClock.now - start) / .seconds(1)
        result.findings = result.findings.worstFirst
        return result
    }

    // MARK: Rank 0

    /// Judges reports, data and output; whether all ranks have answered.
    private func judge(_ answers: [[UInt8]?], _ progress: CheckProgress) -> Bool {
        var reports: [RankReport?] = []
        for (rank, bytes) in answers.enumerated() {
            do {
                reports.append(try bytes.map { try RankReport(bytes: $0) })
            } catch {
                reports.append(RankReport(rank: rank, host: "an unknown host"))
                progress.update {
                    $0.findings.append(
                        Finding(
                            .error, .program,
                            "rank \(rank) answered as another version of the program does: put the same one on "
                                + "all hosts", ranks: [rank]))
                }
            }
        }
        let judgement = JobJudgement(reports, wantsBF16: run.training.bf16)
        progress.update {
            $0.reports = reports
            $0.findings += judgement.findings
        }
        progress.stage = "looking at rows and model"
        look(reports.compactMap(\.self), ranks: answers.count, progress)
        return !answers.contains(nil)
    }

    private func look(_ reports: [RankReport], ranks: Int, _ progress: CheckProgress) {
        let shape = JobShape(
            ranks: ranks, hosts: max(1, Set(reports.map(\.host)).count), threads: probes.threads)
        let (run, host, limits) = (run, group.hostName, scanLimits)
        let output = BoundedWork.run("output_dir", seconds: min(10, dataSeconds)) {
            OutputCheck(run, host: host).findings
        }
        progress.update { $0.findings += output.orFailure(.output) }
        let data = BoundedWork.run("data and model", seconds: dataSeconds) {
            var check = DataCheck(run, shape: shape)
            check.limits = limits
            return check.outcome()
        }
        switch data {
        case .failure(let failure): progress.update { $0.findings.append(failure.finding(.data)) }
        case .success(let outcome):
            progress.update {
                $0.data = outcome
                $0.findings += outcome.findings
            }
            guard let model = outcome.model else { return }
            let room = BoundedWork.run("free space", seconds: 5) { OutputCheck(run, host: host).room(model) }
            progress.update {
                $0.findings += room.orFailure(.output)
                $0.findings +=
                    MemoryJudgement(
                        model.memory, reports: reports, countsActivations: model.activations != nil
                    ).findings
            }
        }
    }
}

extension ProbeFailure {
    /// That the look came to no result.
    fileprivate func finding(_ topic: Finding.Topic) -> Finding {
        Finding(.warning, topic, "the look at \(probe) came to no result: \(reason)")
    }
}

extension Result where Success == [Finding], Failure == ProbeFailure {
    /// The findings, or one that there are none.
    fileprivate func orFailure(_ topic: Finding.Topic) -> [Finding] {
        switch self {
        case .success(let findings): findings
        case .failure(let failure): [failure.finding(topic)]
        }
    }
}

/// What a check knows so far, for the thread that waits for its end.
private final class CheckProgress: Sendable {
    private let state = Mutex(State())

    private struct State {
        var result = CheckResult()
        var stage = "waiting for the reports of all ranks"
        var hasEnded = false
    }

    var result: CheckResult { state.withLock { $0.result } }

    var stage: String {
        get { state.withLock { $0.stage } }
        set { state.withLock { $0.stage = newValue } }
    }

    func update(_ body: (inout CheckResult) -> Void) { state.withLock { body(&$0.result) } }

    func end() { state.withLock { $0.hasEnded = true } }

    /// Calls `onStall` after so many seconds, unless the check has ended by then.
    func watch(seconds: Double, _ onStall: @escaping @Sendable (CheckResult) -> Void) {
        Thread.detachNewThread { [self] in
            Thread.sleep(forTimeInterval: seconds)
            let (hasEnded, stage) = state.withLock { ($0.hasEnded, $0.stage) }
            guard !hasEnded else { return }
            var result = self.result
            let hosts = Set(result.reports.compactMap { $0?.host }).sorted()
            result.findings.append(
                Finding(
                    .error, .launch,
                    "no end after \(Int(seconds)) s of \(stage)\(hosts.isEmpty ? "" : ", on \(hosts.listed())"): a "
                        + "rank or a file system does not answer any more"))
            result.findings = result.findings.worstFirst
            result.seconds = seconds
            onStall(result)
        }
    }
}
