// What an export needs of every model: what it computes, as graphs.

package import Layers

/// A model whose computation can be recorded.
package protocol GraphModel: TrainableModel {
    /// The graphs that the model is made of, by the names that ONNX Runtime's users have for them: one
    /// `model`, or `encoder_model`, `decoder_model` and `decoder_with_past_model`.
    func graphs() -> [ComputationGraph]
}

/// The axes of a graph's inputs and outputs.
enum GraphAxes {
    static let batch = GraphAxis.named("batch_size")
    static let length = GraphAxis.named("sequence_length")
    static let sourceLength = GraphAxis.named("encoder_sequence_length")
    static let texts = [batch, length]
}

extension GraphPass {
    /// A recording over texts of an encoder, whose inputs it declares: `input_ids`, `attention_mask` and,
    /// where the encoder tells types apart, `token_type_ids`.
    static func texts(
        _ graph: GraphRecorder, _ encoder: any TextEncoder, hasTypes: Bool = true,
        axes: [GraphAxis] = GraphAxes.texts
    ) -> GraphPass {
        let tokens = graph.input("input_ids", .int64, axes)
        let mask = graph.input("attention_mask", .int64, axes)
        let types =
            hasTypes && encoder.typeCount > 1 ? graph.input("token_type_ids", .int64, axes) : nil
        let count = graph.extent(tokens, axis: 1)
        return GraphPass(
            graph, tokens: tokens, types: types,
            positions: graph.unsqueeze(graph.range(graph.integer(0), count), [0]), mask: mask,
            keyMask: graph.keyMask(mask))
    }
}

extension GraphRecorder {
    /// A mask `[B, S]` of zeros and ones as booleans `[B, 1, 1, S]`.
    func keyMask(_ mask: GraphValue) -> GraphValue { unsqueeze(toBool(mask), [1, 2]) }

    /// The input of an encoder of images.
    func pixels(_ configuration: ViTConfiguration) -> GraphValue {
        input(
            "pixel_values", .float32,
            [
                GraphAxes.batch, .fixed(configuration.channelCount),
                .fixed(configuration.imageSize.height), .fixed(configuration.imageSize.width),
            ])
    }
}
