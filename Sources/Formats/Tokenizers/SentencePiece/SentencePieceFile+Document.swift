// A SentencePiece model as a tokenizer.json: the vocabulary in the order that each class of transformers
// gives it, and what stands around it.

internal import Foundation
internal import JSON

extension SentencePieceFile {
    private typealias Entry = (token: String, score: Double)

    /// The document of a class; what the class builds itself in any case is left out.
    func document(
        _ tokenizerClass: TokenizerClass, _ configuration: TokenizerConfiguration
    ) throws(TokenizerError) -> JSONValue {
        let table: JSONValue =
            model.charsmap.isEmpty
            ? .null
            : [
                "type": "Precompiled",
                "precompiled_charsmap": .string(Data(model.charsmap).base64EncodedString()),
            ]
        var root: JSONObject = [
            "model": try modelNode(tokenizerClass, configuration), "normalizer": table, "added_tokens": [],
        ]
        if !tokenizerClass.isUnigram {
            root.set("post_processor", to: template(configuration, tokenizerClass))
        }
        guard tokenizerClass == .plain else { return .object(root) }
        var normalizers = table.isNull ? [] : [table]
        func replace(_ pattern: JSONValue, _ content: String) -> JSONValue {
            ["type": "Replace", "pattern": pattern, "content": .string(content)]
        }
        if model.removesExtraSpaces {
            normalizers.append(replace(["Regex": .string(ReplaceNormalizer.Pattern.edgeExpression)], ""))
            normalizers.append(replace(["Regex": " {2,}"], " "))
        }
        if model.escapesSpaces { normalizers.append(replace(["String": " "], "▁")) }
        let isLegacy = configuration.legacy ?? true
        if model.addsDummyPrefix, isLegacy {
            normalizers.append(replace(["Regex": .string(ReplaceNormalizer.Pattern.leadingExpression)], "▁▁"))
        }
        root.set("normalizer", to: ["type": "Sequence", "normalizers": .array(normalizers)])
        var decoders = [replace(["String": "▁"], " ")]
        if model.fallsBackToBytes { decoders.append(["type": "ByteFallback"]) }
        if model.addsDummyPrefix || model.fallsBackToBytes { decoders.append(["type": "Fuse"]) }
        if model.addsDummyPrefix {
            decoders.append(["type": "Strip", "content": " ", "start": 1, "stop": 0])
            root.set(
                "pre_tokenizer",
                to: [
                    "type": "Metaspace", "replacement": "▁", "split": false,
                    "prepend_scheme": .string(isLegacy ? "always" : "first"),
                ])
        }
        root.set("decoder", to: ["type": "Sequence", "decoders": .array(decoders)])
        return .object(root)
    }

    private func modelNode(
        _ tokenizerClass: TokenizerClass, _ configuration: TokenizerConfiguration
    ) throws(TokenizerError) -> JSONValue {
        let isUnigram = model.algorithm == .unigram
        guard tokenizerClass == .plain || tokenizerClass.isUnigram == isUnigram else {
            throw .unsupportedComponent(
                path: path, component: "under tokenizer_class \(tokenizerClass.rawValue) a model of type",
                found: "'\(model.algorithm.name)'", supported: tokenizerClass.isUnigram ? "unigram" : "BPE")
        }
        guard isUnigram else {
            let merges = model.merges(byScore: tokenizerClass == .plain)
            return [
                "type": "BPE", "unk_token": .string(model.unknown.piece), "fuse_unk": true,
                "byte_fallback": .bool(model.fallsBackToBytes), "ignore_merges": false,
                "vocab": .object(
                    JSONObject(model.pieces.enumerated().map { ($1.text, JSONValue.integer($0)) })),
                "merges": .array(merges.map { .array([.string($0), .string($1)]) }),
            ]
        }
        let vocabulary = try vocabulary(tokenizerClass, configuration)
        return [
            "type": "Unigram", "unk_id": .integer(vocabulary.unknown),
            "byte_fallback": .bool(model.fallsBackToBytes),
            "vocab": .array(vocabulary.entries.map { .array([.string($0.token), .real($0.score)]) }),
        ]
    }

