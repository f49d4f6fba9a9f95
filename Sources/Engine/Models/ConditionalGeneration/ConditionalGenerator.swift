// Models that were pretrained to write one text for another: BART, Pegasus and T5.

package import JSON
internal import Kernels
package import Layers
package import Tensors

/// Hugging Face's …ForConditionalGeneration: an encoder and a decoder over the same embeddings of words.
package final class ConditionalGenerator: SequenceToSequenceModel {
    package let parameters: ParameterStore
    package let startID: Int32
    package let endIDs: [Int32]
    private let json: JSONValue
    private let family: ModelFamily
    private let configuration: any SequenceToSequenceConfiguration
    private let encoder: any EncoderNetwork
    private let decoder: LMHeadModel

    static let heads: Set<ModelFamily.Head> = [.conditionalGeneration]

    /// Builds the network of `json`, a config.json, with zero parameters. `file` is named in errors.
    package init(_ json: JSONValue, file: String) throws(ModelError) {
        self.json = json
        family = try ModelFamily.of(json, having: Self.heads, file: file)
        guard let read = family.sequenceToSequence else {
            preconditionFailure("the family \(family.modelType) has no encoder with a decoder")
        }
        configuration = try read(json, file)
        var layout = ParameterLayout()
        (encoder, decoder) = configuration.networks(&layout)
        // Constants, such as sinusoidal positions, go where frozen parameters are.
        layout.freeze { _ in false }
        parameters = try layout.store(file: file)
        startID = try Self.startID(json, size: configuration.vocabularySize, file: file)
        let end = json["eos_token_id"]
        endIDs = (end?.array ?? [end].compactMap { $0 }).compactMap { value in
            value.integer.flatMap(Int32.init(exactly:))
        }
    }

    private static func startID(_ json: JSONValue, size: Int, file: String) throws(ModelError) -> Int32 {
        guard let start = json["decoder_start_token_id"], start != .null else {
            throw .missingKey("decoder_start_token_id", in: file)
        }
        guard let id = start.integer, (0..<size).contains(id) else {
            throw .badValue(
                "decoder_start_token_id", found: start.summary, expected: "an id below \(size)", in: file)
        }
        return Int32(id)
    }

    package var encoderPrefix: String { family.prefix }
    package var maximumLength: Int { configuration.maximumSourceLength }
    package var maximumTargetLength: Int { configuration.maximumTargetLength }
    package var vocabularySize: Int { configuration.vocabularySize }
    package var framesTargets: Bool { true }
    package var tiedTensors: [TiedTensor] { decoder.tiedTensors }
    package var configurationJSON: JSONValue { json.described(by: family.architecture(Self.heads)) }
    package var untiedConfiguration: JSONValue {
        var members = configurationJSON.untied.object ?? [:]
        for (key, value) in configuration.untiedMembers { members[key] = .bool(value) }
        return .object(members)
    }

    package func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix("lm_head.") }
    package func isPooler(_ slot: ParameterSlot) -> Bool { false }

    package func mayIgnore(tensor name: String) -> Bool {
        decoder.mayIgnore(tensor: name) || family.mayIgnore(tensor: name, besides: decoder.headPrefixes)
    }

    package func validate(_ batch: TokenBatch) throws(ModelError) {
        try batch.requireFit(vocabulary: vocabularySize, maximumLength: maximumLength)
    }

    package func validateTarget(_ batch: TokenBatch) throws(ModelError) {
        try batch.requireFit(vocabulary: vocabularySize, maximumLength: maximumTargetLength)
    }

    package func lossSums(
        source: Pass, target: Pass, targets: [Int32], scale: Double, labelSmoothing: Double
    ) -> TokenLossSums {
        let states = encoder.hiddenStates(source)
        let attended = CrossAttentionSource(states: states, offsets: source.batch.offsets)
        guard target.isTraining else {
            return decoder.lossSums(
                target, source: attended, targets: targets, scale: scale, labelSmoothing: labelSmoothing)
        }
        let dstates = target.activation(rows: states.rows, columns: states.columns)
        dstates.clear()
        let sums = decoder.lossSums(
            target, source: attended, sourceGradient: dstates, targets: targets, scale: scale,
            labelSmoothing: labelSmoothing)
        encoder.backward(statesGradient: dstates, source)
        return sums
    }

    package func sequenceLossSums(source: Pass, target: Pass, targets: [Int32]) -> [TokenLossSums] {
        decoder.sequenceLossSums(
            target, source: encode(source), sourceBatch: source.batch, targets: targets)
    }

    package func encode(_ source: Pass) -> CrossAttentionSource {
        CrossAttentionSource(states: encoder.hiddenStates(source), offsets: source.batch.offsets)
    }

    package func logits(_ target: Pass, source: CrossAttentionSource, rows: [Int32]) -> Tensor {
        decoder.logits(target, source: source, rows: rows)
    }
}
