// The whole check on ranks that are threads, on a run whose files hang and one whose files are there.

import Arguments
import Cluster
import DataParallel
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct JobCheckTests {
    private func probes(_ run: RunArguments, seconds: Double) -> RankProbes {
        var probes = RankProbes(
            version: "1.0.0", mpiLibrary: "none", threads: 1, paths: JobCheck.paths(of: run))
        probes.seconds = seconds
        probes.speed = nil
        return probes
    }

    /// Rank 0's result of a check on so many ranks.
    private func result(_ run: RunArguments, ranks: Int, seconds: Double) throws -> CheckResult {
        let found = Mutex<CheckResult?>(nil)
        let probes = probes(run, seconds: seconds)
        try ThreadProcessGroup.run(size: ranks) { group in
            var check = JobCheck(run, group: group, probes: probes)
            check.dataSeconds = seconds
            let result = try check.result { _ in Issue.record("the check did not end") }
            if let result { found.withLock { $0 = result } }
        }
        return try #require(found.withLock { $0 })
    }

    @Test("a file that hangs is named with all its ranks, and the check ends")
    func hangingFile() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path + "/train.jsonl"
        try #require(try MPIRun.run(["mkfifo", pipe], timeoutSeconds: 20).status == 0)
        var run = RunArguments()
        run.model.modelNameOrPath = folder.path
        run.model.outputDir = folder.path + "/run"
        run.data.trainFiles = [pipe]
        let start = ContinuousClock.now
        let result = try result(run, ranks: 3, seconds: 1)
        #expect(ContinuousClock.now - start < .seconds(20))
        let texts = result.findings.map(\.text)
        #expect(texts.contains { $0.contains("ranks 0–2") && $0.contains("files: no answer") }, "\(texts)")
        #expect(result.isComplete && result.hasErrors)
        // Lets the threads go that wait for a writer.
        _ = try FileHandle(forUpdating: URL(fileURLWithPath: pipe))
    }

    @Test("every rank reports, and what only one can say is said once")
    func ranks() throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"text\": \"a\", \"label\": \"b\"}\n", to: "train.jsonl")
        var run = RunArguments()
        run.model.modelNameOrPath = folder.path + "/model"
        run.model.outputDir = folder.path + "/run"
        run.data.trainFiles = [folder.path + "/train.jsonl"]
        let result = try result(run, ranks: 2, seconds: 10)
        #expect(result.reports.compactMap { $0?.rank } == [0, 1])
        let missing = result.findings.filter { $0.topic == .files }
        #expect(missing.count == 1 && missing[0].ranks == [])
        #expect(missing.first?.text.contains("model_name_or_path") == true)
        #expect(result.measurement?.clocks.count == 2)
        let screen = CheckScreen(result, width: 100, inColor: false).text
        #expect(screen.hasPrefix("\(result.count(.error)) error"))
        #expect(screen.contains("2 ranks on 1 host"))
    }
}
