// Rules about two pretrained models that are joined to one.
import Arguments

extension RunConfiguration {
    private static let pairKeys = ["encoder_model_name_or_path", "decoder_model_name_or_path"]

    /// Encoder and decoder come together, in place of one model, for a task that has both. A model that a
    /// flag names beats those of the file, so that a recipe serves to evaluate what it made.
    func validatePair(_ sources: KeySources) throws(ConfigurationError) {
        let given = [model.encoderModelNameOrPath, model.decoderModelNameOrPath]
        guard given.contains(where: { $0 != nil }) else { return }
        let place = sources.location(of: Self.pairKeys)
        if let missing = given.firstIndex(of: nil) {
            throw .contradiction(
                Self.pairKeys[1 - missing],
                "\(Self.pairKeys[1 - missing]) needs \(Self.pairKeys[missing]) beside it: a new model is joined from"
                    + " both; for a model that has both, give model_name_or_path alone.",
                place)
        }
        if !model.modelNameOrPath.isEmpty, !modelBeatsPair(sources) {
            throw .contradiction(
                "model_name_or_path",
                "model_name_or_path names a whole model, and \(Self.pairKeys.joined(separator: " and ")) join a new one;"
                    + " leave one of them out.",
                sources.location(of: ["model_name_or_path"]))
        }
        guard model.pair != nil else { return }
        if training.adaptation.loraR != nil {
            throw .contradiction(
                "lora_r",
                "lora_r adapts one pretrained model, but this run joins two whose cross-attention is new; train without"
                    + " lora_r first, and adapt the model that this gives.",
                sources.location(of: ["lora_r"]))
        }
    }

    private func modelBeatsPair(_ sources: KeySources) -> Bool {
        func isFlag(_ key: String) -> Bool { sources.locations[key] == .flag(key) }
        return isFlag("model_name_or_path") && !Self.pairKeys.contains(where: isFlag)
    }
}
