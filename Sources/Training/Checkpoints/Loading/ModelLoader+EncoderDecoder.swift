// Joins two pretrained checkpoints to an encoder–decoder, as Hugging Face's from_encoder_decoder_pretrained.

package import JSON
internal import Layers
package import Models
internal import Safetensors
internal import Tensors

/// The tokens that frame a decoder's target.
package struct DecoderTokens: Sendable, Equatable {
    package var startID: Int
    package var endID: Int
    package var paddingID: Int

    package init(startID: Int, endID: Int, paddingID: Int) {
        self.startID = startID
        self.endID = endID
        self.paddingID = paddingID
    }
}

extension ModelLoader {
    /// An encoder–decoder from the encoder in one directory and the decoder in another. The cross-attention,
    /// and whatever else the decoder's directory does not bring of its head, is initialised from `seed`.
    /// `overrides` replace keys of both, as in `load`.
    ///
    /// Throws as `load` does. Returns a report for each directory.
    package static func encoderDecoder(
        encoder: String, decoder: String, tokens: DecoderTokens, seed: UInt64,
        overrides: JSONObject = [:], readsWeights: Bool = true
    ) throws(CheckpointError) -> (model: any SequenceToSequenceModel, reports: [LoadReport]) {
        let encoderFile = try ModelConfigurationFile(directory: encoder)
        let decoderFile = try ModelConfigurationFile(directory: decoder)
        let paths = "\(encoderFile.path) and \(decoderFile.path)"
        let pair = joined(encoderFile.json, decoderFile.json, tokens)
        let json: JSONValue
        do { json = try ModelFamily.configuration(pair, replacing: overrides, file: paths) } catch {
            throw CheckpointError(error)
        }
        func attempt(_ json: JSONValue) throws(CheckpointError) -> (EncoderDecoder, [LoadReport], TiedTensor?)
        {
            let model: EncoderDecoder
            do { model = try EncoderDecoder(json, file: paths) } catch { throw CheckpointError(error) }
            let encoding = try fillEncoder(of: model, from: encoder, seed: seed, reads: readsWeights)
            let decoding = try fillDecoder(of: model, from: decoder, seed: seed, reads: readsWeights)
            if readsWeights {
                model.parameters.initialize(key: .init(seed: seed)) { $0.name.hasPrefix("enc_to_dec_proj.") }
            }
            return (model, [encoding.report, decoding.report], decoding.differentCopy)
        }
        let (model, reports, copy) = try attempt(json)
        guard let copy else { return (model, reports) }
        var untied = try attempt(model.untiedConfiguration)
        untied.1[1].untiedTensor = copy
        return (untied.0, untied.1)
    }

    private static func joined(
        _ encoder: JSONValue, _ decoder: JSONValue, _ tokens: DecoderTokens
    ) -> JSONValue {
        var encoderMembers = encoder.object ?? [:]
        var decoderMembers = decoder.object ?? [:]
        for key in ["torch_dtype", "transformers_version"] {
            encoderMembers[key] = nil
            decoderMembers[key] = nil
        }
        decoderMembers["is_decoder"] = .bool(true)
        decoderMembers["add_cross_attention"] = .bool(true)
        return .object([
            "model_type": .string(ModelFamily.pairType(encoder: encoder)),
            "is_encoder_decoder": .bool(true),
            "encoder": .object(encoderMembers), "decoder": .object(decoderMembers),
            "decoder_start_token_id": .integer(tokens.startID), "eos_token_id": .integer(tokens.endID),
            "pad_token_id": .integer(tokens.paddingID), "tie_word_embeddings": .bool(false),
        ])
    }

    private static func fillEncoder(
        of model: EncoderDecoder, from directory: String, seed: UInt64, reads: Bool
    ) throws(CheckpointError) -> Filling {
        let (prefix, backbone) = (model.encoderPrefix, model.encoderBackbone)
        return try fill(
            model, part: prefix, from: directory, seed: seed, reads: reads, isNew: model.isPooler
        ) { name in
            [prefix + (name.hasPrefix(backbone) ? String(name.dropFirst(backbone.count)) : name)]
        }
    }

    private static func fillDecoder(
        of model: EncoderDecoder, from directory: String, seed: UInt64, reads: Bool
    ) throws(CheckpointError) -> Filling {
        let (prefix, backbone) = (model.decoderPrefix, model.decoderPrefix + model.decoderBackbone)
        return try fill(
            model, part: prefix, from: directory, seed: seed, reads: reads,
            isNew: { model.isHead($0) || !$0.name.hasPrefix(backbone) },
            places: { name in [prefix + name, backbone + name] })
    }

    /// Fills the slots whose names start with `part`; `isNew` says which may be missing.
    private static func fill(
        _ model: EncoderDecoder, part: String, from directory: String, seed: UInt64, reads: Bool,
        isNew: (ParameterSlot) -> Bool, places: (String) -> [String]
    ) throws(CheckpointError) -> Filling {
        let files = try SafetensorsCollection.weights(in: directory)
        let slots = model.parameters.layout.slots.filter { $0.name.hasPrefix(part) }
        let assignment = try TensorAssignment(
            slots: slots, tied: model.tiedTensors, names: files.tensorNames, path: directory, places: places,
            mayIgnore: { name in places(name).contains(where: model.mayIgnore(tensor:)) })
        let missing = Set(assignment.missing.map(\.slot).filter(isNew).map(\.index))
        var new = NewParameters()
        new.head = slots.filter { missing.contains($0.index) }
        if !new.head.isEmpty { new.headReason = "the directory does not have them" }
        var filling = try fill(
            model, assignment, except: new, from: files, directory: directory, seed: seed, reads: reads)
        filling.report.modelType =
            model.configurationJSON[String(part.dropLast())]?["model_type"]?.string ?? ""
        filling.report.parameterCount = assignment.matches.reduce(0) { $0 + $1.tensor.count }
        return filling
    }
}
