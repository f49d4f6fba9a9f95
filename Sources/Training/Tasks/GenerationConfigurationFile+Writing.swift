// The generation_config.json beside a trained model, so that other programs end and shape its texts alike.

package import ChatTemplates
internal import Checkpoints
package import Generation
internal import JSON
package import Models
package import Tokenizers

extension GenerationConfigurationFile {
    package static let fileName = "generation_config.json"

    /// Keys of generation that older models have in config.json, which transformers reads only where there is
    /// no generation_config.json.
    private static let keys = [
        "bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "max_length",
        "max_new_tokens", "min_length", "min_new_tokens", "do_sample", "temperature", "top_k", "top_p",
        "repetition_penalty", "no_repeat_ngram_size", "num_beams", "length_penalty", "early_stopping",
        "forced_bos_token_id", "forced_eos_token_id", "bad_words_ids", "suppress_tokens",
        "begin_suppress_tokens",
    ]

    /// The file of a model that was trained on conversations: that of `directory`, with the tokens that end a
    /// turn of the template among `eos_token_id`. nil where it has them already.
    package static func ofChat(
        directory: String, _ template: ChatTemplate?, _ tokenizer: any Tokenizer
    ) throws -> [UInt8]? {
        var members = try members(directory)
        let value = members["eos_token_id"] ?? .null
        var options = GenerationOptions()
        options.endIDs = (value.array ?? [value]).compactMap { $0.integer.flatMap { Int32(exactly: $0) } }
        let ids = options.endingTurns(of: template, tokenizer).endIDs
        guard ids != options.endIDs else { return nil }
        members["eos_token_id"] =
            ids.count == 1 ? .integer(Int(ids[0])) : .array(ids.map { .integer(Int($0)) })
        return JSONValue.object(members).serialized()
    }

    /// The object in a directory's file; without one, the keys of generation in config.json. Adapters have
    /// those of their base model, unless they bring their own.
    private static func members(_ directory: String) throws -> JSONObject {
        let path = directory + "/" + fileName
        if DurableFiles.exists(path) {
            var members = try ModelConfigurationFile.object(path).object ?? [:]
            if members["eos_token_id"] ?? .null == .null {
                members["eos_token_id"] = try configured(directory)["eos_token_id"]
            }
            return members
        }
        if let adapter = try AdapterDirectory(directory) { return try members(adapter.base) }
        return try configured(directory)
    }

    private static func configured(_ directory: String) throws -> JSONObject {
        let path = directory + "/config.json"
        guard DurableFiles.exists(path) else { return [:] }
        let configuration = try ModelConfigurationFile.object(path)
        return JSONObject(
            keys.compactMap { key in
                configuration[key].flatMap { $0 == .null ? nil : (key, $0) }
            })
    }

    /// The file of an encoder–decoder whose texts are written with `options`: that of `directory`, if it has
    /// one, with these in its place.
    package static func of(
        _ model: any SequenceToSequenceModel, _ options: GenerationOptions, directory: String
    ) throws -> [UInt8] {
        let plain = GenerationOptions()
        let path = directory + "/" + fileName
        var members =
            DurableFiles.exists(path) ? try ModelConfigurationFile.object(path).object ?? [:] : [:]
        let ends = options.endIDs.isEmpty ? model.endIDs : options.endIDs
        members["decoder_start_token_id"] = .integer(Int(model.startID))
        members["eos_token_id"] =
            ends.count == 1 ? .integer(Int(ends[0])) : .array(ends.map { .integer(Int($0)) })
        let configuration = model.configurationJSON
        for key in ["bos_token_id", "pad_token_id"] {
            let value = configuration[key] ?? configuration["decoder"]?[key] ?? .null
            if value != .null { members[key] = value }
        }
        members["max_length"] = options.maximumLength.map { .integer($0) }
        members["max_new_tokens"] =
            options.maximumLength == nil ? .integer(options.maximumNewTokens) : nil
        func set<Value: Equatable>(
            _ key: String, _ option: KeyPath<GenerationOptions, Value>, _ json: (Value) -> JSONValue
        ) {
            let value = options[keyPath: option]
            members[key] = value == plain[keyPath: option] ? nil : json(value)
        }
        set("min_length", \.minimumLength) { .integer($0) }
        set("min_new_tokens", \.minimumNewTokens) { .integer($0) }
        set("num_beams", \.beamCount) { .integer($0) }
        set("length_penalty", \.lengthPenalty) { .shortest($0) }
        set("no_repeat_ngram_size", \.noRepeatNGramSize) { .integer($0) }
        set("repetition_penalty", \.repetitionPenalty) { .shortest($0) }
        set("early_stopping", \.earlyStopping) { $0 == .never ? .string("never") : .bool($0 == .whenFull) }
        func tokens(_ ids: [Int32]) -> JSONValue { .array(ids.map { .integer(Int($0)) }) }
        set("forced_bos_token_id", \.forcedBeginID) { $0.map { .integer(Int($0)) } ?? .null }
        set("forced_eos_token_id", \.forcedEndIDs) { $0.count == 1 ? .integer(Int($0[0])) : tokens($0) }
        set("bad_words_ids", \.badWords) { .array($0.map(tokens)) }
        set("suppress_tokens", \.suppressedIDs, tokens)
        set("begin_suppress_tokens", \.suppressedBeginIDs, tokens)
        members["do_sample"] = options.isSampling ? .bool(true) : nil
        members["temperature"] = options.isSampling ? .shortest(options.temperature) : nil
        members["top_k"] = options.isSampling ? .integer(options.topK) : nil
        members["top_p"] = options.isSampling ? .shortest(options.topP) : nil
        return JSONValue.object(members).serialized()
    }
}
