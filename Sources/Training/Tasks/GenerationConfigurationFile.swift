// generation_config.json of a model directory: how those who made a model want its texts generated.

package import Arguments
internal import Checkpoints
internal import Files
internal import Foundation
package import Generation
internal import JSON
internal import Models
package import Training

/// What a model directory says about generation, read as transformers 5 reads it.
///
/// The keys come from generation_config.json; without that file from config.json, where older models have
/// them, and from its decoder. What no file says has Hugging Face's default: 20 new tokens, greedy, and the
/// 50 most likely tokens when sampling. A directory of adapters has the files of its base model, unless it
/// brings its own.
package struct GenerationConfigurationFile: Sendable {
    /// The file's keys over Hugging Face's defaults.
    package let defaults: GenerationOptions
    /// Whether the file says how long a text may become.
    private let limitsLength: Bool
    /// What the file asks for and generation does not have.
    private let unsupported: [Unsupported]

    private struct Unsupported: Sendable {
        let occasion: Occasion
        let error: TrainingError
    }

    /// When a key has an effect on the text.
    private enum Occasion: Sendable {
        case always, sampling, beamSearch
    }

    /// Throws when a file is malformed or a key has a value that it cannot have.
    package init(directory: String) throws {
        var source = try GenerationKeys(directory: directory)
        if source == nil, let adapter = try AdapterDirectory(directory) {
            self = try GenerationConfigurationFile(directory: adapter.base)
            return
        }
        if source == nil { source = try GenerationKeys(configurationOf: directory) }
        let keys = source ?? GenerationKeys(path: directory + "/config.json", places: [])
        var options = GenerationOptions()
        options.topK = 50
        limitsLength = try Self.readLengths(keys, &options)
        try Self.readChoice(keys, &options)
        defaults = options
        unsupported = Self.foreignKeys.compactMap { key in
            guard let value = keys.value(key.name), !Self.isNeutral(value, key.neutral) else { return nil }
            return Unsupported(
                occasion: key.occasion, error: .unsupportedGeneration(key.name, in: keys.path))
        }
    }

    /// The file's options with what `arguments` set in their place; options of sampling are neutral in other
    /// searches. `defaultNewTokens` is the most of new tokens when neither limits the length.
    ///
    /// Throws when the file asks for something that generation does not have and that would change the text.
    package func options(
        _ arguments: GenerationArguments, seed: UInt64, defaultNewTokens: Int = 20
    ) throws(TrainingError) -> GenerationOptions {
        var options = arguments.options(defaults: defaults, seed: seed)
        if !limitsLength, arguments.maxNewTokens == nil { options.maximumNewTokens = defaultNewTokens }
        if !options.isSampling { (options.temperature, options.topK, options.topP) = (1, 0, 1) }
        for key in unsupported {
            switch key.occasion {
            case .sampling where !options.isSampling: continue
            case .beamSearch where options.beamCount == 1: continue
            default: throw key.error
            }
        }
        return options
    }

    /// Returns whether there is a limit.
    private static func readLengths(
        _ keys: GenerationKeys, _ options: inout GenerationOptions
    ) throws(TrainingError) -> Bool {
        let longest = try keys.integer("max_length", atLeast: 1)
        let newest = try keys.integer("max_new_tokens", atLeast: 1)
        if let newest { options.maximumNewTokens = newest } else { options.maximumLength = longest }
        if let least = try keys.integer("min_new_tokens", atLeast: 0) {
            options.minimumNewTokens = least
        } else {
            options.minimumLength = try keys.integer("min_length", atLeast: 0) ?? 0
        }
        return longest != nil || newest != nil
    }

    private static func readChoice(
        _ keys: GenerationKeys, _ options: inout GenerationOptions
    ) throws(TrainingError) {
        options.endIDs = try keys.ids("eos_token_id")
        options.isSampling = try keys.flag("do_sample") ?? options.isSampling
        options.temperature = try keys.number("temperature") ?? options.temperature
        options.topK = try keys.integer("top_k", atLeast: 0) ?? options.topK
        options.topP = try keys.number("top_p") ?? options.topP
        options.repetitionPenalty = try keys.number("repetition_penalty") ?? options.repetitionPenalty
        options.noRepeatNGramSize = try keys.integer("no_repeat_ngram_size", atLeast: 0) ?? 0
        options.beamCount = try keys.integer("num_beams", atLeast: 1) ?? options.beamCount
        options.lengthPenalty = try keys.number("length_penalty") ?? options.lengthPenalty
        options.earlyStopping = try keys.earlyStopping() ?? options.earlyStopping
        let begin = try keys.ids("forced_bos_token_id")
        guard begin.count <= 1 else {
            throw TrainingError(
                "\(keys.path): \"forced_bos_token_id\" must be the id of one token: correct the file")
        }
        options.forcedBeginID = begin.first
        options.forcedEndIDs = try keys.ids("forced_eos_token_id")
        options.badWords = try keys.words("bad_words_ids")
        options.suppressedIDs = try keys.ids("suppress_tokens")
        options.suppressedBeginIDs = try keys.ids("begin_suppress_tokens")
    }

    // MARK: What transformers has and this library does not

    /// Keys that change what transformers generates, with the number that means "off"; null, false and empty
    /// lists always do. Keys of speed and output format, and those that transformers hands on to code of the
    /// model, are left alone.
    private static let foreignKeys: [(name: String, neutral: Double?, occasion: Occasion)] = [
        ("typical_p", 1, .sampling), ("min_p", 0, .sampling), ("top_h", nil, .sampling),
        ("epsilon_cutoff", 0, .sampling), ("eta_cutoff", 0, .sampling), ("penalty_alpha", 0, .always),
        ("encoder_repetition_penalty", 1, .always), ("encoder_no_repeat_ngram_size", 0, .always),
        ("sequence_bias", nil, .always), ("forced_decoder_ids", nil, .always),
        ("exponential_decay_length_penalty", nil, .always),
        ("guidance_scale", 1, .always), ("watermarking_config", nil, .always),
        ("token_healing", nil, .always), ("dola_layers", nil, .always), ("stop_strings", nil, .always),
        ("max_time", nil, .always), ("constraints", nil, .beamSearch), ("force_words_ids", nil, .beamSearch),
        ("num_beam_groups", 1, .beamSearch), ("diversity_penalty", 0, .beamSearch),
        ("renormalize_logits", nil, .beamSearch),
    ]

    private static func isNeutral(_ value: JSONValue, _ neutral: Double?) -> Bool {
        switch value {
        case .null, .bool(false): true
        case .array(let values): values.isEmpty
        case .object(let members): members.isEmpty
        case .number: neutral != nil && value.double == neutral
        case .bool(true), .string: false
        }
    }
}

