// The graphs of models with one network: classifiers of texts, images and tokens, question answering, masked
// and causal language models.

package import Layers

extension EncoderClassifier: GraphModel {
    package func graphs() -> [ComputationGraph] {
        let graph = GraphRecorder("model", layout: parameters.layout)
        let pass: GraphPass
        let states: GraphValue
        if let configuration = imageConfiguration {
            let images = graph.pixels(configuration)
            pass = GraphPass(graph)
            states = encoder.hiddenStates(pass, images: images)
        } else {
            pass = .texts(graph, textEncoder)
            states = encoder.hiddenStates(pass, images: nil)
        }
        let pooled = plan.pooling.forward(states, mask: pass.mask, graph)
        graph.output(
            layers.forward(pooled, pass), "logits", .float32, [GraphAxes.batch, .fixed(head.labels.count)])
        return [graph.graph]
    }

    private var textEncoder: any TextEncoder {
        guard let encoder = encoder as? any TextEncoder else {
            preconditionFailure("an encoder reads texts or images")
        }
        return encoder
    }
}

extension TokenClassifier: GraphModel {
    package func graphs() -> [ComputationGraph] {
        let graph = GraphRecorder("model", layout: parameters.layout)
        let pass = GraphPass.texts(graph, encoder)
        let states = encoder.hiddenStates(pass, images: nil)
        graph.output(
            layers.forward(states, pass), "logits", .float32,
            GraphAxes.texts + [.fixed(head.labels.count)])
        return [graph.graph]
    }
}

extension QuestionAnswerer: GraphModel {
    package func graphs() -> [ComputationGraph] {
        guard let encoder = encoder as? any TextEncoder else {
            preconditionFailure("questions are asked about texts")
        }
        let graph = GraphRecorder("model", layout: parameters.layout)
        let pass = GraphPass.texts(graph, encoder)
        let scores = layers.forward(encoder.hiddenStates(pass, images: nil), pass)
        for (name, scores) in zip(["start_logits", "end_logits"], graph.split(scores, [1, 1])) {
            graph.output(graph.squeeze(scores, [-1]), name, .float32, GraphAxes.texts)
        }
        return [graph.graph]
    }
}

extension MaskedLanguageModel: GraphModel {
    package func graphs() -> [ComputationGraph] {
        let graph = GraphRecorder("model", layout: parameters.layout)
        let pass = GraphPass.texts(graph, encoder)
        graph.output(
            predictor.logits(pass), "logits", .float32, GraphAxes.texts + [.fixed(vocabularySize)])
        return [graph.graph]
    }
}

extension CausalLanguageModel: GraphModel {
    /// One graph for the first step, whose cache has the length 0, and for those after it.
    package func graphs() -> [ComputationGraph] {
        let graph = GraphRecorder("model", layout: parameters.layout)
        let tokens = graph.input("input_ids", .int64, GraphAxes.texts)
        let mask = graph.input(
            "attention_mask", .int64,
            [GraphAxes.batch, .named("past_sequence_length + sequence_length")])
        let positions = graph.input("position_ids", .int64, GraphAxes.texts)
        let pass = GraphPass(
            graph, tokens: tokens, positions: positions, keyMask: graph.keyMask(mask),
            cache: GraphCache(graph, hasSource: false, takesPast: true))
        graph.output(
            decoder.predictor.logits(pass), "logits", .float32,
            GraphAxes.texts + [.fixed(vocabularySize)])
        return [graph.graph]
    }
}
