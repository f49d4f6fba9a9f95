// The tokenizer of a GGUF file, byte-level BPE or SentencePiece: read, checked, and described for Hugging
// Face.

internal import JSON
internal import Models
internal import Phrases

/// Tokens, merges and roles of a tokenizer.
struct GGUFTokenizer: Sendable {
    /// What a token is (llama.h, `enum llama_token_type`).
    private enum Kind: Int {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    /// A token that is found in the text before it is split.
    struct Added: Sendable {
        let id: Int
        let text: String
        let isSpecial: Bool
    }

    /// Tokens by id; nil for rows of the embedding that stand for no token.
    let tokens: [String?]
    let added: [Added]
    /// Best first.
    let merges: [GGUFMerges.Merge]
    let model: GGUFTokenizerModel
    /// Tokens put before and after every text.
    let prefix: Added?
    let suffix: Added?
    let notes: [String]
    private let roles: Roles
    private let chatTemplate: String?

    /// Reads the metadata. Throws when the tokenizer is of another kind, or its parts contradict each other.
    init(_ keys: GGUFKeys, vocabularySize: Int) throws(GGUFImportError) {
        model = try GGUFTokenizerModel(keys)
        let texts = try Self.texts(keys, vocabularySize: vocabularySize)
        let kinds = try Self.kinds(keys, count: texts.count)
        tokens = zip(texts, kinds).enumerated().map { id, token in
            token.1 == .unused && token.0 == "[PAD\(id)]" ? nil : token.0
        }
        roles = try Roles(keys, tokens: texts)
        // transformers' class for SentencePiece finds every token with a role in the text.
        let markers = model.fallsBackToBytes ? roles.all : roles.markers
        added = zip(texts, kinds).enumerated().compactMap { id, token in
            if markers.contains(id) { return Added(id: id, text: token.0, isSpecial: true) }
            return switch token.1 {
            case .unknown, .control: Added(id: id, text: token.0, isSpecial: true)
            case .userDefined: Added(id: id, text: token.0, isSpecial: false)
            case .normal, .unused, .byte: nil
            }
        }
        merges =
            model.fallsBackToBytes && !keys.has("tokenizer.ggml.merges")
            ? try GGUFMerges.derived(keys, tokens: tokens) : try GGUFMerges.read(keys, tokens: texts)
        let addsPrefix = try keys.bool("tokenizer.ggml.add_bos_token") ?? model.addsPrefix
        let addsSuffix = try keys.bool("tokenizer.ggml.add_eos_token") ?? false
        prefix = try roles.added(roles.bos, texts, if: addsPrefix, "bos", keys)
        suffix = try roles.added(roles.eos, texts, if: addsSuffix, "eos", keys)
        chatTemplate = try keys.string("tokenizer.chat_template")
        notes = try Self.notes(keys, model, hasTemplate: chatTemplate != nil)
    }

    private static func notes(
        _ keys: GGUFKeys, _ model: GGUFTokenizerModel, hasTemplate: Bool
    ) throws(GGUFImportError) -> [String] {
        var notes: [String] = model.note.map { [$0] } ?? []
        if !hasTemplate { notes.append("The file has no chat template, so the model cannot chat as it is.") }
        if let names = try keys.strings("tokenizer.chat_templates"), !names.isEmpty {
            notes.append(
                "Only the default chat template is imported, not \(names.joined(separator: ", ")).")
        }
        return notes
    }

    private static func texts(
        _ keys: GGUFKeys, vocabularySize: Int
    ) throws(GGUFImportError) -> [String] {
        let key = "tokenizer.ggml.tokens"
        guard let texts = try keys.strings(key) else { throw .missingMetadata(key, in: keys.path) }
        guard !texts.isEmpty, texts.count <= vocabularySize else {
            throw .badTokenizer(
                "it has \(texts.count, "token"), the embedding \(vocabularySize, "row")", in: keys.path)
        }
        var seen: Set<[UInt8]> = []
        for (id, text) in texts.enumerated() {
            guard !text.isEmpty, seen.insert(Array(text.utf8)).inserted else {
                throw .badTokenizer(
                    text.isEmpty ? "token \(id) is empty" : "the token '\(text)' occurs twice", in: keys.path)
            }
        }
        return texts
    }

