// The vision transformer (Dosovitskiy et al. 2021): an encoder of image patches.

internal import Layers
internal import Tensors

/// Patch embeddings, pre-norm blocks and the last norm.
final class ViTEncoder: ImageEncoder {
    let configuration: ViTConfiguration
    /// Whether images of another size than the configuration's are taken, their positions interpolated:
    /// Hugging Face's `interpolate_pos_encoding`.
    var interpolatesPositions = false
    let embedding: PatchEmbedding
    let stack: PreNormStack

    var width: Int { configuration.hiddenSize }
    var maximumLength: Int { configuration.tokenCount }

    /// Adds the slots of the encoder, in forward order.
    init(_ layout: inout ParameterLayout, _ configuration: ViTConfiguration, prefix: String) {
        self.configuration = configuration
        let patch = configuration.patchSize
        embedding = PatchEmbedding(
            &layout, prefix + "embeddings", channels: configuration.channelCount, patchHeight: patch.height,
            patchWidth: patch.width,
            grid: .init(
                rows: configuration.imageSize.height / patch.height,
                columns: configuration.imageSize.width / patch.width), width: configuration.hiddenSize,
            standardDeviation: configuration.initializerRange)
        var blocks: [PreNormBlock] = []
        var starts = [layout.slots.count]
        for index in 0..<configuration.layerCount {
            blocks.append(Self.block(&layout, configuration, name: prefix + "encoder.layer.\(index)."))
            starts.append(layout.slots.count)
        }
        stack = PreNormStack(
            blocks: blocks, blockStarts: starts,
            norm: Self.norm(&layout, configuration, name: prefix + "layernorm"))
    }

    private static func norm(
        _ layout: inout ParameterLayout, _ configuration: ViTConfiguration, name: String
    ) -> ResidualNorm {
        ResidualNorm(
            &layout, name, width: configuration.hiddenSize, kind: .layer,
            epsilon: configuration.layerNormEpsilon, dropoutProbability: configuration.hiddenDropout)
    }

    private static func block(
        _ layout: inout ParameterLayout, _ configuration: ViTConfiguration, name: String
    ) -> PreNormBlock {
        let own = name + "attention.attention"
        let attentionNorm = norm(&layout, configuration, name: name + "layernorm_before")
        let attention = GroupedQueryAttention(
            &layout, own, .separate(query: own + ".query", key: own + ".key", value: own + ".value"),
            outputName: name + "attention.output.dense",
            shape: .init(
                width: configuration.hiddenSize, heads: configuration.headCount, isCausal: false,
                hasProjectionBias: configuration.hasProjectionBias),
            dropoutProbability: configuration.attentionDropout,
            standardDeviation: configuration.initializerRange)
        let feedForwardNorm = norm(&layout, configuration, name: name + "layernorm_after")
        let feedForward = FeedForward(
            &layout, innerName: name + "intermediate.dense", outerName: name + "output.dense",
            width: configuration.hiddenSize, innerWidth: configuration.intermediateSize,
            activation: configuration.activation, standardDeviation: configuration.initializerRange)
        return PreNormBlock(
            attentionNorm: attentionNorm, attention: attention, feedForwardNorm: feedForwardNorm,
            feedForward: feedForward)
    }

    /// Hidden states of all tokens, `[T, C]`.
    func hiddenStates(_ pass: Pass) -> Tensor {
        stack.forward(width: width, pass) { embedding.forward(pass) }
    }

    func backward(statesGradient dstates: Tensor, _ pass: Pass) {
        embedding.backward(gradient: stack.backward(gradient: dstates, pass), pass)
    }

    func states(of rows: SelectedRows, _ pass: Pass) -> Tensor {
        stack.forward(rows: rows, width: width, pass) { embedding.forward(pass) }
    }

    func backward(selectedGradient: Tensor, _ pass: Pass) { backward(statesGradient: selectedGradient, pass) }

    func validate(_ batch: TokenBatch) throws(ModelError) {
        guard let images = batch.images else { throw .noImages() }
        guard images.channels == configuration.channelCount else {
            throw .imageChannels(images.channels, expected: configuration.channelCount)
        }
        let (found, size, patch) = (
            ViTConfiguration.Edges(height: images.height, width: images.width), configuration.imageSize,
            configuration.patchSize
        )
        guard found.height >= patch.height, found.width >= patch.width,
            found == size || interpolatesPositions
        else { throw .imageSize(found, expected: size, patch: patch) }
    }
}

extension ModelError {
    static func noImages() -> ModelError {
        ModelError(description: "the model reads images, but the batch holds text; give rows with images")
    }

    static func imageChannels(_ found: Int, expected: Int) -> ModelError {
        ModelError(
            description:
                "the model reads images of \(expected) channels, found \(found); choose a model for RGB images"
        )
    }

    static func imageSize(
        _ found: ViTConfiguration.Edges, expected: ViTConfiguration.Edges, patch: ViTConfiguration.Edges
    ) -> ModelError {
        ModelError(
            description:
                "images of \(found.height) × \(found.width) pixels do not fit the model, which reads "
                + "\(expected.height) × \(expected.width) in patches of \(patch.height) × \(patch.width); set "
                + "\"size\" in preprocessor_config.json to the model's, or let the positions be interpolated "
                + "(interpolate_pos_encoding) for another size of at least one patch")
    }
}
