// What the classes that build their tokenizer anew make of a tokenizer.json.

internal import JSON

extension TokenizerClass {
    /// `document`, a tokenizer.json, with the stations that the class builds in place of the file's. The
    /// vocabulary, and where the class has none of its own the post-processor, stay.
    func rebuilt(_ document: JSONValue, _ configuration: TokenizerConfiguration) -> JSONValue {
        guard self != .plain, var root = document.object, var model = root["model"]?.object,
            fits(model, document)
        else { return document }
        let addsPrefixSpace = configuration.addsPrefixSpace ?? addsPrefixSpace
        for (name, value) in modelSwitches(configuration) { model.set(name, to: value) }
        root.set("model", to: .object(model))
        root.set("normalizer", to: normalizer(document, configuration))
        root.set("pre_tokenizer", to: preTokenizer(configuration, addsPrefixSpace))
        root.set("decoder", to: decoder(addsPrefixSpace))
        return .object(root)
    }

    /// Whether the file's model is of the kind that the class builds.
    private func fits(_ model: JSONObject, _ document: JSONValue) -> Bool {
        let type = model["type"]?.string ?? (model["merges"] == nil ? "WordPiece" : "BPE")
        return switch self {
        case .bert: type == "WordPiece"
        case .xlmRoberta, .t5, .pegasus, .mbart: type == "Unigram"
        case .roberta, .gpt2, .qwen2, .llama, .gemma: type == "BPE"
        case .plain: true
        }
    }

    private func modelSwitches(_ configuration: TokenizerConfiguration) -> JSONObject {
        switch self {
        case .bert:
            let switches: JSONObject = [
                "type": "WordPiece", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            ]
            guard let unknown = configuration.roles(roles)[.unknown] else { return switches }
            return switches.merging(["unk_token": .string(unknown)])
        case .xlmRoberta, .mbart: return ["unk_id": 3, "byte_fallback": false]
        case .t5: return ["unk_id": 2, "byte_fallback": false]
        case .pegasus: return ["byte_fallback": false]
        case .plain: return [:]
        case .roberta, .gpt2, .qwen2, .llama, .gemma:
            let isBytes = self == .llama || self == .gemma
            let unknown = self == .gemma ? configuration.roles(roles)[.unknown] : nil
            return [
                "type": "BPE", "dropout": .null, "unk_token": unknown.map { .string($0) } ?? .null,
                "continuing_subword_prefix": .null, "end_of_word_suffix": .null, "fuse_unk": .bool(isBytes),
                "byte_fallback": .bool(isBytes), "ignore_merges": false,
            ]
        }
    }

    private func normalizer(_ document: JSONValue, _ configuration: TokenizerConfiguration) -> JSONValue {
        switch self {
        case .bert:
            return [
                "type": "BertNormalizer", "clean_text": true,
                "handle_chinese_chars": .bool(configuration.padsChinese),
                "strip_accents": configuration.stripsAccents.map { .bool($0) } ?? .null,
                "lowercase": .bool(configuration.lowercases),
            ]
        case .qwen2: return ["type": "NFC"]
        case .gemma: return ["type": "Replace", "pattern": ["String": " "], "content": "▁"]
        case .xlmRoberta, .t5: return table(document)
        case .pegasus:
            func replace(_ expression: String) -> JSONValue {
                ["type": "Replace", "pattern": ["Regex": .string(expression)], "content": " "]
            }
            let table = table(document)
            return [
                "type": "Sequence", "normalizers": [table.isNull ? replace("\\n") : table, replace(" {2,}")],
            ]
        case .roberta, .gpt2, .llama, .mbart, .plain: return .null
        }
    }

    /// Of the file's normalisers, the table of SentencePiece; null if it has none.
    private func table(_ document: JSONValue) -> JSONValue {
        let own = document["normalizer"]
        let parts = own?["normalizers"]?.array ?? own.map { [$0] } ?? []
        return parts.first { $0["type"]?.string == "Precompiled" } ?? .null
    }

