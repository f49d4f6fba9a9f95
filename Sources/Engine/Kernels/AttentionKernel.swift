// Padding-free multi-head attention over the sequences of a flat batch.

internal import CKernels
package import Tensors

/// Scaled dot-product attention (Vaswani et al. 2017) for the sequences of a flat batch `[T, …]`.
///
/// Nothing of size length² is kept: the forward pass keeps the log of the sum of exponentials a row and head,
/// the backward pass recomputes the probabilities from it (Dao et al. 2022).
package struct AttentionKernel: Sendable {
    package let heads: Int
    /// Number of key/value heads; a divisor of `heads`.
    package let keyValueHeads: Int
    package let headSize: Int
    package let isCausal: Bool
    /// Keys that a query sees on each side of its own place, and none further away; nil: no limit.
    package let window: Int?
    /// What scores are multiplied by: 1/√d unless a model has another.
    package let scale: Float

    package init(
        heads: Int, keyValueHeads: Int, headSize: Int, isCausal: Bool, window: Int? = nil,
        scale: Float? = nil
    ) {
        self.scale = scale ?? 1 / Float(headSize).squareRoot()
        precondition(heads % keyValueHeads == 0, "heads must be a multiple of key/value heads")
        precondition(window ?? 0 >= 0, "a window has no fewer than 0 keys on each side")
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headSize = headSize
        self.isCausal = isCausal
        self.window = window
    }

    /// Scratch elements that `forward` and `backward` need for sequences of up to `length` tokens, all
    /// threads.
    package func scratchCount(length: Int) -> Int {
        ThreadPool.threadCount * taskScratchCount(length: length)
    }

    private func taskScratchCount(length: Int) -> Int {
        // In floats, whole cache lines: no two threads write to one.
        (ck_attention_scratch_bytes(length, headSize) + 63) / 64 * 16
    }

    /// `out[Q, H·d] = softmax(q·kᵀ/√d)·v` a head and sequence. `q` is `[Q, H·d]`, `k` and `v` `[T, G·d]`
    /// (views with gaps are fine), `logSumExp` `[Q, H]` is kept for the backward pass. Sequence s has the
    /// query rows `queryOffsets[s]..<queryOffsets[s + 1]` and the keys `keyOffsets[s]..<keyOffsets[s + 1]`;
    /// `keys` are the random keys of the query rows.
    ///
    /// With a window the rows of q stand at `queryPositions` among the keys of their sequence, `[Q]`,
    /// ascending in each sequence; by default they are the last ones, one behind the other. A `bias` is added
    /// to the scores.
    package func forward(
        q: Tensor, k: Tensor, v: Tensor, queryOffsets: [Int32], keyOffsets: [Int32],
        queryPositions: [Int32]? = nil, bias: AttentionBias? = nil, keys: RowRandomKeys, dropout: Dropout,
        into out: Tensor, logSumExp: Tensor, scratch: Tensor
    ) {
        let call = Call(
            self, q: q, k: k, v: v, out: out, logSumExp: logSumExp, positions: queryPositions, bias: bias,
            keys: keys, dropout: dropout)
        unsafe run(queryOffsets, keyOffsets, scratch: scratch, operationsPerPair: 4) {
            _, queries, keys, head, memory in
            unsafe call.withArguments(queries: queries, keys: keys) { arguments in
                unsafe ck_attention_forward(&arguments, head, memory)
            }
        }
    }

    /// Gradients of `q`, `k` and `v` from `dout`, written into `dq`, `dk`, `dv`; that of the bias is written
    /// into `biasGradient`, whose parts are sequences.
    package func backward(
        gradient dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, logSumExp: Tensor,
        queryOffsets: [Int32], keyOffsets: [Int32], queryPositions: [Int32]? = nil,
        bias: AttentionBias? = nil, biasGradient: AttentionBiasGradient? = nil, keys: RowRandomKeys,
        dropout: Dropout, dq: Tensor, dk: Tensor, dv: Tensor, scratch: Tensor
    ) {
        precondition(dout.rows == q.rows && dq.rows == q.rows && dk.rows == k.rows && dv.rows == k.rows)
        precondition(dq.columns == q.columns && dk.columns == k.columns && dv.columns == v.columns)
        precondition([dout, dq, dk, dv].allSatisfy { $0.type == q.type }, "types differ")
        let call = Call(
            self, q: q, k: k, v: v, out: out, logSumExp: logSumExp, positions: queryPositions, bias: bias,
            keys: keys, dropout: dropout)
        unsafe run(queryOffsets, keyOffsets, scratch: scratch, operationsPerPair: 8) {
            task, queries, keys, head, memory in
            unsafe call.withArguments(queries: queries, keys: keys) { arguments in
                unsafe arguments.dout = UnsafeRawPointer(dout.pointer(queries.lowerBound * dout.rowStride))
                unsafe arguments.lddo = dout.rowStride
                unsafe arguments.dq = dq.pointer(queries.lowerBound * dq.rowStride)
                unsafe arguments.lddq = dq.rowStride
                unsafe arguments.dk = dk.pointer(keys.lowerBound * dk.rowStride)
                unsafe arguments.lddk = dk.rowStride
                unsafe arguments.dv = dv.pointer(keys.lowerBound * dv.rowStride)
                unsafe arguments.lddv = dv.rowStride
                let group = head * heads / keyValueHeads..<(head + 1) * heads / keyValueHeads
                unsafe biasGradient?.withDistances(of: group, length: keys.count, task: task, bias: bias) {
                    distances in
                    unsafe arguments.dbias = distances
                    unsafe ck_attention_backward(&arguments, head, memory)
                } ?? ck_attention_backward(&arguments, head, memory)
            }
        }
    }

    /// Distributes the pairs of a sequence and a key/value head over the threads.
    private func run(
        _ queryOffsets: [Int32], _ keyOffsets: [Int32], scratch: Tensor, operationsPerPair: Int,
        _ body: (
            _ sequence: Int, _ queries: Range<Int>, _ keys: Range<Int>, _ head: Int,
            _ memory: UnsafeMutableRawPointer
        ) -> Void
    ) {
        let sequences = keyOffsets.count - 1
        precondition(queryOffsets.count == keyOffsets.count, "expected as many query as key sequences")
        let tasks = sequences * keyValueHeads
        let longest = (0..<sequences).reduce(0) { max($0, Int(keyOffsets[$1 + 1] - keyOffsets[$1])) }
        let share = taskScratchCount(length: longest)
        let parts = min(ThreadPool.threadCount, max(tasks, 1))
        precondition(scratch.count >= parts * share && scratch.isContiguous, "the scratch is too small")
        let operations =
            Double(operationsPerPair * headSize * heads) * Double(pairCount(queryOffsets, keyOffsets))
        KernelClock.measure(.attention, operations: operations) {
            ThreadPool.run(parts: parts) { part in
                let memory = unsafe UnsafeMutableRawPointer(scratch.floats + part * share)
                for task in stride(from: part, to: tasks, by: parts) {
                    let sequence = task / keyValueHeads
                    let queries = Int(queryOffsets[sequence])..<Int(queryOffsets[sequence + 1])
                    let keys = Int(keyOffsets[sequence])..<Int(keyOffsets[sequence + 1])
                    unsafe body(sequence, queries, keys, task % keyValueHeads, memory)
                }
            }
        }
    }

    /// Pairs of a query and a key that it sees, over all sequences; with a window as if all queries were
    /// there.
    private func pairCount(_ queryOffsets: [Int32], _ keyOffsets: [Int32]) -> Int {
        (0..<keyOffsets.count - 1).reduce(0) { sum, sequence in
            let queries = Int(queryOffsets[sequence + 1] - queryOffsets[sequence])
            let keys = Int(keyOffsets[sequence + 1] - keyOffsets[sequence])
            let all = isCausal ? queries * (2 * keys - queries + 1) / 2 : queries * keys
            guard let window else { return sum + all }
            return sum + min(all, queries * (isCausal ? window + 1 : 2 * window + 1))
        }
    }
}

