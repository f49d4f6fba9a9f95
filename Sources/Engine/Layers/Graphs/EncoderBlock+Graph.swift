// Transformer blocks as operators of a graph.

internal import Kernels

extension FeedForward {
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        outer.forward(activation.forward(inner.forward(x, pass), pass.graph), pass)
    }
}

extension GatedFeedForward {
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        let halves = graph.split(gateUp.forward(x, pass), [down.inputs, down.inputs])
        let product = graph.scoped(site) {
            graph.product(gate.activation.forward(halves[0], graph), halves[1])
        }
        return down.forward(product, pass)
    }
}

extension EncoderBlock {
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        let h = attentionNorm.forward(attention.forward(x, pass), residual: x, pass)
        return outputNorm.forward(feedForward.forward(h, pass), residual: h, pass)
    }
}

extension DecoderBlock {
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        var h = attentionNorm.forward(attention.forward(x, pass), residual: x, pass)
        if let cross {
            h = cross.norm.forward(cross.attention.forward(h, pass), residual: h, pass)
        }
        return outputNorm.forward(feedForward.forward(h, pass), residual: h, pass)
    }
}

extension PreNormBlock {
    /// Forward for `branch`, which is added to `stream` (nil for the first block: then it is the stream).
    package func forward(
        _ branch: GraphValue, stream: GraphValue?, _ pass: GraphPass
    ) -> (branch: GraphValue, stream: GraphValue) {
        let start = attentionNorm?.forward(branch, residual: stream, pass) ?? (stream: branch, normed: branch)
        var (stream, branch) = (start.stream, attention.forward(start.normed, pass))
        if let cross {
            let joined = cross.norm.forward(branch, residual: stream, pass)
            (stream, branch) = (joined.stream, cross.attention.forward(joined.normed, pass))
        }
        let joined = feedForwardNorm.forward(branch, residual: stream, pass)
        return (feedForward.forward(joined.normed, pass), joined.stream)
    }
}
