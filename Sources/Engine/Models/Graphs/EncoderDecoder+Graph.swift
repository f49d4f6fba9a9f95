// The three graphs of an encoder with a decoder: the encoder, the decoder's first step and its later ones.

package import Layers

extension EncoderDecoder: GraphModel {
    package func graphs() -> [ComputationGraph] {
        [encoderGraph(), decoderGraph(takesPast: false), decoderGraph(takesPast: true)]
    }

    private func encoderGraph() -> ComputationGraph {
        let graph = GraphRecorder("encoder_model", layout: parameters.layout)
        let network = encoder.encoder
        let states: GraphValue
        let length: GraphAxis
        if let configuration = imageConfiguration {
            let images = graph.pixels(configuration)
            states = network.hiddenStates(GraphPass(graph), images: images)
            length = .fixed(configuration.tokenCount)
        } else {
            let axes = [GraphAxes.batch, GraphAxes.sourceLength]
            states = network.hiddenStates(
                .texts(graph, encoder.text, hasTypes: false, axes: axes), images: nil)
            length = GraphAxes.sourceLength
        }
        graph.output(
            states, "last_hidden_state", .float32, [GraphAxes.batch, length, .fixed(network.width)])
        return graph.graph
    }

    /// With `takesPast` keys and values of the tokens before and of the encoder's states are inputs, and the
    /// states are not.
    private func decoderGraph(takesPast: Bool) -> ComputationGraph {
        let graph = GraphRecorder(
            takesPast ? "decoder_with_past_model" : "decoder_model", layout: parameters.layout)
        let tokens = graph.input("input_ids", .int64, GraphAxes.texts)
        let mask =
            imageConfiguration == nil
            ? graph.input("encoder_attention_mask", .int64, [GraphAxes.batch, GraphAxes.sourceLength]) : nil
        let states =
            takesPast
            ? nil
            : graph.input(
                "encoder_hidden_states", .float32,
                [GraphAxes.batch, GraphAxes.sourceLength, .fixed(encoder.width)])
        let cache = GraphCache(graph, hasSource: true, takesPast: takesPast)
        let count = graph.extent(tokens, axis: 1)
        let end = cache.pastLength.map { graph.sum($0, count) } ?? count
        let places = graph.range(cache.pastLength ?? graph.integer(0), end)
        // The projection of the states belongs to the decoder, as in transformers.
        let plain = GraphPass(graph)
        let projected = states.map { projection?.forward($0, plain) ?? $0 }
        let pass = GraphPass(
            graph, tokens: tokens, positions: graph.unsqueeze(places, [0]), cache: cache,
            source: (projected, mask.map(graph.keyMask)))
        graph.output(
            decoder.predictor.logits(pass), "logits", .float32,
            GraphAxes.texts + [.fixed(vocabularySize)])
        return graph.graph
    }
}
