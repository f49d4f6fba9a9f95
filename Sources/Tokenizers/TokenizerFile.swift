// tokenizer.json: the pipeline of a Hugging Face tokenizer, component by component.

/// A parsed tokenizer.json.
struct TokenizerFile {
    /// Ids from here on are refused: an embedding of that many rows is a damaged file, not a model.
    static let highestID: Int32 = 1 << 22

    let path: String
    let root: JSONNode

    init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
        self.path = path
        root = JSONNode(value: try JSONParser.parse(bytes, path: path), path: path, key: "")
        guard case .object = root.value else { throw root.mismatch("an object") }
    }

    /// The tokenizer that the file describes; `configuration` names the tokens that have a role.
    func tokenizer(_ configuration: TokenizerConfiguration) throws(TokenizerError) -> any Tokenizer {
        let model = try wordPiece()
        let vocabulary = model.vocabulary
        var added: [AddedToken] = []
        for node in try root.optional("added_tokens")?.elements() ?? [] {
            added.append(try AddedToken(node, id: node.member("id").integer(maximum: Self.highestID)))
        }
        added = try vocabulary.checked(added, path: path)
        let id = { (token: String) in
            added.last { $0.content.utf8.elementsEqual(token.utf8) }?.id ?? vocabulary.id(of: token)
        }
        _ = try component("pre_tokenizer", supported: ["BertPreTokenizer"])
        return TokenizerPipeline(
            normalizer: BertNormalizer(options: try normalizerOptions()), preTokenizer: BertPreTokenizer(),
            model: model, template: try template(), decoder: try decoder(), addedTokens: added,
            special: configuration.specialTokens(id, unknownID: model.unknown))
    }

    /// The component `name`, if its type is one of `supported`.
    func component(
        _ name: String, supported: [String]
    ) throws(TokenizerError) -> (type: String, node: JSONNode) {
        let node = root.optional(name)
        let type = try node?.member("type").string()
        guard let node, let type, supported.contains(type) else {
            throw .unsupportedComponent(
                path: path, component: name, found: type.map { "'\($0)'" } ?? "null",
                supported: supported.joined(separator: ", "))
        }
        return (type, node)
    }

    private func normalizerOptions() throws(TokenizerError) -> BertNormalizer.Options {
        let node = try component("normalizer", supported: ["BertNormalizer"]).node
        let lowercases = try node.member("lowercase").boolean()
        return BertNormalizer.Options(
            cleansText: try node.member("clean_text").boolean(),
            padsChinese: try node.member("handle_chinese_chars").boolean(),
            stripsAccents: try node.optional("strip_accents")?.boolean() ?? lowercases, lowercases: lowercases
        )
    }

    private func decoder() throws(TokenizerError) -> WordPieceDecoder {
        let node = try component("decoder", supported: ["WordPiece"]).node
        return WordPieceDecoder(
            prefix: Array(try node.member("prefix").string().utf8),
            tidies: try node.member("cleanup").boolean())
    }

    private func wordPiece() throws(TokenizerError) -> WordPiece {
        let node = try component("model", supported: ["WordPiece"]).node
        var tokens: [(token: String, id: Int32)] = []
        for (token, idNode) in try node.member("vocab").members() {
            tokens.append((token, try idNode.integer(maximum: Self.highestID)))
        }
        var owners = [String?](repeating: nil, count: tokens.reduce(0) { max($0, Int($1.id) + 1) })
        for (token, id) in tokens {
            if let owner = owners[Int(id)] {
                throw .conflictingToken(
                    path: path, token: token, id: Int(id), detail: "there that id is '\(owner)'")
            }
            owners[Int(id)] = token
        }
        let vocabulary = Vocabulary(tokens)
        let unknown = try node.member("unk_token").string()
        guard let unknownID = vocabulary.id(of: unknown) else {
            throw .missingToken(path: path, token: unknown, role: "the unknown token (model.unk_token)")
        }
        return WordPiece(
            vocabulary: vocabulary, unknown: unknownID,
            continuationPrefix: try node.member("continuing_subword_prefix").string(),
            longestWord: Int(try node.member("max_input_chars_per_word").integer()))
    }
}
