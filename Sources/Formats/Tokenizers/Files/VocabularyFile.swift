// vocab.txt: one token a line, its id the number of the line from 0; BERT's pipeline stands around it.

/// A WordPiece vocabulary as plain text.
struct VocabularyFile {
    let path: String
    private let tokens: [(token: String, id: Int32)]

    /// Splits `bytes` into lines. Whitespace at the end of a line does not count.
    init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
        self.path = path
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var tokens: [(token: String, id: Int32)] = []
        for (index, line) in lines.enumerated() {
            guard let text = String(validating: line, as: UTF8.self) else {
                throw .invalidValue(
                    path: path, key: "line \(index + 1)", expected: "UTF-8", found: "other bytes")
            }
            var scalars = Substring(text).unicodeScalars
            while let last = scalars.last, last.isUnicodeWhitespace { scalars.removeLast() }
            tokens.append((String(scalars), Int32(index)))
        }
        self.tokens = tokens
    }

    /// BERT's tokenizer over this vocabulary.
    func tokenizer(_ configuration: TokenizerConfiguration) throws(TokenizerError) -> any Tokenizer {
        let vocabulary = Vocabulary(tokens)
        func required(_ token: String, _ role: String) throws(TokenizerError) -> Int32 {
            guard let id = vocabulary.id(of: token) else {
                throw .missingToken(path: path, token: token, role: role)
            }
            return id
        }
        let roles = configuration.roles(.bert)
        let unknown = try required(roles[.unknown] ?? "null", "the unknown token (unk_token)")
        let classifier = try required(roles[.classifier] ?? "null", "the classifier token (cls_token)")
        let separator = try required(roles[.separator] ?? "null", "the separator token (sep_token)")
        _ = try vocabulary.checked(configuration.addedTokens ?? [], path: configuration.path)
        var added = AddedTokenList(vocabulary)
        added.add(configuration, ofDocument: [], defaults: .bert)
        let model = WordPiece(
            vocabulary: vocabulary, unknown: unknown, continuationPrefix: "##", longestWord: 100)
        return TokenizerPipeline(
            normalizer: BertNormalizer(
                options: .init(
                    padsChinese: configuration.padsChinese,
                    stripsAccents: configuration.stripsAccents ?? configuration.lowercases,
                    lowercases: configuration.lowercases)),
            preTokenizer: BertPreTokenizer(), model: model,
            template: .bert(classifier: classifier, separator: separator),
            decoder: TokenDecoder(steps: [
                .wordPiece(WordPieceDecoder(prefix: Array("##".utf8), tidies: true))
            ]), addedTokens: added.tokens, special: roles.ids(added.id, unknownID: unknown),
            options: .init(configuration, truncationSide: nil))
    }
}

extension Vocabulary {
    /// `tokens` if none contradicts this vocabulary: a token of the vocabulary must have its id there,
    /// another one an id of its own.
    func checked(_ tokens: [AddedToken], path: String) throws(TokenizerError) -> [AddedToken] {
        for token in tokens {
            if let id = id(of: token.content) {
                guard id == token.id else {
                    throw .conflictingToken(
                        path: path, token: token.content, id: Int(token.id), detail: "there it has id \(id)")
                }
            } else if let other = self.token(of: token.id) {
                let name = String(decoding: other, as: UTF8.self)
                throw .conflictingToken(
                    path: path, token: token.content, id: Int(token.id), detail: "there that id is '\(name)'")
            }
        }
        return tokens
    }
}
