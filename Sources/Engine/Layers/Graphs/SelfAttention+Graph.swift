// Attention as operators of a graph, decomposed: as fast in ONNX Runtime as its Attention operator, and
// known to every version.

internal import Kernels

extension GraphRecorder {
    /// `[B, L, heads·size]` as `[B, heads, L, size]`.
    fileprivate func splitHeads(_ x: GraphValue, heads: Int, size: Int) -> GraphValue {
        transpose(reshape(x, [0, 0, heads, size]), [0, 2, 1, 3])
    }

    /// softmax(q·kᵀ/√d + bias)·v, `[B, L, heads·d]`, from queries `[B, heads, L, d]` and keys and values
    /// `[B, keyValueHeads, S, d]`.
    fileprivate func attention(
        _ kernel: AttentionKernel, _ q: GraphValue, _ k: GraphValue, _ v: GraphValue, bias: GraphValue?
    ) -> GraphValue {
        let (heads, groups, size) = (kernel.heads, kernel.keyValueHeads, kernel.headSize)
        let scaled = product(q, scalar(kernel.scale))
        if heads == groups {
            let scores = matrixProduct(scaled, transpose(k, [0, 1, 3, 2]))
            let weights = softmax(bias.map { sum(scores, $0) } ?? scores)
            let context = transpose(matrixProduct(weights, v), [0, 2, 1, 3])
            return reshape(context, [0, 0, heads * size])
        }
        // Query heads that share keys and values are one more axis: nothing is repeated.
        let grouped = reshape(scaled, [0, groups, heads / groups, -1, size])
        let scores = matrixProduct(grouped, unsqueeze(transpose(k, [0, 1, 3, 2]), [2]))
        let weights = softmax(bias.map { sum(scores, unsqueeze($0, [1])) } ?? scores)
        let context = matrixProduct(weights, unsqueeze(v, [2]))
        return reshape(transpose(context, [0, 3, 1, 2, 4]), [0, 0, heads * size])
    }
}

extension RotaryEmbedding {
    /// `x [B, heads, L, headSize]` turned by its positions: dimension i with dimension i + headSize / 2.
    fileprivate func rotate(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        let (cosines, sines) = pass.rotation(self)
        let halves = graph.split(x, [headSize / 2, headSize / 2])
        let first = graph.difference(graph.product(halves[0], cosines), graph.product(halves[1], sines))
        let second = graph.sum(graph.product(halves[1], cosines), graph.product(halves[0], sines))
        return graph.concatenation([first, second], axis: -1)
    }
}

extension SelfAttention {
    /// Attention of all tokens of `x [B, L, C]`.
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        let projected = projection.forward(x, pass)
        let context = graph.scoped(site) {
            let parts = graph.split(projected, [width, width, width]).map {
                graph.splitHeads($0, heads: kernel.heads, size: kernel.headSize)
            }
            return graph.attention(
                kernel, parts[0], parts[1], parts[2],
                bias: pass.bias(isCausal: kernel.isCausal, window: kernel.window))
        }
        return output.forward(context, pass)
    }
}

extension GroupedQueryAttention {
    /// Attention of all tokens of `x [B, L, C]` to themselves and, with a cache, to those before.
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        precondition(positionBias == nil, "no graph has a bias by distance")
        let projected = projection.forward(x, pass)
        let context = graph.scoped(site) {
            let parts = graph.split(projected, [wide, narrow, narrow])
            let (groups, size) = (kernel.keyValueHeads, kernel.headSize)
            var q = graph.splitHeads(parts[0], heads: kernel.heads, size: size)
            var k = graph.splitHeads(parts[1], heads: groups, size: size)
            var v = graph.splitHeads(parts[2], heads: groups, size: size)
            if let rotary { (q, k) = (rotary.rotate(q, pass), rotary.rotate(k, pass)) }
            if let cache = pass.cache {
                (k, v) = cache.extended(k, v, heads: groups, headSize: size)
            }
            return graph.attention(
                kernel, q, k, v, bias: pass.bias(isCausal: kernel.isCausal, window: kernel.window))
        }
        return output.forward(context, pass)
    }
}

extension CrossAttention {
    /// Attention of all tokens of `x [B, L, C]` to the source of the pass.
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        guard let source = pass.source else { preconditionFailure("cross-attention needs a source") }
        let (heads, size) = (kernel.heads, kernel.headSize)
        let q = query.forward(x, pass)
        func computed() -> (keys: GraphValue, values: GraphValue) {
            guard let states = source.states else { preconditionFailure("the source has no states") }
            let both = graph.split(keyValue.forward(states, pass), [heads * size, heads * size])
                .map { graph.splitHeads($0, heads: heads, size: size) }
            return (both[0], both[1])
        }
        let context = graph.scoped(site) {
            let (k, v) = pass.cache?.fixed(heads: heads, headSize: size, computed) ?? computed()
            return graph.attention(
                kernel, graph.splitHeads(q, heads: heads, size: size), k, v, bias: pass.sourceBias)
        }
        return output.forward(context, pass)
    }
}
