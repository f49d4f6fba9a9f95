// `lockstep bench attention`: the padding-free attention kernel at several lengths.

import ArgumentParser
import JSON
import Kernels
import Reporting
import Tensors
import Training

/// One JSON line a sequence length, with the rates of the forward and the backward pass.
struct AttentionBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attention", abstract: "Measures attention, forward and backward, at several lengths.")

    @Option(help: "Number format of queries, keys and values.")
    var dtype = BenchType.fp32

    @Option(help: "Tokens a sequence, several with commas.")
    var seq = "20,64,128,512,2048"

    @Option(help: "Tokens of the batch.")
    var tokens = 2_048

    @Option(help: "Query heads.")
    var heads = 12

    @Option(help: "Key and value heads, those of the queries when it is 0.")
    var kvHeads = 0

    @Option(help: "Width of a head.")
    var headSize = 64

    @Option(help: "Dropout probability.")
    var dropout: Float = 0.1

    @Flag(help: "Let each token see only itself and those before it.")
    var causal = false

    @Option(help: "Tokens on each side that a token sees, all when it is 0.")
    var window = 0

    @Option(help: "Threads to use, all cores of this process when it is 0.")
    var threads = 0

    func validate() throws {
        try BenchRange.check(tokens, "tokens", 1...BenchRange.mostTokens)
        try BenchRange.check(heads, "heads", 1...256)
        try BenchRange.check(kvHeads, "kv-heads", 0...256)
        try BenchRange.check(headSize, "head-size", 1...1_024)
        try BenchRange.check(window, "window", 0...BenchRange.mostTokens)
        try BenchRange.check(threads, "threads", BenchRange.threads)
        guard kvHeads == 0 || heads.isMultiple(of: kvHeads) else {
            throw ValidationError("--heads must be a multiple of --kv-heads")
        }
        guard (0..<1).contains(dropout) else {
            throw ValidationError("--dropout is a number from 0 to below 1")
        }
    }

    func run() throws {
        let lengths = seq.split(separator: ",").compactMap { Int($0) }
        guard !lengths.isEmpty, lengths.allSatisfy({ 1...BenchRange.mostTokens ~= $0 }) else {
            throw ValidationError("--seq takes lengths with commas between them, for example 20,128")
        }
        let plan = ThreadPlan.apply(requested: threads)
        var peak = MatrixPeak(dtype.elementType)
        for length in lengths {
            peak.measure(seconds: 0.4)
            let rates = measure(length: length)
            BenchReport.show([
                ("dtype", .string(dtype.rawValue)), ("seq", BenchReport.integer(length)),
                ("tokens", BenchReport.integer(max(1, tokens / length) * length)),
                ("heads", BenchReport.integer(heads)), ("head_size", BenchReport.integer(headSize)),
                ("causal", .string(causal ? "yes" : "no")), ("window", BenchReport.integer(window)),
                ("threads", BenchReport.integer(plan.threadCount)),
                ("forward_gflops", BenchReport.real(rates.forward, 1)),
                ("backward_gflops", BenchReport.real(rates.backward, 1)),
                ("peak_gflops", BenchReport.real(peak.gigaflops, 1)),
            ])
        }
    }

    private func measure(length: Int) -> (forward: Double, backward: Double) {
        let sequences = max(1, tokens / length)
        let rows = sequences * length
        let groups = kvHeads == 0 ? heads : kvHeads
        let kernel = AttentionKernel(
            heads: heads, keyValueHeads: groups, headSize: headSize, isCausal: causal,
            window: window == 0 ? nil : window)
        let offsets = (0...sequences).map { Int32($0 * length) }
        let keys = RowRandomKeys(sampleIDs: (0..<sequences).map { UInt64($0) }, offsets: offsets)
        let mask = Dropout(key: RandomKey(seed: 1), probability: dropout)
        func tensor(_ columns: Int) -> Tensor {
            Tensor(rows: rows, columns: columns, type: dtype.elementType)
        }
        let (wide, narrow) = (heads * headSize, groups * headSize)
        let (q, out, dout, dq) = (tensor(wide), tensor(wide), tensor(wide), tensor(wide))
        let (k, v, dk, dv) = (tensor(narrow), tensor(narrow), tensor(narrow), tensor(narrow))
        let logSumExp = Tensor(rows: rows, columns: heads)
        let scratch = Tensor(rows: 1, columns: kernel.scratchCount(length: length))
        let forward = BenchReport.rate {
            kernel.forward(
                q: q, k: k, v: v, queryOffsets: offsets, keyOffsets: offsets, keys: keys, dropout: mask,
                into: out, logSumExp: logSumExp, scratch: scratch)
        }
        let backward = BenchReport.rate {
            kernel.backward(
                gradient: dout, q: q, k: k, v: v, out: out, logSumExp: logSumExp, queryOffsets: offsets,
                keyOffsets: offsets, keys: keys, dropout: mask, dq: dq, dk: dk, dv: dv, scratch: scratch)
        }
        return (forward, backward)
    }
}
