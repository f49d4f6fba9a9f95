// `lockstep bench step`: optimiser steps of a model of true size with random weights.

import ArgumentParser
import Arguments
import DataParallel
import Datasets
import Foundation
import JSON
import Kernels
import Lockstep
import Models
import Optimizers
import Reporting
import Tensors
import Training

/// Forward, backward, reduction, clipping and AdamW on random tokens; prints one JSON object.
struct StepBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Measures optimiser steps of a model with random weights.",
        discussion: "Alone or under mpirun: mpirun -np 2 lockstep bench step --model bert-base")

    @Option(help: "Model to build: \(BenchModel.names).")
    var model = BenchModel.standard

    @Option(help: "Number format of activations and products.")
    var dtype = BenchType.fp32

    @Option(help: "Sequences a rank and step.")
    var batch = 16

    @Option(help: "Tokens a sequence.")
    var seq = 128

    @Option(help: "Steps to measure, after two that are not counted; the median counts.")
    var steps = 5

    @Option(help: "Threads a rank, its cores when it is 0.")
    var threads = 0

    @Option(
        name: .customLong("ddp_comm_dtype"), help: "Format of gradients between hosts, as the recipe key.")
    var communicationType = BenchType.fp32

    @Option(name: .customLong("zero_stage"), help: "Optimiser whole (0) or by shards (1), as the recipe key.")
    var zeroStage: Int?

    @Option(
        name: .customLong("lora_r"),
        help: "Train low-rank adapters of this rank in place of the weights, as the recipe key; 0 for none.")
    var loraR = 0

    @Option(
        name: .customLong("lora_target_modules"),
        help: "Modules that get an adapter, with commas, as the recipe key.")
    var loraTargetModules = "all-linear"

    @Option(name: .customLong("lora_dropout"), help: "Dropout of the adapters' inputs, as the recipe key.")
    var loraDropout = 0.0

    @Flag(
        name: .customLong("compare-whole"),
        help: "Take usual steps of all weights in turn with those of adapters or shards, and tell the gain.")
    var comparesWhole = false

    @Option(
        name: .customLong("reproducible_shards"),
        help: "Cut the rows of all ranks into so many shards, as the recipe key; 0 for none.")
    var reproducibleShards = 0

    @Flag(
        name: .customLong("gradient-checkpointing"), help: "Compute activations again in the backward pass.")
    var recomputesActivations = false

    func validate() throws {
        try BenchRange.check(batch, "batch", BenchRange.count)
        try BenchRange.check(seq, "seq", 1...max(1, BenchRange.mostTokens / batch))
        try BenchRange.check(steps, "steps", BenchRange.count)
        try BenchRange.check(threads, "threads", BenchRange.threads)
        try BenchRange.check(loraR, "lora_r", 0...65_536)
        guard (0...1).contains(zeroStage ?? 0) else { throw ValidationError("--zero_stage is 0 or 1") }
        try BenchRange.check(reproducibleShards, "reproducible_shards", 0...4_096)
        guard loraR > 0 || reproducibleShards > 0 || !comparesWhole else {
            throw ValidationError("--compare-whole needs --lora_r or --reproducible_shards")
        }
        guard (0..<1).contains(loraDropout) else {
            throw ValidationError("--lora_dropout is a number from 0 to below 1")
        }
    }

    private var adaptation: AdaptationArguments {
        var arguments = AdaptationArguments()
        guard loraR > 0 else { return arguments }
        arguments.loraR = loraR
        arguments.loraDropout = loraDropout
        arguments.loraTargetModules = loraTargetModules.split(separator: ",").map { String($0) }
        return arguments
    }

    func run() throws {
        try RankWork.run { group in
            let plan = ThreadPlan.apply(requested: threads)
            try measure(group, threads: plan.threadCount)
        }
    }

    private func measure(_ group: any ProcessGroup, threads: Int) throws {
        guard reproducibleShards == 0 || (batch * group.size).isMultiple(of: reproducibleShards) else {
            throw ValidationError(
                "\(batch * group.size) rows cannot be cut into \(reproducibleShards) shards")
        }
        let job = try job(adaptation, group, shards: reproducibleShards)
        let rival = comparesWhole ? try self.job(AdaptationArguments(), group, shards: 0) : nil
        var (own, whole) = (StepTimes(), StepTimes())
        for index in 0..<2 {
            try job.step(index)
            try rival?.step(index)
        }
        // Before the matrices of the peak's measurement, which belong to no step.
        let memory = BenchReport.peakMemoryMebibytes
        let exposedBefore = job.exposedCommunicationSeconds
        var clock = KernelClock.Reading()
        // Beside each step, since other programs on the cores slow both.
        var peak = MatrixPeak(dtype.elementType)
        for index in 0..<steps {
            if let rival { try whole.measure { try rival.step(index + 2) } }
            KernelClock.start()
            try own.measure { try job.step(index + 2) }
            clock += KernelClock.stop()
            peak.measure(seconds: 0.4 / Double(steps))
        }
        let waiting = job.exposedCommunicationSeconds - exposedBefore
        guard group.rank == 0 else { return }
        let tokens = Double(job.tokenCount * (reproducibleShards > 0 ? reproducibleShards : group.size))
        let gigaflops = clock.operations / Double(steps) / own.median / 1e9
        peak.include(gigaflops)
        func share(_ part: Double) -> JSONValue { BenchReport.real(part / own.total, 3) }
        let counted = KernelClock.Kind.allCases.reduce(waiting) { $0 + clock.seconds($1) }
        var fields: [(key: String, value: JSONValue)] = [
            ("model", .string(model.name)), ("parameters", BenchReport.integer(job.parameterCount)),
            ("trained_parameters", BenchReport.integer(job.trainedParameterCount)),
            ("lora_r", BenchReport.integer(loraR)),
            ("dtype", .string(dtype.rawValue)), ("ranks", BenchReport.integer(group.size)),
            ("threads", BenchReport.integer(threads)), ("batch", BenchReport.integer(batch)),
            ("seq", BenchReport.integer(seq)),
            ("reproducible_shards", BenchReport.integer(reproducibleShards)),
            ("gradient_checkpointing", BenchReport.integer(recomputesActivations ? 1 : 0)),
            ("step_seconds", BenchReport.real(own.median)),
            ("step_processor_seconds", BenchReport.real(own.processorMedian)),
            ("tokens_per_second", BenchReport.real(tokens / own.median, 1)),
            ("gflops", BenchReport.real(gigaflops, 1)), ("peak_gflops", BenchReport.real(peak.gigaflops, 1)),
            ("peak_fraction", BenchReport.real(gigaflops / peak.gigaflops, 3)),
            ("reference_products", BenchReport.integer(ReferenceProducts.shared.count)),
            ("peak_memory_mb", BenchReport.real(memory, 0)),
            ("share_gemm", share(clock.seconds(.product))),
            ("share_attention", share(clock.seconds(.attention))),
            ("share_elementwise", share(clock.seconds(.elementwise))),
            ("share_optimizer", share(clock.seconds(.optimizer))), ("share_waiting", share(waiting)),
            ("share_other", share(max(0, own.total - counted))),
        ]
        if comparesWhole {
            fields += [
                ("whole_tokens_per_second", BenchReport.real(tokens / whole.median, 1)),
                ("gain", BenchReport.real(whole.median / own.median, 3)),
                ("gain_processor", BenchReport.real(whole.processorMedian / own.processorMedian, 3)),
            ]
        }
        BenchReport.show(fields)
    }

    private func job(
        _ adaptation: AdaptationArguments, _ group: any ProcessGroup, shards: Int
    ) throws -> BenchJob {
        let reduction = ReductionOptions(
            bucketMebibytes: 25, wire: communicationType.wire, isSharded: zeroStage.map { $0 == 1 },
            shardCount: shards > 0 ? shards : nil)
        let workload = BenchWorkload(
            rows: shards > 0 ? batch * group.size / shards : batch, tokens: seq, rank: group.rank,
            rankCount: group.size,
            recomputesActivations: recomputesActivations)
        return try model.job(
            workload, type: dtype, adaptation: adaptation, group: group, reduction: reduction)
    }
}

/// Times of steps: by the clock, and of processors, which other programs on the same cores disturb less.
private struct StepTimes {
    private var seconds: [Double] = []
    private var processorSeconds: [Double] = []

    var total: Double { seconds.reduce(0, +) }
    var median: Double { Self.median(seconds) }
    var processorMedian: Double { Self.median(processorSeconds) }

    mutating func measure(_ body: () throws -> Void) rethrows {
        let (start, ticks) = (ContinuousClock.now, clock())
        try body()
        // POSIX: a million ticks a second.
        processorSeconds.append(Double(clock() - ticks) / 1e6)
        seconds.append((ContinuousClock.now - start) / .seconds(1))
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
