// `lockstep bench allreduce`: how fast the ranks of a job sum gradients, beside a plain copy of the same
// bytes.

import ArgumentParser
import DataParallel
import JSON
import Lockstep
import Reporting

/// All-reduce, its two halves, plain MPI and a copy, from 4 KiB to 512 MiB; prints one JSON object.
struct AllReduceBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allreduce", abstract: "Measures the all-reduce of gradients between ranks.",
        discussion: """
            Under mpirun: mpirun -np 2 lockstep bench allreduce. `copy_ratio` is the time of a plain copy of the same \
            bytes by all ranks at once over the time of the way.
            """)

    @Option(help: "Sizes in MiB, with commas; fractions are allowed.")
    var mebibytes = "0.00390625,0.0625,1,8,64,420,512"

    @Option(help: "Repetitions a size, at least; the median counts.")
    var repetitions = 5

    @Option(
        name: .customLong("ddp_comm_dtype"), help: "Format of gradients between hosts, as the recipe key.")
    var communicationType = BenchType.fp32

    @Option(
        name: .customLong("ddp_bucket_cap_mb"),
        help: "Largest piece of a reduction in MiB, as the recipe key.")
    var bucketMebibytes = 25

    @Flag(name: .customLong("no-shared-memory"), help: "Treat each rank as if it were alone on its host.")
    var avoidsSharedMemory = false

    private var sizes: [Int] {
        get throws {
            try mebibytes.split(separator: ",").map { text in
                guard let size = Double(text), size >= 1.0 / 16_384, size <= 8_192 else {
                    throw ValidationError(
                        "--mebibytes: '\(text)' is no number of MiB from 0.0001 to 8192; example: 1,8,64")
                }
                return Int(size * 1_048_576) / 64 * 64
            }
        }
    }

    func validate() throws {
        guard try !sizes.isEmpty else { throw ValidationError("--mebibytes needs at least one size") }
        try BenchRange.check(repetitions, "repetitions", BenchRange.count)
        try BenchRange.check(bucketMebibytes, "ddp_bucket_cap_mb", BenchRange.count)
    }

    func run() throws {
        let sizes = try sizes
        try RankWork.run { group in
            let measurement = try AllReduceMeasurement(
                maximumBytes: sizes.max() ?? 64, group: group, wire: communicationType.wire,
                bucketMebibytes: Double(bucketMebibytes), repetitions: repetitions,
                sharesMemory: !avoidsSharedMemory)
            if group.rank == 0, let refusal = measurement.refusal { Messages.warn(refusal) }
            var figures: [AllReduceMeasurement.Bandwidth] = []
            for size in sizes { figures += try measurement.measure(bytes: size) }
            guard group.rank == 0 else { return }
            BenchReport.show([
                ("ranks", BenchReport.integer(group.size)),
                ("ranks_sharing_memory", BenchReport.integer(measurement.localRanks)),
                ("ddp_comm_dtype", .string(communicationType.rawValue)),
                ("ddp_bucket_cap_mb", BenchReport.integer(bucketMebibytes)),
                ("figures", .array(figures.map { Self.json($0) })),
            ])
        }
    }

    private static func json(_ figure: AllReduceMeasurement.Bandwidth) -> JSONValue {
        .object(
            JSONObject([
                ("way", .string(figure.way.rawValue)), ("bytes", BenchReport.integer(figure.bytes)),
                ("seconds", BenchReport.real(figure.seconds, 7)),
                ("bus_bandwidth_mb_per_second", BenchReport.real(figure.busBytesPerSecond / 1e6, 1)),
                ("copy_ratio", BenchReport.real(figure.copyRatio, 3)),
            ]))
    }
}