    private static func kinds(_ keys: GGUFKeys, count: Int) throws(GGUFImportError) -> [Kind] {
        let key = "tokenizer.ggml.token_type"
        guard let numbers = try keys.integers(key) else { throw .missingMetadata(key, in: keys.path) }
        guard numbers.count == count else {
            throw .badTokenizer("it has \(count, "token") and \(numbers.count, "token type")", in: keys.path)
        }
        var kinds: [Kind] = []
        kinds.reserveCapacity(count)
        for (id, number) in numbers.enumerated() {
            guard let kind = Kind(rawValue: number) else {
                throw .badTokenizer(
                    "token \(id) has the type \(number), expected 1 to 6", in: keys.path)
            }
            kinds.append(kind)
        }
        return kinds
    }
}

// MARK: Roles

extension GGUFTokenizer {
    /// Ids of the tokens that have a role.
    private struct Roles: Sendable {
        let bos: Int?
        let eos: Int?
        let unknown: Int?
        let padding: Int?
        /// Ids that end an answer, without `eos`.
        let otherEnds: [Int]
        let texts: [String: String]

        init(_ keys: GGUFKeys, tokens: [String]) throws(GGUFImportError) {
            func id(_ role: String) throws(GGUFImportError) -> Int? {
                try keys.integer("tokenizer.ggml.\(role)_token_id", in: 0..<tokens.count)
            }
            bos = try id("bos")
            eos = try id("eos")
            unknown = try id("unknown")
            padding = try id("padding")
            var ends: [Int] = []
            for role in ["eot", "eom"] {
                if let end = try id(role), end != eos, !ends.contains(end) { ends.append(end) }
            }
            otherEnds = ends
            let named = ["bos_token": bos, "eos_token": eos, "unk_token": unknown, "pad_token": padding]
            texts = named.compactMapValues { $0.map { tokens[$0] } }
        }

        /// Tokens that frame texts and answers: special even where a converter forgot to mark them.
        var markers: Set<Int> { Set([bos, eos].compactMap(\.self) + otherEnds) }

        /// All tokens with a role.
        var all: Set<Int> { markers.union([unknown, padding].compactMap(\.self)) }

        func added(
            _ id: Int?, _ tokens: [String], if isWanted: Bool, _ role: String, _ keys: GGUFKeys
        ) throws(GGUFImportError) -> Added? {
            guard isWanted else { return nil }
            guard let id else {
                throw .missingMetadata("tokenizer.ggml.\(role)_token_id", in: keys.path)
            }
            return Added(id: id, text: tokens[id], isSpecial: true)
        }
    }

    /// The ids that config.json states.
    var tokenIDs: JSONObject {
        let ids = [
            ("bos_token_id", roles.bos), ("eos_token_id", roles.eos), ("pad_token_id", roles.padding),
        ]
        return JSONObject(ids.map { ($0, $1.map(JSONValue.integer) ?? .null) })
    }

    /// generation_config.json: the ids, with every token that ends an answer.
    var generationConfiguration: JSONObject {
        let ends = (roles.eos.map { [$0] } ?? []) + roles.otherEnds
        let end: JSONValue? =
            switch ends.count {
            case 0: nil
            case 1: .integer(ends[0])
            default: .array(ends.map(JSONValue.integer))
            }
        var result = JSONObject(tokenIDs.filter { $0.value != .null }.map { ($0.key, $0.value) })
        result["eos_token_id"] = end
        return result
    }

    /// tokenizer_config.json. The class is the one that takes tokenizer.json as it stands.
    func configuration(maximumLength: Int) -> JSONObject {
        var result = JSONObject(roles.texts.mapValues(JSONValue.string))
        result["tokenizer_class"] = .string("PreTrainedTokenizerFast")
        result["model_max_length"] = .integer(maximumLength)
        result["clean_up_tokenization_spaces"] = .bool(false)
        result["chat_template"] = chatTemplate.map(JSONValue.string)
        return result
    }
}