/// What forward and backward pass to the kernel for each sequence.
private struct Call {
    let kernel: AttentionKernel
    let q, k, v, out, logSumExp: Tensor
    let positions: [Int32]?
    let bias: AttentionBias?
    let keys: RowRandomKeys
    let dropout: ck_dropout

    init(
        _ kernel: AttentionKernel, q: Tensor, k: Tensor, v: Tensor, out: Tensor, logSumExp: Tensor,
        positions: [Int32]?, bias: AttentionBias?, keys: RowRandomKeys, dropout: Dropout
    ) {
        let width = kernel.heads * kernel.headSize
        let narrow = kernel.keyValueHeads * kernel.headSize
        precondition(q.columns == width && out.columns == width, "q and out need \(width) columns")
        precondition(k.columns == narrow && v.columns == narrow, "k and v need \(narrow) columns")
        precondition(v.rows == k.rows && out.rows == q.rows && keys.count == q.rows)
        precondition(logSumExp.count == q.rows * kernel.heads && logSumExp.isContiguous, "expected [T, H]")
        precondition(k.type == q.type && v.type == q.type && out.type == q.type, "types differ")
        precondition(positions?.count ?? q.rows == q.rows, "expected a position a query")
        self.kernel = kernel
        (self.q, self.k, self.v, self.out, self.logSumExp) = (q, k, v, out, logSumExp)
        precondition(bias?.values.rows ?? kernel.heads == kernel.heads, "expected a bias a head")
        self.bias = bias
        self.positions = kernel.window == nil && bias == nil ? nil : positions
        self.keys = keys
        self.dropout = dropout.arguments
    }

