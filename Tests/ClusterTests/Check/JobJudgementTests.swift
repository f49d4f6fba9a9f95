// Faults of ranks and hosts, planted in their reports: each is named with its ranks and hosts.

import Cluster
import Testing

/// Reports of ranks that are as they should be.
private func soundReports(_ hosts: [String] = ["a", "a", "b", "b"]) -> [RankReport?] {
    hosts.enumerated().map { rank, host in
        var report = RankReport(rank: rank, host: host)
        report.program.version = "1.0.0"
        report.program.checksum = "00ff"
        report.program.mpiLibrary = "Open MPI v4.1.4"
        report.processor.name = "AMD EPYC"
        report.processor.features = ["avx2", "fma", "avx512f", "avx512_bf16"]
        // Best times of one kind differ a little.
        report.processor.gigaflops = 200 + Double(rank)
        report.placement.coreList = "0-7"
        report.placement.usableCores = 8
        report.placement.hostCores = 8
        report.placement.threads = 4
        report.placement.localRanks = 2
        report.placement.slots = hosts.count
        report.memory.available = 16 << 30
        report.network.interfaces = ["eth0"]
        report.files = [
            FileFact(key: "train_file", path: "train.jsonl", byteCount: 100, checksum: "11"),
            FileFact(key: "model_name_or_path", path: "m/tokenizer.json", byteCount: 50, checksum: "22"),
            FileFact(key: "model_name_or_path", path: "m/model.safetensors", byteCount: 9, checksum: "33"),
        ]
        return report
    }
}

/// A fault with what has to be said of it.
struct PlantedFault: Sendable, CustomTestStringConvertible {
    let name: String
    let severity: Finding.Severity
    let words: [String]
    let ranks: [Int]
    let plant: @Sendable (inout [RankReport?]) -> Void
    var testDescription: String { name }

    init(
        _ name: String, _ severity: Finding.Severity, _ words: [String], ranks: [Int],
        _ plant: @escaping @Sendable (inout [RankReport?]) -> Void
    ) {
        (self.name, self.severity, self.words, self.ranks, self.plant) = (name, severity, words, ranks, plant)
    }

    static let all: [PlantedFault] = programs + files + hosts

    private static let programs = [
        PlantedFault("a rank that does not answer", .error, ["rank 3", "did not answer"], ranks: [3]) {
            $0[3] = nil
        },
        PlantedFault("another binary", .error, ["ranks 2, 3 on b", "another binary"], ranks: [2, 3]) {
            for rank in 2...3 { $0[rank]?.program.checksum = "ee" }
        },
        PlantedFault("another version", .error, ["rank 1 on a", "0.9.0", "1.0.0"], ranks: [1]) {
            $0[1]?.program.version = "0.9.0"
        },
        PlantedFault("another MPI library", .warning, ["ranks 2, 3 on b", "v4.0.1"], ranks: [2, 3]) {
            for rank in 2...3 { $0[rank]?.program.mpiLibrary = "Open MPI v4.0.1" }
        },
        PlantedFault("a file server that hangs", .error, ["rank 2 on b", "files: no answer"], ranks: [2]) {
            $0[2]?.failures = [ProbeFailure(probe: "files", reason: "no answer within 8 s")]
            $0[2]?.files = []
        },
    ]

    private static let files = [
        PlantedFault(
            "an unreadable path on one rank", .error,
            ["rank 3 on b", "train_file train.jsonl", "No such file"], ranks: [3]
        ) {
            $0[3]?.files[0] = FileFact(
                key: "train_file", path: "train.jsonl", problem: "No such file or directory")
        },
        PlantedFault("another tokenizer", .error, ["ranks 2, 3 on b", "tokenizer.json"], ranks: [2, 3]) {
            for rank in 2...3 { $0[rank]?.files[1].checksum = "99" }
        },
        PlantedFault("other rows", .error, ["rank 1 on a", "train.jsonl", "another file"], ranks: [1]) {
            $0[1]?.files[0].byteCount = 90
        },
        PlantedFault("other weights", .warning, ["rank 1 on a", "Rank 0's are used"], ranks: [1]) {
            $0[1]?.files[2].checksum = "44"
        },
        PlantedFault("a file that a folder lacks", .error, ["rank 2 on b", "is not there"], ranks: [2]) {
            $0[2]?.files.remove(at: 1)
        },
    ]

