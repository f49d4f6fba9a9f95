// The part of a ViT config.json that shapes the network.

package import JSON
package import Kernels
internal import Layers

/// Sizes and rates of a vision transformer, from Hugging Face's config.json.
package struct ViTConfiguration: Sendable, Equatable {
    /// Two edges.
    package struct Edges: Sendable, Equatable {
        package let height: Int
        package let width: Int
    }

    /// The size of the images that the position embeddings belong to.
    package var imageSize: Edges
    package var patchSize: Edges
    package var channelCount: Int
    package var hiddenSize: Int
    package var layerCount: Int
    package var headCount: Int
    package var intermediateSize: Int
    package var activation: Activation
    package var hiddenDropout: Float
    package var attentionDropout: Float
    package var hasProjectionBias: Bool
    package var initializerRange: Float
    package var layerNormEpsilon: Float
    /// Outputs of the pooler, which files hold though neither classification nor captioning uses it.
    package var poolerOutputs: Int

    /// Reads the configuration; `file` is named in errors. What is missing takes Hugging Face's defaults.
    package init(_ json: JSONValue, file: String) throws(ModelError) {
        let reader = ConfigurationReader(json, file: file)
        imageSize = try Self.edges("image_size", default: 224, reader)
        patchSize = try Self.edges("patch_size", default: 16, reader)
        channelCount = try reader.size("num_channels", default: 3)
        hiddenSize = try reader.size("hidden_size", default: 768)
        layerCount = try reader.layers("num_hidden_layers", default: 12)
        headCount = try reader.size("num_attention_heads", default: 12)
        intermediateSize = try reader.size("intermediate_size", default: 3_072)
        activation = try reader.activation("hidden_act", default: "gelu")
        hiddenDropout = try reader.probability("hidden_dropout_prob", default: 0)
        attentionDropout = try reader.probability("attention_probs_dropout_prob", default: 0)
        hasProjectionBias = try reader.flag("qkv_bias", default: true)
        initializerRange = try reader.positive("initializer_range", default: 0.02)
        layerNormEpsilon = try reader.positive("layer_norm_eps", default: 1e-12)
        poolerOutputs = try reader.size("pooler_output_size", default: hiddenSize)
        guard hiddenSize % headCount == 0 else {
            throw .badValue(
                "num_attention_heads", found: "\(headCount)",
                expected: "a divisor of hidden_size = \(hiddenSize)", in: file)
        }
        guard imageSize.height >= patchSize.height, imageSize.width >= patchSize.width else {
            throw .badValue(
                "patch_size", found: "\(patchSize.height) × \(patchSize.width)",
                expected: "no more than image_size = \(imageSize.height) × \(imageSize.width)", in: file)
        }
        try reader.checkProduct(
            "num_channels × patch_size", [channelCount, patchSize.height, patchSize.width])
        try reader.checkProduct(
            "patches of image_size", [imageSize.height / patchSize.height, imageSize.width / patchSize.width])
    }

    /// One number for both edges, or a list of height and width.
    private static func edges(
        _ key: String, default fallback: Int, _ reader: ConfigurationReader
    ) throws(ModelError) -> Edges {
        guard let list = reader.value?[key]?.array else {
            let edge = try reader.size(key, default: fallback)
            return Edges(height: edge, width: edge)
        }
        let sizes = list.compactMap(\.integer).filter { $0 > 0 && $0 <= ConfigurationReader.largestSize }
        guard list.count == 2, sizes.count == 2 else {
            throw .badValue(
                key, found: reader.value?[key]?.summary ?? "missing",
                expected: "one or two positive whole numbers",
                in: reader.file)
        }
        return Edges(height: sizes[0], width: sizes[1])
    }

    /// Tokens of an image of the configured size: one for each patch and one for all.
    package var tokenCount: Int {
        imageSize.height / patchSize.height * (imageSize.width / patchSize.width) + 1
    }
}

extension ViTConfiguration: EncoderConfiguration {
    var poolerSize: Int? { poolerOutputs }
    var maskedLMHead: MaskedLMHead? { nil }
    var blockShape: PostNormConfiguration? { nil }

    func encoder(_ layout: inout ParameterLayout, prefix: String) -> any EncoderNetwork {
        ViTEncoder(&layout, self, prefix: prefix)
    }

    func classification(prefix: String) -> ClassificationLayers.Plan {
        ClassificationLayers.Plan(output: "classifier", dropout: 0)
    }
}
