// Joins two pretrained checkpoints to an encoder–decoder, as Hugging Face's from_encoder_decoder_pretrained.

internal import Layers
public import Models
internal import Safetensors
internal import Tensors

/// The tokens that frame a decoder's target.
public struct DecoderTokens: Sendable, Equatable {
    public var startID: Int
    public var endID: Int
    public var paddingID: Int

    public init(startID: Int, endID: Int, paddingID: Int) {
        self.startID = startID
        self.endID = endID
        self.paddingID = paddingID
    }
}

extension PretrainedModel {
    /// An encoder–decoder from the BERT, RoBERTa or ViT in the directory `encoder` and the BERT or GPT-2 in `decoder`.
    /// The cross-attention, and whatever else the decoder's directory does not bring of its head, is initialised
    /// from `seed`.
    ///
    /// Throws as `load` does. Returns a report for each directory.
    public static func encoderDecoder(
        encoder: String, decoder: String, tokens: DecoderTokens, seed: UInt64,
        encoderOverrides: [String: JSONValue] = [:], decoderOverrides: [String: JSONValue] = [:]
    ) throws(CheckpointError) -> (model: any SequenceToSequenceModel, reports: [LoadReport]) {
        let encoderFile = try ModelConfigurationFile(directory: encoder)
        let decoderFile = try ModelConfigurationFile(directory: decoder)
        let json = joined(
            overridden(encoderFile.json, by: encoderOverrides),
            overridden(decoderFile.json, by: decoderOverrides), tokens)
        let model: EncoderDecoder
        do {
            model = try EncoderDecoder(json, file: "\(encoderFile.path) and \(decoderFile.path)")
        } catch { throw CheckpointError(error) }
        let encoderReport = try fill(
            model, part: model.encoderPrefix, from: encoder, seed: seed,
            places: { name in
                let bare = ["bert.", "roberta.", "vit."].first(where: name.hasPrefix).map {
                    name.dropFirst($0.count)
                }
                return [model.encoderPrefix + (bare ?? name[...])]
            },
            isNew: { $0.hasPrefix(model.encoderPrefix + "pooler.") })
        let decoderReport = try fill(
            model, part: model.decoderPrefix, from: decoder, seed: seed,
            places: { [model.decoderPrefix + $0, model.decoderPrefix + model.decoderBackbone + $0] },
            isNew: {
                $0.hasPrefix(model.decoderPrefix + "cls.") || $0.hasPrefix(model.decoderPrefix + "lm_head")
            })
        model.parameters.initialize(key: .init(seed: seed)) { $0.name.hasPrefix("enc_to_dec_proj.") }
        return (model, [encoderReport, decoderReport])
    }

    /// The config.json of an encoder or a decoder with some of its keys replaced. Keys of dropout are BERT's; GPT-2 has other
    /// names for them.
    static func overridden(_ json: JSONValue, by overrides: [String: JSONValue]) -> JSONValue {
        let names =
            json["model_type"]?.string == "gpt2"
            ? [
                "hidden_dropout_prob": ["resid_pdrop", "embd_pdrop"],
                "attention_probs_dropout_prob": ["attn_pdrop"],
            ] : [:]
        var members = json.object ?? [:]
        for (key, value) in overrides {
            for name in names[key] ?? [key] { members[name] = value }
        }
        return .object(members)
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
            "model_type": .string(
                encoder["model_type"]?.string == "vit" ? "vision-encoder-decoder" : "encoder-decoder"),
            "is_encoder_decoder": .bool(true),
            "encoder": .object(encoderMembers), "decoder": .object(decoderMembers),
            "decoder_start_token_id": .integer(tokens.startID), "eos_token_id": .integer(tokens.endID),
            "pad_token_id": .integer(tokens.paddingID), "tie_word_embeddings": .bool(false),
        ])
    }

    /// Fills the slots whose names start with `part`; `isNew` says which may be missing besides cross-attention.
    private static func fill(
        _ model: EncoderDecoder, part: String, from directory: String, seed: UInt64,
        places: (String) -> [String], isNew: (String) -> Bool
    ) throws(CheckpointError) -> LoadReport {
        let files = try SafetensorsCollection.weights(in: directory)
        let heads = ["cls.", "classifier.", "lm_head.", "score.", "qa_outputs.", "pooler.", "bert.pooler."]
        let assignment = try TensorAssignment(
            slots: model.parameters.layout.slots.filter { $0.name.hasPrefix(part) },
            names: files.tensorNames, path: directory, places: places,
            mayIgnore: { name in
                heads.contains(where: name.hasPrefix) || model.mayIgnore(tensor: model.decoderPrefix + name)
            })
        let missing = assignment.missing.map(\.slot).filter { model.isHead($0) || isNew($0.name) }
        var report = LoadReport(
            directory: directory,
            modelType: model.configurationJSON[String(part.dropLast())]?["model_type"]?.string ?? "",
            parameterCount: assignment.matches.reduce(0) { $0 + $1.tensor.count })
        report.ignored = assignment.ignored
        let fresh = Set(missing.map(\.index))
        if !fresh.isEmpty {
            report.newHead = model.parameters.layout.slots.filter { fresh.contains($0.index) }.map(\.name)
            report.newHeadReason = "the directory does not have them"
        }
        report.tensorCount = try read(
            assignment, except: fresh, from: files, directory, into: model, seed: seed)
        return report
    }
}
