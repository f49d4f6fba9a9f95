// An encoder and a decoder joined by cross-attention (Rothe et al. 2020: "Leveraging Pre-trained
// Checkpoints").

package import JSON
internal import Kernels
package import Layers
package import Tensors

/// Hugging Face's EncoderDecoderModel, an encoder of texts with a decoder, and VisionEncoderDecoderModel,
/// where the encoder reads images.
package final class EncoderDecoder: SequenceToSequenceModel, ImageModel {
    package let parameters: ParameterStore
    package let encoderPrefix = "encoder."
    /// Prefix of the decoder's names.
    package let decoderPrefix = "decoder."
    /// Prefix of the decoder network's names behind `decoderPrefix`, such as `bert.`.
    package var decoderBackbone: String { decoder.family.prefix }
    /// Prefix that the encoder's names have in files of its own, such as `bert.`.
    package var encoderBackbone: String { encoderFamily.prefix }
    package let startID: Int32
    package let endIDs: [Int32]
    private let json: JSONValue
    private let family: ModelFamily
    private let encoderFamily: ModelFamily
    let encoder: SourceEncoder
    let projection: Linear?
    let decoder: TextDecoder

    static let heads: Set<ModelFamily.Head> = [.encoderDecoder]

    /// Builds the network of `json`, the config.json of an encoder–decoder, with zero parameters. `file` is
    /// named in errors.
    package init(_ json: JSONValue, file: String) throws(ModelError) {
        self.json = json
        family = try ModelFamily.of(json, having: Self.heads, file: file)
        guard let encoderJSON = json["encoder"] else { throw .missingKey("encoder", in: file) }
        guard let decoderJSON = json["decoder"] else { throw .missingKey("decoder", in: file) }
        var layout = ParameterLayout()
        encoderFamily = try ModelFamily.of(
            encoderJSON, having: family.readsImages ? [.imageEncoder] : [.textEncoder], file: file)
        let configuration = try encoderFamily.encoderConfiguration(encoderJSON, file: file)
        let width = try ModelFamily.of(decoderJSON, having: [.decoder], file: file)
            .decoderConfiguration(decoderJSON, file: file).hiddenSize
        encoder = SourceEncoder(&layout, configuration, prefix: encoderPrefix)
        projection =
            width == encoder.width
            ? nil
            : Linear(
                &layout, "enc_to_dec_proj", inputs: encoder.width, outputs: width,
                standardDeviation: configuration.initializerRange)
        decoder = try TextDecoder(
            &layout, decoderJSON, having: [.decoder], prefix: decoderPrefix, sourceWidth: width, file: file)
        parameters = try layout.store(file: file)
        let size = decoder.predictor.vocabularySize
        func token(_ key: String) -> JSONValue? {
            [json[key], decoderJSON[key]].compactMap { $0 }.first { $0 != .null }
        }
        guard let start = token("decoder_start_token_id") ?? token("bos_token_id") else {
            throw .missingKey("decoder_start_token_id", in: file)
        }
        guard let startID = start.integer, (0..<size).contains(startID) else {
            throw .badValue(
                "decoder_start_token_id", found: start.summary, expected: "an id below \(size)", in: file)
        }
        self.startID = Int32(startID)
        let end = token("eos_token_id")
        endIDs = (end?.array ?? [end].compactMap { $0 }).compactMap { value in
            value.integer.flatMap(Int32.init(exactly:))
        }
    }

    /// nil for an encoder of texts.
    package var imageConfiguration: ViTConfiguration? {
        (encoder.encoder as? any ImageEncoder)?.configuration
    }
    package var interpolatesPositions: Bool {
        get { (encoder.encoder as? any ImageEncoder)?.interpolatesPositions ?? false }
        set { (encoder.encoder as? any ImageEncoder)?.interpolatesPositions = newValue }
    }

    package var maximumLength: Int { encoder.maximumLength }
    package var maximumTargetLength: Int { decoder.maximumLength }
    package var vocabularySize: Int { decoder.predictor.vocabularySize }
    package var tiedTensors: [TiedTensor] { decoder.predictor.tiedTensors }
    package var configurationJSON: JSONValue { json.described(by: family.architecture(Self.heads)) }

    /// The decoder's output layer is the one that can be tied.
    package var untiedConfiguration: JSONValue {
        var members = configurationJSON.object ?? [:]
        members["decoder"] = members["decoder"]?.untied
        return .object(members)
    }

    /// What two pretrained checkpoints do not bring: the cross-attention and the projection of the states.
    package func isHead(_ slot: ParameterSlot) -> Bool {
        ["crossattention.", "ln_cross_attn.", "enc_to_dec_proj."].contains { slot.name.contains($0) }
    }

    package func mayIgnore(tensor name: String) -> Bool {
        name.hasPrefix(decoderPrefix)
            ? decoder.mayIgnore(tensor: name)
            : encoderFamily.mayIgnore(tensor: String(name.dropFirst(encoderPrefix.count)), besides: [])
    }

    package func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.encoder.validate(batch) }
    package func validateTarget(_ batch: TokenBatch) throws(ModelError) { try decoder.validate(batch) }

    package func lossSums(
        source: Pass, target: Pass, targets: [Int32], scale: Double, labelSmoothing: Double
    ) -> TokenLossSums {
        let states = encoder.hiddenStates(source)
        let projected = projection?.forward(states, source) ?? states
        guard target.isTraining else {
            return decoder.predictor.lossSums(
                target, source: CrossAttentionSource(states: projected, offsets: source.batch.offsets),
                targets: targets, scale: scale, labelSmoothing: labelSmoothing)
        }
        let dprojected = target.activation(rows: projected.rows, columns: projected.columns)
        dprojected.clear()
        let sums = decoder.predictor.lossSums(
            target, source: CrossAttentionSource(states: projected, offsets: source.batch.offsets),
            sourceGradient: dprojected, targets: targets, scale: scale, labelSmoothing: labelSmoothing)
        var dstates = dprojected
        if let projection {
            dstates = target.activation(rows: states.rows, columns: states.columns)
            projection.backward(gradient: dprojected, input: states, source, into: dstates)
            projection.finishBackward(source)
        }
        encoder.backward(statesGradient: dstates, source)
        return sums
    }

    package func sequenceLossSums(source: Pass, target: Pass, targets: [Int32]) -> [TokenLossSums] {
        decoder.predictor.sequenceLossSums(
            target, source: encode(source), sourceBatch: source.batch, targets: targets)
    }

    package func encode(_ source: Pass) -> CrossAttentionSource {
        let states = encoder.hiddenStates(source)
        return CrossAttentionSource(
            states: projection?.forward(states, source) ?? states, offsets: source.batch.offsets)
    }

    package func logits(_ target: Pass, source: CrossAttentionSource, rows: [Int32]) -> Tensor {
        decoder.predictor.logits(target, source: source, rows: rows)
    }
}
