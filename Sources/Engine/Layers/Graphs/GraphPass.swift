// What all layers share while a model's graph is recorded: the symbolic counterpart of a pass over a batch.

internal import Kernels

/// One recording of a model's graph, over padded sequences `[batch, length]`.
package final class GraphPass {
    package let graph: GraphRecorder
    /// Token ids `[B, L]`; nil where the model reads images.
    package let tokens: GraphValue?
    /// Token types `[B, L]`; nil where all are 0.
    package let types: GraphValue?
    /// Positions of the tokens, `[B, L]` or `[1, L]`; nil where the model reads images.
    package let positions: GraphValue?
    /// Which keys exist, as booleans that broadcast to `[B, 1, L, S]`; nil where all do.
    private let keyMask: GraphValue?
    /// Which tokens exist, `[B, L]` of zeros and ones, where that is an input.
    package let mask: GraphValue?
    /// The keys and values of the tokens before; nil where there is none.
    package let cache: GraphCache?
    /// What the decoder attends to: states `[B, S, C]`, nil where the cache has their keys and values, and
    /// which of them exist, as `keyMask`.
    package let source: (states: GraphValue?, mask: GraphValue?)?
    private var biases: [AttentionLimits: GraphValue] = [:]
    private var rotations: [ObjectIdentifier: (cosines: GraphValue, sines: GraphValue)] = [:]

    private struct AttentionLimits: Hashable {
        let isCausal: Bool
        let window: Int?
    }

    package init(
        _ graph: GraphRecorder, tokens: GraphValue? = nil, types: GraphValue? = nil,
        positions: GraphValue? = nil, mask: GraphValue? = nil, keyMask: GraphValue? = nil,
        cache: GraphCache? = nil,
        source: (states: GraphValue?, mask: GraphValue?)? = nil
    ) {
        self.graph = graph
        self.tokens = tokens
        self.types = types
        self.positions = positions
        self.mask = mask
        self.keyMask = keyMask
        self.cache = cache
        self.source = source
    }

    /// What is added to the scores of self-attention, `[B, 1, L, S]` or what broadcasts to it; nil where all
    /// tokens see all.
    func bias(isCausal: Bool, window: Int?) -> GraphValue? {
        let limits = AttentionLimits(isCausal: isCausal, window: window)
        if let known = biases[limits] { return known }
        var allowed = keyMask
        func limit(_ condition: GraphValue) {
            allowed = allowed.map { graph.and(condition, $0) } ?? condition
        }
        if isCausal || window != nil {
            guard let tokens else { preconditionFailure("only texts have an order") }
            let count = graph.extent(tokens, axis: 1)
            let past = cache?.pastLength
            let end = past.map { graph.sum($0, count) } ?? count
            let keys = graph.unsqueeze(graph.range(graph.integer(0), end), [0, 1, 2])
            let queries = graph.unsqueeze(graph.range(past ?? graph.integer(0), end), [0, 1, 3])
            if isCausal { limit(graph.add("LessOrEqual", [keys, queries])) }
            if let window {
                let distance = graph.add("Abs", [graph.difference(keys, queries)])
                limit(graph.add("LessOrEqual", [distance, graph.integer(window)]))
            }
        }
        guard let allowed else { return nil }
        let bias = graph.attentionBias(allowed)
        biases[limits] = bias
        return bias
    }

    /// What is added to the scores of cross-attention.
    var sourceBias: GraphValue? {
        guard let mask = source?.mask else { return nil }
        if let known = knownSourceBias { return known }
        let bias = graph.attentionBias(mask)
        knownSourceBias = bias
        return bias
    }
    private var knownSourceBias: GraphValue?

    /// Cosines and sines of a rotary embedding at the tokens' positions, `[B or 1, 1, L, headSize / 2]`.
    func rotation(_ rotary: RotaryEmbedding) -> (cosines: GraphValue, sines: GraphValue) {
        if let known = rotations[ObjectIdentifier(rotary)] { return known }
        guard let positions else { preconditionFailure("a rotary embedding needs positions") }
        let found = graph.scoped("rotary") {
            let frequencies = graph.constant(
                .floats(rotary.frequencies, shape: [1, 1, 1, rotary.frequencies.count]))
            let angles = graph.product(
                graph.toFloat(graph.unsqueeze(positions, [1, 3])), frequencies)
            func scaled(_ x: GraphValue) -> GraphValue {
                rotary.amplitude == 1 ? x : graph.product(x, graph.scalar(rotary.amplitude))
            }
            return (scaled(graph.add("Cos", [angles])), scaled(graph.add("Sin", [angles])))
        }
        rotations[ObjectIdentifier(rotary)] = found
        return found
    }
}
