// A model as generation sees it: scores of the next token.

package import Layers
package import Models
package import Tensors

/// A decoder with what it attends to.
package struct DecodingModel {
    let parameters: ParameterStore
    /// Tokens of the longest sequence.
    let maximumLength: Int
    /// Throws when a batch does not fit.
    let validate: (TokenBatch) throws(ModelError) -> Void
    /// Logits `[rows.count, V]` at the tokens `rows` of the pass's batch.
    let logits: (_ pass: Pass, _ rows: [Int32]) -> Tensor
    /// Whether a sequence's scores have the same bits whatever else is in the batch.
    private(set) var isRowIndependent = false

    /// A causal language model.
    package init(_ model: any LanguageModel) {
        parameters = model.parameters
        maximumLength = model.maximumLength
        validate = { (batch) throws(ModelError) in try model.validate(batch) }
        logits = { model.logits($0, rows: $1) }
        isRowIndependent = true
    }

    /// The decoder of `model`, sequence s attending to source s.
    package init(_ model: any SequenceToSequenceModel, source: CrossAttentionSource) {
        self.init(
            parameters: model.parameters, maximumLength: model.maximumTargetLength,
            validate: { (batch) throws(ModelError) in try model.validateTarget(batch) },
            logits: { model.logits($0, source: source, rows: $1) })
    }

    /// Any decoder, such as that of an image captioner. Sequence s of the first batch attends to source s;
    /// `pass.cache` says which source each sequence of later batches attends to.
    package init(
        parameters: ParameterStore, maximumLength: Int,
        validate: @escaping (TokenBatch) throws(ModelError) -> Void,
        logits: @escaping (_ pass: Pass, _ rows: [Int32]) -> Tensor
    ) {
        self.parameters = parameters
        self.maximumLength = maximumLength
        self.validate = validate
        self.logits = logits
    }
}

/// The states of the sources, in memory of their own.
func encoded(_ model: any SequenceToSequenceModel, _ batch: TokenBatch) -> CrossAttentionSource {
    let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: batch)
    let source = model.encode(pass)
    let states = Tensor(rows: source.states.rows, columns: source.states.columns, type: source.states.type)
    states.copy(from: source.states)
    return CrossAttentionSource(states: states, offsets: source.offsets)
}

/// Sequences that grow token by token, with the cache of what was read.
final class DecodingSession {
    private let model: DecodingModel
    private let usesCache: Bool
    private let workspace = Workspace()
    private var cache: KeyValueCache

    /// Without `usesCache` every step reads the whole sequences: a check of the cache.
    init(_ model: DecodingModel, sequenceCount: Int, usesCache: Bool) {
        self.model = model
        self.usesCache = usesCache
        cache = KeyValueCache(sequenceCount: sequenceCount)
    }

    /// Makes sequence i what was sequence `parents[i]`.
    func select(_ parents: [Int]) { cache.select(parents) }

    /// Number of tokens of sequence `index` that the cache has.
    func readCount(of index: Int) -> Int { cache.length(of: index) }

    /// Forgets all but the first `count` tokens of sequence `index`.
    func truncate(_ index: Int, to count: Int) { cache.truncate(index, to: count) }

    /// Scores `[V]` of the token that follows each sequence; only what the cache does not have is read.
    func scores(_ sequences: [[Int32]]) throws(GenerationError) -> [[Float]] {
        let logits = try logits(sequences)
        return (0..<logits.rows).map { logits.scores(row: $0) }
    }

    /// The same as a tensor `[sequences, V]`, which the next call overwrites.
    func logits(_ sequences: [[Int32]]) throws(GenerationError) -> Tensor {
        let unread = sequences.indices.map { sequences[$0].count - cache.length(of: $0) }
        if !usesCache { cache = KeyValueCache(sources: cache.sources) }
        return try logits(
            sequences, reading: usesCache ? unread : sequences.map(\.count), wanted: Array(sequences.indices))
    }

    /// Adds an empty sequence behind the others.
    func join() { cache.join() }

    /// Takes sequence `index` out.
    func leave(_ index: Int) { cache.leave(index) }

    /// Reads the next `counts[i]` tokens of sequence i and returns the scores `[wanted.count, V]` behind the
    /// last of them for the sequences `wanted`.
    func logits(
        _ sequences: [[Int32]], reading counts: [Int], wanted: [Int]
    ) throws(GenerationError) -> Tensor {
        var (tokens, positions, offsets): ([Int32], [Int32], [Int32]) = ([], [], [0])
        for (index, sequence) in sequences.enumerated() {
            let read = cache.length(of: index)
            tokens += sequence[read..<read + counts[index]]
            positions += (read..<read + counts[index]).map { Int32($0) }
            offsets.append(Int32(tokens.count))
        }
        let batch = TokenBatch(
            tokens: tokens, typeIDs: [Int32](repeating: 0, count: tokens.count), positions: positions,
            offsets: offsets, sampleIDs: sequences.indices.map { UInt64($0) })
        do { try model.validate(batch) } catch { throw GenerationError(error) }
        cache.extend(by: batch)
        workspace.reset()
        let pass = Pass(
            parameters: model.parameters, workspace: workspace, batch: batch, cache: cache,
            isRowIndependent: model.isRowIndependent)
        return model.logits(pass, wanted.map { offsets[$0 + 1] - 1 })
    }
}

extension Tensor {
    /// A copy of a row of float32 scores.
    func scores(row: Int) -> [Float] {
        var copy = [Float](repeating: 0, count: columns)
        rows(row..<row + 1).withFloats { scores in
            for index in copy.indices { copy[index] = scores[index] }
        }
        return copy
    }
}