    private func preTokenizer(_ configuration: TokenizerConfiguration, _ addsPrefixSpace: Bool) -> JSONValue {
        func byteLevel(splits: Bool) -> JSONValue {
            [
                "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": true,
                "use_regex": .bool(splits),
            ]
        }
        func metaspace(_ scheme: String, splits: Bool) -> JSONValue {
            [
                "type": "Metaspace", "replacement": "▁", "prepend_scheme": .string(scheme),
                "split": .bool(splits),
            ]
        }
        let always = addsPrefixSpace ? "always" : "never"
        switch self {
        case .bert, .plain: return ["type": "BertPreTokenizer"]
        case .roberta, .gpt2: return byteLevel(splits: true)
        case .qwen2:
            let split: JSONValue = [
                "type": "Split", "pattern": ["Regex": .string(WordPattern.qwen2Expression)],
                "behavior": "Isolated", "invert": false,
            ]
            return ["type": "Sequence", "pretokenizers": [split, byteLevel(splits: false)]]
        case .llama:
            let scheme = addsPrefixSpace && !(configuration.legacy ?? false) ? "first" : always
            return metaspace(scheme, splits: false)
        case .gemma:
            return [
                "type": "Split", "pattern": ["String": " "], "behavior": "MergedWithPrevious",
                "invert": false,
            ]
        case .pegasus: return metaspace("always", splits: true)
        case .xlmRoberta, .t5, .mbart:
            let scheme = self == .xlmRoberta ? always : "always"
            return [
                "type": "Sequence",
                "pretokenizers": [["type": "WhitespaceSplit"], metaspace(scheme, splits: true)],
            ]
        }
    }

    private func decoder(_ addsPrefixSpace: Bool) -> JSONValue {
        switch self {
        case .bert, .plain: return ["type": "WordPiece", "prefix": "##", "cleanup": true]
        case .roberta, .gpt2, .qwen2: return ["type": "ByteLevel"]
        case .llama, .gemma:
            var steps: [JSONValue] = [
                ["type": "Replace", "pattern": ["String": "▁"], "content": " "], ["type": "ByteFallback"],
                ["type": "Fuse"],
            ]
            if addsPrefixSpace { steps.append(["type": "Strip", "content": " ", "start": 1, "stop": 0]) }
            return ["type": "Sequence", "decoders": .array(steps)]
        case .xlmRoberta, .t5, .pegasus, .mbart:
            let isAlways = addsPrefixSpace || self != .xlmRoberta
            return [
                "type": "Metaspace", "replacement": "▁", "prepend_scheme": isAlways ? "always" : "never",
                "split": true,
            ]
        }
    }

    /// The template and trimming that the class sets over those of the file; nil if it leaves them.
    ///
    /// - Parameters:
    ///   - roles: the tokens of the roles.
    ///   - id: gives the id of a token.
    func postProcessor(
        _ configuration: TokenizerConfiguration, _ roles: TokenRoles, _ id: (String) -> Int32?
    ) -> (template: SequenceTemplate, trimming: OffsetTrimming?)? {
        func place(_ role: TokenRole) -> Int32? { roles[role].flatMap(id) }
        switch self {
        case .bert:
            guard let classifier = place(.classifier), let separator = place(.separator) else { return nil }
            return (.bert(classifier: classifier, separator: separator), nil)
        case .roberta:
            guard let classifier = place(.classifier), let separator = place(.separator) else { return nil }
            let keepsSpace = configuration.addsPrefixSpace ?? addsPrefixSpace
            let trimming = configuration.trimsOffsets ? OffsetTrimming(keepsFirstSpace: keepsSpace) : nil
            return (.roberta(classifier: classifier, separator: separator), trimming)
        case .xlmRoberta:
            guard let first = place(.beginningOfSequence), let last = place(.endOfSequence) else {
                return nil
            }
            return (.roberta(classifier: first, separator: last), nil)
        case .t5:
            return place(.endOfSequence).map { (.ended([$0], between: [$0]), nil) }
        case .pegasus:
            return place(.endOfSequence).map { (.ended([$0], between: []), nil) }
        case .mbart:
            // A language that the vocabulary lacks is the unknown token, as for the class.
            guard let last = place(.endOfSequence),
                let language = id(configuration.sourceLanguage) ?? place(.unknown)
            else { return nil }
            return (.ended([last, language], between: []), nil)
        case .gpt2, .qwen2, .llama, .gemma, .plain: return nil
        }
    }
}