/// The keys of a file, looked up in one or several of its objects.
private struct GenerationKeys {
    let path: String
    /// The first that has a key wins.
    let places: [JSONValue]

    init(path: String, places: [JSONValue]) { (self.path, self.places) = (path, places) }

    /// generation_config.json of a directory; nil if it has none.
    init?(directory: String) throws {
        path = directory + "/generation_config.json"
        guard FileSystem.exists(path) else { return nil }
        // A file without an end token would let the model write for ever: config.json names it.
        let configuration = try GenerationKeys(configurationOf: directory)
        let end = configuration?.value("eos_token_id").map { JSONValue.object(["eos_token_id": $0]) }
        places = [try ModelConfigurationFile.object(path)] + [end].compactMap { $0 }
    }

    /// config.json of a directory, then its decoder; nil if it has none.
    init?(configurationOf directory: String) throws {
        path = directory + "/config.json"
        guard FileSystem.exists(path) else { return nil }
        let json = try ModelConfigurationFile.object(path)
        places = [json] + ["decoder", "generator", "text_config"].compactMap { json[$0] }.prefix(1)
    }

    /// The value of a key that is stated and not null.
    func value(_ key: String) -> JSONValue? {
        places.lazy.compactMap { $0[key] }.first { $0 != .null }
    }

    private func bad(_ key: String, _ expected: String) -> TrainingError {
        TrainingError("\(path): \"\(key)\" must be \(expected): correct the file")
    }

    func integer(_ key: String, atLeast least: Int) throws(TrainingError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.integer, number >= least else {
            throw bad(key, "a whole number of \(least) or more")
        }
        return number
    }

    func number(_ key: String) throws(TrainingError) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.double, number.isFinite else { throw bad(key, "a number") }
        return number
    }

    func flag(_ key: String) throws(TrainingError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.bool else { throw bad(key, "true or false") }
        return flag
    }

    /// The tokens of a key such as `eos_token_id`, one or several.
    func ids(_ key: String) throws(TrainingError) -> [Int32] {
        guard let value = value(key) else { return [] }
        guard let ids = Self.ids(value.array ?? [value]) else {
            throw bad(key, "the id of a token or a list of ids")
        }
        return ids
    }

    /// The lists of tokens of a key.
    func words(_ key: String) throws(TrainingError) -> [[Int32]] {
        guard let value = value(key) else { return [] }
        let words = value.array?.map { $0.array.flatMap(Self.ids) }
        guard let words, words.allSatisfy({ $0?.isEmpty == false }) else {
            throw bad(key, "a list of lists of the ids of tokens, none of them empty")
        }
        return words.compactMap { $0 }
    }

    private static func ids(_ values: [JSONValue]) -> [Int32]? {
        let ids = values.compactMap { $0.integer.flatMap { Int32(exactly: $0) } }
        return ids.count == values.count && ids.allSatisfy { $0 >= 0 } ? ids : nil
    }

    func earlyStopping() throws(TrainingError) -> EarlyStopping? {
        guard let value = value("early_stopping") else { return nil }
        switch value {
        case .bool(let stops): return stops ? .whenFull : .heuristic
        case .string("never"): return .never
        default: throw bad("early_stopping", "true, false or \"never\"")
        }
    }
}

extension TrainingError {
    fileprivate static func unsupportedGeneration(_ key: String, in path: String) -> TrainingError {
        TrainingError(
            "\(path) sets \"\(key)\", which Lockstep does not have, so that the texts would not be those the model's "
                + "makers want; remove the key from the file to generate without it")
    }
}
