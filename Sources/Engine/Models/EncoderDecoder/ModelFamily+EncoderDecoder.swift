// Encoders joined with decoders (Rothe et al. 2020): the rows of the pairs in the table of model families.

package import JSON

extension ModelFamily {
    /// An encoder of texts with a decoder.
    static let encoderDecoder = ModelFamily(
        "encoder-decoder", architectures: [.encoderDecoder: "EncoderDecoderModel"], prefix: "encoder.",
        benchModels: [BenchConfiguration(name: "bert2bert", configuration: summarizerConfiguration)])

    /// An encoder of images with a decoder.
    static let visionEncoderDecoder = ModelFamily(
        "vision-encoder-decoder", architectures: [.encoderDecoder: "VisionEncoderDecoderModel"],
        prefix: "encoder.",
        benchModels: [BenchConfiguration(name: "vit-gpt2", configuration: captionerConfiguration)])

    /// Whether the encoder of a pair reads images.
    var readsImages: Bool { modelType == Self.visionEncoderDecoder.modelType }

    /// The `model_type` of a pair whose encoder's config.json is `encoder`.
    package static func pairType(encoder: JSONValue) -> String {
        let family = encoder["model_type"]?.string.flatMap(named)
        return family?.architectures[.imageEncoder] == nil
            ? encoderDecoder.modelType : visionEncoderDecoder.modelType
    }

    private static var summarizerConfiguration: JSONValue {
        let encoder = bertConfiguration(width: 768, layers: 12)
        var decoder = encoder.object ?? [:]
        decoder["is_decoder"] = .bool(true)
        decoder["add_cross_attention"] = .bool(true)
        return .object([
            "model_type": .string("encoder-decoder"), "encoder": encoder, "decoder": .object(decoder),
            "decoder_start_token_id": .integer(101), "pad_token_id": .integer(0),
        ])
    }

    private static var captionerConfiguration: JSONValue {
        .object([
            "model_type": .string("vision-encoder-decoder"), "encoder": vitConfiguration,
            "decoder": gpt2Configuration, "decoder_start_token_id": .integer(0), "pad_token_id": .integer(0),
        ])
    }
}
