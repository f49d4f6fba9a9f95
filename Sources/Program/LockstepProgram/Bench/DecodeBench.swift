// `lockstep bench decode`: tokens a second of decoding, beside what the machine's memory can do.

import ArgumentParser
import Checkpoints
import Generation
import JSON
import Kernels
import Layers
import Models
import Reporting
import Tensors
import Training

/// Greedy decoding of one and of several texts; prints one JSON object for each number of texts.
struct DecodeBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Measures how fast a language model writes, against copying memory.",
        discussion: """
            Decoding reads every weight once a step, so memory bounds it. copy_fraction is the bytes \
            of weights read in a second of the fastest step over those that a copy on the same \
            threads reads and writes.
            """)

    @Option(help: "Model to build with random weights: a causal one of \(BenchModel.names).")
    var model: BenchModel?

    @Option(
        name: .customLong("model_name_or_path"),
        help: "Directory of a causal language model to load instead.", completion: .directory)
    var directory: String?

    @Option(help: "Number format of weights and activations.")
    var dtype = BenchType.bf16

    @Flag(help: "Weights rounded to int8, whatever that does to the texts.")
    var int8 = false

    @Option(help: "Texts that are written at once, with commas.")
    var batch = "1,8"

    @Option(help: "Tokens of the prompt of each text.")
    var prompt = 32

    @Option(help: "Steps to measure; the median and the fastest are told.")
    var steps = 64

    @Option(help: "Threads to use, all cores of this process when it is 0.")
    var threads = 0

    private var batchSizes: [Int] { batch.split(separator: ",").compactMap { Int($0) } }

    func validate() throws {
        try BenchRange.check(prompt, "prompt", BenchRange.count)
        try BenchRange.check(steps, "steps", BenchRange.count)
        try BenchRange.check(threads, "threads", BenchRange.threads)
        guard !batchSizes.isEmpty, batchSizes.count == batch.split(separator: ",").count,
            batchSizes.allSatisfy({ (1...1_024).contains($0) })
        else { throw ValidationError("--batch is \(batch); it is numbers from 1 to 1024, such as 1,8") }
        guard (model == nil) != (directory == nil) else {
            throw ValidationError("give either --model or --model_name_or_path")
        }
    }

    func run() throws {
        let plan = ThreadPlan.apply(requested: threads)
        let model = try languageModel()
        if dtype == .bf16 { model.parameters.computeInBFloat16() }
        if int8 {
            let text = (0..<64).map { Int32($0 % model.vocabularySize) }
            _ = try WeightQuantization.apply(to: model, text: text, maximumRise: 1e12)
        }
        let copy = CopyRate()
        for count in batchSizes {
            let found = try DecodingMeasurement.measure(
                model, requestCount: count, promptLength: prompt, steps: steps, copy: copy)
            BenchReport.show([
                ("model", .string(self.model?.name ?? directory ?? "")),
                ("dtype", .string(dtype.rawValue)), ("int8", .bool(int8)),
                ("threads", BenchReport.integer(plan.threadCount)), ("batch", BenchReport.integer(count)),
                ("prompt", BenchReport.integer(prompt)),
                ("tokens_per_second", BenchReport.real(found.tokensPerSecond, 1)),
                ("best_tokens_per_second", BenchReport.real(found.bestTokensPerSecond, 1)),
                ("weight_bytes", BenchReport.integer(found.weightBytes)),
                ("bytes_per_token", BenchReport.integer(found.weightBytes / count)),
                ("copy_bytes_per_second", BenchReport.real(found.copyBytesPerSecond, 0)),
                ("copy_fraction", BenchReport.real(found.copyFraction, 3)),
            ])
        }
    }

    private func languageModel() throws -> any LanguageModel {
        if let directory { return try ModelLoader.load(.causal, directory: directory).model }
        guard let model = try self.model?.languageModel() else {
            throw ValidationError("--model \(self.model?.name ?? "") is no causal language model")
        }
        model.parameters.initialize(key: RandomKey(seed: 0))
        return model
    }
}