    /// The entries of a unigram model in the order of the class's ids, and the id of the unknown one.
    private func vocabulary(
        _ tokenizerClass: TokenizerClass, _ configuration: TokenizerConfiguration
    ) throws(TokenizerError) -> (entries: [Entry], unknown: Int) {
        let roles = configuration.roles(tokenizerClass.roles)
        func named(_ list: [TokenRole]) -> [Entry] { list.compactMap { roles[$0] }.map { ($0, 0) } }
        let pieces: [Entry] = model.pieces.map { ($0.text, Double($0.score)) }
        switch tokenizerClass {
        case .t5:
            try requireUnknown(at: 2, tokenizerClass)
            let sentinels = (0..<configuration.extraIDs).reversed().map { ("<extra_id_\($0)>", 0.0) }
            return (pieces + sentinels, 2)
        case .pegasus:
            try requireUnknown(at: 2, tokenizerClass)
            var first = named([.pad, .endOfSequence])
            if let mask = configuration.sentenceMask { first.append((mask, 0)) }
            if let mask = roles[.mask], mask != configuration.sentenceMask { first.append((mask, 0)) }
            first += configuration.pegasusTokens.map { ($0, -100) }
            return (first + pieces[2...], first.count)
        case .xlmRoberta, .mbart:
            guard model.unknown.id < 3, pieces.count >= 3 else {
                throw unknownMismatch("an id below 3", tokenizerClass)
            }
            let first = named([.beginningOfSequence, .pad, .endOfSequence, .unknown])
            let languages: [Entry] = tokenizerClass == .mbart ? MBartLanguages.codes.map { ($0, 0) } : []
            return (first + pieces[3...] + languages + named([.mask]), 3)
        default: return (pieces, Int(model.unknown.id))
        }
    }

    private func requireUnknown(at id: Int64, _ tokenizerClass: TokenizerClass) throws(TokenizerError) {
        guard model.unknown.id == id else {
            throw unknownMismatch("id \(id), after the tokens for padding and the end", tokenizerClass)
        }
    }

    private func unknownMismatch(_ expected: String, _ tokenizerClass: TokenizerClass) -> TokenizerError {
        .unsupportedComponent(
            path: path, component: "under tokenizer_class \(tokenizerClass.rawValue) an unknown piece with",
            found: "id \(model.unknown.id)",
            supported: expected + "; name the class that the model was made for, or none, in "
                + "tokenizer_config.json")
    }

    /// `add_bos_token` and `add_eos_token`, which the classes that take byte pairs and none honour here.
    private func template(
        _ configuration: TokenizerConfiguration, _ tokenizerClass: TokenizerClass
    ) -> JSONValue {
        let roles = configuration.roles(tokenizerClass.roles)
        func id(_ isAdded: Bool, _ role: TokenRole) -> (token: String, id: Int)? {
            guard isAdded, let token = roles[role] else { return nil }
            return model.pieces.firstIndex { $0.text.utf8.elementsEqual(token.utf8) }.map { (token, $0) }
        }
        let first = id(configuration.addsBeginning, .beginningOfSequence)
        let last = id(configuration.addsEnd, .endOfSequence)
        func parts(_ text: String, _ kind: Int) -> [JSONValue] {
            func special(_ token: String) -> JSONValue {
                ["SpecialToken": ["id": .string(token), "type_id": .integer(kind)]]
            }
            let sequence: JSONValue = ["Sequence": ["id": .string(text), "type_id": .integer(kind)]]
            return (first.map { [special($0.token)] } ?? []) + [sequence]
                + (last.map { [special($0.token)] } ?? [])
        }
        let tokens = [first, last].compactMap { $0 }.map { entry -> (String, JSONValue) in
            (entry.token, ["ids": [.integer(entry.id)]])
        }
        return [
            "type": "TemplateProcessing", "single": .array(parts("A", 0)),
            "pair": .array(parts("A", 0) + parts("B", 1)), "special_tokens": .object(JSONObject(tokens)),
        ]
    }
}
