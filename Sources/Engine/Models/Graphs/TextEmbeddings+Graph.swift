// Embeddings, encoders and decoders as operators of a graph.

internal import Layers

extension TextEmbeddings {
    /// `[B, L, C]`.
    func forward(_ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        guard let tokens = pass.tokens, let places = pass.positions, let positions, let norm else {
            preconditionFailure("embeddings of texts need tokens, positions and a norm")
        }
        precondition(shape.scale == 1 && shape.firstPosition == 0, "no graph has such embeddings")
        var sum = words.forward(tokens, pass)
        if let types {
            sum = graph.sum(sum, types.forward(pass.types ?? graph.integer(0), pass))
        }
        let ids = shape.positionsFollowPadding ? positionsBehindPadding(tokens, graph) : places
        return norm.forward(graph.sum(sum, positions.forward(ids, pass)), pass)
    }

    /// RoBERTa's: tokens that are not padding are counted from behind the padding id, which padding keeps.
    private func positionsBehindPadding(_ tokens: GraphValue, _ graph: GraphRecorder) -> GraphValue {
        graph.scoped("positions") {
            let padding = graph.integer(shape.paddingID)
            let real = graph.cast(graph.add("Not", [graph.add("Equal", [tokens, padding])]), .int64)
            let counts = graph.product(graph.add("CumSum", [real, graph.integer(1)]), real)
            return graph.sum(counts, padding)
        }
    }
}

extension PreNormStack {
    /// Hidden states from embedded tokens.
    func forward(_ embedded: GraphValue, _ pass: GraphPass) -> GraphValue {
        var (branch, stream): (GraphValue, GraphValue?) = (embedded, nil)
        for block in blocks { (branch, stream) = block.forward(branch, stream: stream, pass) }
        return norm.forward(branch, residual: stream, pass).normed
    }
}

extension PostNormEncoder {
    func hiddenStates(_ pass: GraphPass, images: GraphValue?) -> GraphValue {
        blocks.reduce(embeddings.forward(pass)) { x, block in block.forward(x, pass) }
    }
}

extension BERTDecoder {
    func states(_ pass: GraphPass) -> GraphValue {
        blocks.reduce(embeddings.forward(pass)) { x, block in block.forward(x, pass) }
    }
}

extension PreNormDecoder {
    func states(_ pass: GraphPass) -> GraphValue {
        guard let tokens = pass.tokens, let places = pass.positions else {
            preconditionFailure("a decoder reads tokens")
        }
        let embedded = words.forward(tokens, pass)
        return stack.forward(
            positions.map { pass.graph.sum(embedded, $0.forward(places, pass)) } ?? embedded, pass)
    }
}

extension ModernBERTEncoder {
    func hiddenStates(_ pass: GraphPass, images: GraphValue?) -> GraphValue {
        guard let tokens = pass.tokens else { preconditionFailure("an encoder of texts reads tokens") }
        return stack.forward(norm.forward(words.forward(tokens, pass), pass), pass)
    }
}

extension ViTEncoder {
    func hiddenStates(_ pass: GraphPass, images: GraphValue?) -> GraphValue {
        guard let images else { preconditionFailure("an encoder of images reads images") }
        return stack.forward(embedding.forward(images, pass), pass)
    }
}

extension LMHeadModel {
    /// Logits `[B, L, V]` of all tokens.
    func logits(_ pass: GraphPass) -> GraphValue {
        let states = network.states(pass)
        return output.logits(transform?.forward(states, pass) ?? states, pass)
    }
}

extension ClassificationLayers {
    /// Logits over the last axis of states.
    func forward(_ states: GraphValue, _ pass: GraphPass) -> GraphValue {
        var x = states
        if let dense, let plan = plan.dense {
            x = plan.activation.forward(dense.forward(x, pass), pass.graph)
            x = norm?.forward(x, pass) ?? x
        }
        return output.forward(x, pass)
    }
}

extension SequencePooling {
    /// From states `[B, L, C]` to `[B, C]`; `mask` `[B, L]` says which tokens are there.
    func forward(_ states: GraphValue, mask: GraphValue?, _ graph: GraphRecorder) -> GraphValue {
        graph.scoped("pooling") {
            switch self {
            case .first: return graph.gather(states, graph.integer(0), axis: 1)
            case .mean:
                guard let mask else { preconditionFailure("a mean over tokens needs their mask") }
                let weights = graph.unsqueeze(graph.toFloat(mask), [1])
                let count = graph.add(
                    "ReduceSum", [weights, graph.integers([2])], [("keepdims", .integer(1))])
                let mean = graph.quotient(graph.matrixProduct(weights, states), count)
                return graph.squeeze(mean, [1])
            }
        }
    }
}
