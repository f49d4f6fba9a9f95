// vocab.json and merges.txt: a byte-level vocabulary as GPT-2, RoBERTa and Qwen 2 ship it, without a
// tokenizer.json.

/// A byte-level vocabulary with its merges, and the family whose pipeline stands around it.
struct MergesFile {
    /// The pipelines that such files are read with.
    enum Family {
        case gpt2
        case roberta
        case qwen2

        /// The family that `tokenizer_class` of tokenizer_config.json or `model_type` of config.json names.
        init?(tokenizerClass: String?, modelType: String?) {
            switch (tokenizerClass?.replacing("TokenizerFast", with: "Tokenizer"), modelType) {
            case ("GPT2Tokenizer", _), (nil, "gpt2"): self = .gpt2
            case ("RobertaTokenizer", _), (nil, "roberta"): self = .roberta
            case ("Qwen2Tokenizer", _), (nil, "qwen2"), (nil, "qwen3"): self = .qwen2
            default: return nil
            }
        }
    }

    private let file: TokenizerFile
    private let vocabulary: Vocabulary
    private let merges: [(left: Int32, right: Int32, merged: Int32)]

    /// Reads the vocabulary, an object of tokens and ids, and the merges, two tokens a line in order of their
    /// rank.
    init(
        vocabulary bytes: [UInt8], path: String, merges lines: [UInt8], mergesPath: String
    ) throws(TokenizerError) {
        file = try TokenizerFile(bytes, path: path)
        let vocabulary = try file.vocabulary(file.root)
        guard let text = String(validating: lines, as: UTF8.self) else {
            throw .invalidValue(path: mergesPath, key: "the file", expected: "UTF-8", found: "other bytes")
        }
        var merges: [(left: Int32, right: Int32, merged: Int32)] = []
        let newline = UInt8(ascii: "\n")
        for (index, line) in text.utf8.split(separator: newline, omittingEmptySubsequences: false)
            .enumerated()
        {
            var line = line
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty || line.starts(with: "#version".utf8) { continue }
            let content = String(decoding: line, as: UTF8.self)
            guard let parts = PairMerges.parts(content) else {
                throw .invalidValue(
                    path: mergesPath, key: "line \(index + 1)", expected: "two tokens with a space between",
                    found: "'\(content)'")
            }
            merges.append(
                try vocabulary.merge(parts[0], parts[1], path: mergesPath, place: "line \(index + 1)"))
        }
        self.vocabulary = vocabulary
        self.merges = merges
    }

    /// The family's tokenizer over this vocabulary; `modelType` is that of config.json. A vocabulary that has
    /// RoBERTa's special tokens is taken for RoBERTa's if no file names the family, any other for GPT-2's.
    func tokenizer(
        _ configuration: TokenizerConfiguration, modelType: String?
    ) throws(TokenizerError) -> any Tokenizer {
        let hasRobertaTokens = vocabulary.id(of: "<s>") != nil && vocabulary.id(of: "<mask>") != nil
        let family =
            Family(tokenizerClass: configuration.tokenizerClass, modelType: modelType)
            ?? (hasRobertaTokens ? .roberta : .gpt2)
        let defaults: TokenRoles =
            switch family {
            case .gpt2: .gpt2
            case .roberta: .roberta
            case .qwen2: .qwen2
            }
        let roles = configuration.roles(defaults)
        let added = try addedTokens(configuration, defaults: defaults)
        let id = added.id
        var template = SequenceTemplate.wrapped(
            beginning: configuration.addsBeginning ? roles[.beginningOfSequence].flatMap(id) : nil,
            end: configuration.addsEnd ? roles[.endOfSequence].flatMap(id) : nil)
        var trimming: OffsetTrimming?
        if family == .roberta {
            guard let classifier = roles[.classifier].flatMap(id),
                let separator = roles[.separator].flatMap(id)
            else {
                throw .missingToken(
                    path: file.path, token: roles[.classifier] ?? "null",
                    role: "the classifier token (cls_token)")
            }
            template = .roberta(classifier: classifier, separator: separator)
            let keepsSpace = configuration.addsPrefixSpace ?? false
            trimming = configuration.trimsOffsets ? OffsetTrimming(keepsFirstSpace: keepsSpace) : nil
        }
        let byteLevel = ByteLevelPreTokenizer(
            addsPrefixSpace: configuration.addsPrefixSpace ?? false, splits: family != .qwen2)
        let qwen2 = PatternSplitter(pattern: .gpt4(longestNumber: 1))
        return TokenizerPipeline(
            normalizer: NormalizerChain(steps: family == .qwen2 ? [CanonicalComposition()] : []),
            preTokenizer: PreTokenizerChain(steps: family == .qwen2 ? [qwen2, byteLevel] : [byteLevel]),
            model: BytePairEncoding(
                vocabulary: vocabulary, merges: merges, unknown: nil, options: .init(isByteLevel: true)),
            template: template, trimming: trimming, decoder: TokenDecoder(steps: [.byteLevel]),
            addedTokens: added.tokens, special: roles.ids(id, unknownID: nil),
            options: .init(configuration, truncationSide: nil))
    }

    /// The added tokens of the files beside these; those that the vocabulary lacks get new ids.
    private func addedTokens(
        _ configuration: TokenizerConfiguration, defaults: TokenRoles
    ) throws(TokenizerError) -> AddedTokenList {
        _ = try vocabulary.checked(configuration.addedTokens ?? [], path: configuration.path)
        var list = AddedTokenList(vocabulary)
        list.add(configuration, ofDocument: [], defaults: defaults)
        return list
    }
}
