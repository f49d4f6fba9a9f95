// The graph of an extractive summarizer: an encoder of texts, then layers over its sentences.

internal import Foundation
package import Layers

extension ExtractiveSummarizer: GraphModel {
    /// Besides the inputs of the encoder: `sentence_starts`, the token that stands for each sentence,
    /// `sentence_positions`, its number in the document, and `sentence_mask`, 0 for what fills a row up, all
    /// `[B, N]`. `logits` `[B, N]`.
    package func graphs() -> [ComputationGraph] {
        let graph = GraphRecorder("model", layout: parameters.layout)
        let pass = GraphPass.texts(graph, encoder.text)
        let axes: [GraphAxis] = [GraphAxes.batch, .named("sentence_count")]
        let starts = graph.input("sentence_starts", .int64, axes)
        let positions = graph.input("sentence_positions", .int64, axes)
        let mask = graph.input("sentence_mask", .int64, axes)
        let hidden = encoder.text.hiddenStates(pass, images: nil)
        let pooled = graph.scoped("sentences") {
            switch configuration.pooling {
            case .cls:
                return graph.add(
                    "GatherND", [hidden, graph.unsqueeze(starts, [2])], [("batch_dims", .integer(1))])
            case .mean: return means(of: hidden, starts: starts, mask: mask, pass)
            }
        }
        let inner = GraphPass(graph, keyMask: graph.keyMask(mask))
        let placed = graph.sum(pooled, sinusoids(positions, graph))
        let states = blocks.reduce(placed) { x, block in block.forward(x, inner) }
        graph.output(graph.squeeze(output.forward(states, inner), [2]), "logits", .float32, axes)
        return [graph.graph]
    }

    /// The mean over each sentence's tokens, from its start to the next one's or the end of the text.
    private func means(
        of hidden: GraphValue, starts: GraphValue, mask: GraphValue, _ pass: GraphPass
    ) -> GraphValue {
        let graph = pass.graph
        guard let tokens = pass.tokens, let tokenMask = pass.mask else {
            preconditionFailure("sentences are made of tokens")
        }
        let count = graph.extent(tokens, axis: 1)
        // What fills a row up starts behind the last token.
        let known = graph.choice(graph.toBool(mask), starts, count)
        let last = graph.add(
            "Expand",
            [count, graph.concatenation([graph.extents(starts, axis: 0), graph.integers([1])], axis: 0)])
        let next = graph.concatenation(
            [graph.slice(known, axis: 1, from: 1, to: Int(Int32.max)), last], axis: 1)
        let places = graph.unsqueeze(graph.range(graph.integer(0), count), [0, 1])
        let isBehindStart = graph.add("GreaterOrEqual", [places, graph.unsqueeze(known, [2])])
        let isBeforeNext = graph.add("Less", [places, graph.unsqueeze(next, [2])])
        let isMember = graph.and(
            graph.and(isBehindStart, isBeforeNext), graph.unsqueeze(graph.toBool(tokenMask), [1]))
        let weights = graph.toFloat(isMember)
        let total = graph.add("ReduceSum", [weights, graph.integers([2])], [("keepdims", .integer(1))])
        return graph.quotient(
            graph.matrixProduct(weights, hidden), graph.add("Max", [total, graph.scalar(1)]))
    }

    /// PE(p, 2i) = sin(p / 10000^(2i/C)), PE(p, 2i + 1) = cos of the same, `[B, N, C]`.
    private func sinusoids(_ positions: GraphValue, _ graph: GraphRecorder) -> GraphValue {
        let width = encoder.width
        let rates = stride(from: 0, to: width, by: 2).map {
            Float(exp(-Double($0) / Double(width) * log(10_000)))
        }
        return graph.scoped("sinusoids") {
            let angles = graph.product(
                graph.toFloat(graph.unsqueeze(positions, [2])),
                graph.constant(.floats(rates, shape: [1, 1, rates.count])))
            let pairs = [graph.add("Sin", [angles]), graph.add("Cos", [angles])].map {
                graph.unsqueeze($0, [3])
            }
            let both = graph.reshape(graph.concatenation(pairs, axis: 3), [0, 0, 2 * rates.count])
            return width % 2 == 0 ? both : graph.slice(both, axis: 2, from: 0, to: width)
        }
    }
}