    private static let hosts = [
        PlantedFault(
            "a processor without AVX-512", .warning, ["ranks 2, 3 on b", "lacks avx512f", "Xeon E5"],
            ranks: [2, 3]
        ) {
            for rank in 2...3 {
                $0[rank]?.processor.features = ["avx2", "fma"]
                $0[rank]?.processor.name = "Xeon E5"
            }
        },
        PlantedFault(
            "bf16 on a processor without it", .warning, ["bf16", "ranks 2, 3 on b", "fp32"], ranks: [2, 3]
        ) {
            for rank in 2...3 { $0[rank]?.processor.features = ["avx2", "fma"] }
        },
        PlantedFault("a slow rank", .warning, ["rank 1 on a", "slow, 40%"], ranks: [1]) {
            $0[1]?.processor.gigaflops = 81
        },
        PlantedFault(
            "more threads than cores", .warning, ["b: 2 ranks with 16 threads", "8 cores"], ranks: [2, 3]
        ) {
            for rank in 2...3 { $0[rank]?.placement.threads = 8 }
        },
        PlantedFault("fewer slots than ranks", .warning, ["4 ranks for 2 slots"], ranks: []) {
            for rank in 0..<4 { $0[rank]?.placement.slots = 2 }
        },
        PlantedFault(
            "two ranks bound to one core", .warning, ["ranks 0, 1 on a", "same 1 core (0)"], ranks: [0, 1]
        ) {
            for rank in 0...1 {
                $0[rank]?.placement.coreList = "0"
                $0[rank]?.placement.usableCores = 1
                $0[rank]?.placement.threads = 1
            }
        },
        PlantedFault("bound to few cores", .warning, ["b: bound to 2 cores of 8"], ranks: [2, 3]) {
            for rank in 2...3 {
                $0[rank]?.placement.coreList = "\(rank)"
                $0[rank]?.placement.usableCores = 1
                $0[rank]?.placement.threads = 1
            }
        },
        PlantedFault(
            "OMP_NUM_THREADS beyond the binding", .warning, ["rank 0 on a", "OMP_NUM_THREADS is 16"],
            ranks: [0]
        ) { $0[0]?.placement.requestedThreads = 16 },
        PlantedFault("an interface that is not up", .error, ["ranks 2, 3 on b", "ib0"], ranks: [2, 3]) {
            for rank in 0..<4 { $0[rank]?.network.chosenInterfaces = "ib0" }
            for rank in 0..<2 { $0[rank]?.network.interfaces = ["eth0", "ib0"] }
        },
        PlantedFault(
            "several interfaces and none chosen", .note, ["docker0", "none is chosen"], ranks: [0, 1, 2, 3]
        ) { for rank in 0..<4 { $0[rank]?.network.interfaces = ["docker0", "eth0"] } },
    ]
}

@Suite struct JobJudgementTests {
    @Test("ranks that are as they should be raise no alarm", arguments: [1, 2, 4, 64])
    func sound(ranks: Int) {
        let hosts = (0..<ranks).map { "h\($0 / 2)" }
        #expect(JobJudgement(soundReports(hosts), wantsBF16: true).findings == [])
    }

    @Test("each planted fault is named with its ranks and hosts", arguments: PlantedFault.all)
    func planted(fault: PlantedFault) {
        var reports = soundReports()
        fault.plant(&reports)
        let findings = JobJudgement(reports, wantsBF16: true).findings
        let fitting = findings.filter { finding in
            finding.severity == fault.severity && finding.ranks == fault.ranks
                && fault.words.allSatisfy { finding.text.contains($0) }
        }
        #expect(fitting.count == 1, "\(findings.map(\.text))")
    }

    @Test("a path that no rank can read is said once, for all")
    func everywhere() {
        var reports = soundReports()
        for rank in 0..<4 {
            reports[rank]?.files[0] = FileFact(
                key: "train_file", path: "t.jsonl", problem: "Permission denied")
        }
        let findings = JobJudgement(reports, wantsBF16: false).findings
        #expect(findings.count == 1 && findings[0].ranks == [])
        #expect(findings[0].text.contains("Permission denied") && findings[0].severity == .error)
    }

    @Test("many ranks are said in runs, and hosts beyond the fourth are counted")
    func places() {
        let places = RankPlaces(hosts: (0..<64).map { "h\($0 / 8)" })
        #expect(places.words([5]) == "rank 5 on h0")
        #expect(places.words([0, 1, 2, 3, 6]) == "ranks 0–3, 6 on h0")
        #expect(places.words([7, 8]) == "rank 7 on h0 and rank 8 on h1")
        #expect(places.words(Array(0..<64)).hasSuffix("ranks 24–31 on h3 and those on 4 other hosts"))
    }

    @Test("a report is the same after its way to rank 0, and other bytes are refused")
    func travel() throws {
        let report = try #require(soundReports()[2])
        #expect(try RankReport(bytes: report.bytes) == report)
        #expect(throws: (any Error).self) { try RankReport(bytes: [1, 2, 3]) }
    }

    @Test("the worst stands first")
    func order() {
        let findings = [
            Finding(.note, .data, "c"), Finding(.error, .output, "b"), Finding(.error, .files, "a"),
            Finding(.warning, .launch, "d"),
        ].worstFirst
        #expect(findings.map(\.text) == ["a", "b", "d", "c"])
    }
}