    /// Gives `body` what the kernel needs for one sequence.
    @unsafe func withArguments(
        queries: Range<Int>, keys: Range<Int>, _ body: (inout ck_attention) -> Void
    ) {
        var arguments = unsafe arguments(queries: queries, keys: keys)
        guard let positions = positions?[queries] else { return unsafe body(&arguments) }
        precondition(
            positions.first ?? 0 >= 0 && positions.last.map { Int($0) < keys.count } ?? true
                && zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 },
            "positions ascend among the keys of their sequence")
        unsafe positions.withUnsafeBufferPointer { positions in
            unsafe arguments.positions = positions.baseAddress
            unsafe body(&arguments)
        }
    }

    @unsafe private func arguments(queries: Range<Int>, keys: Range<Int>) -> ck_attention {
        precondition(
            !kernel.isCausal && (kernel.window == nil || positions != nil) || queries.count <= keys.count,
            "more queries than keys")
        var a = unsafe ck_attention()
        unsafe a.type = q.type.code
        unsafe a.q = UnsafeRawPointer(q.pointer(queries.lowerBound * q.rowStride))
        unsafe a.ldq = q.rowStride
        unsafe a.k = UnsafeRawPointer(k.pointer(keys.lowerBound * k.rowStride))
        unsafe a.ldk = k.rowStride
        unsafe a.v = UnsafeRawPointer(v.pointer(keys.lowerBound * v.rowStride))
        unsafe a.ldv = v.rowStride
        unsafe a.out = out.pointer(queries.lowerBound * out.rowStride)
        unsafe a.ldo = out.rowStride
        unsafe a.lse = logSumExp.floats + queries.lowerBound * kernel.heads
        unsafe a.queries = queries.count
        unsafe a.length = keys.count
        unsafe a.heads = kernel.heads
        unsafe a.kv_heads = kernel.keyValueHeads
        unsafe a.head_size = kernel.headSize
        unsafe a.scale = kernel.scale
        unsafe a.causal = kernel.isCausal ? 1 : 0
        unsafe a.window = kernel.window ?? Int(bitPattern: UInt.max)
        unsafe a.keys = self.keys.pointer.map { unsafe $0 + queries.lowerBound }
        if let bias {
            precondition(max(keys.count, queries.count) <= bias.reach, "the bias does not reach that far")
            unsafe a.bias = UnsafePointer(bias.center)
            unsafe a.ld_bias = bias.values.columns
        }
        unsafe a.dropout = dropout
        return unsafe a
    }
}
