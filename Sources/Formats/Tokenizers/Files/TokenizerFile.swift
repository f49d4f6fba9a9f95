// tokenizer.json: the pipeline of a Hugging Face tokenizer, component by component.

internal import JSON

/// A parsed tokenizer.json.
struct TokenizerFile {
    /// Ids from here on are refused: an embedding of that many rows is a damaged file, not a model.
    static let highestID: Int32 = 1 << 22

    let path: String
    let root: TokenizerReader

    init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
        self.path = path
        root = TokenizerReader(try JSONValue(parsing: bytes, path: path), file: path)
        guard case .object? = root.value else { throw root.mismatch("an object") }
    }

    /// The tokenizer that the file describes; `configuration` names the tokens that have a role.
    func tokenizer(_ configuration: TokenizerConfiguration) throws(TokenizerError) -> any Tokenizer {
        switch try modelType() {
        case "WordPiece":
            _ = try component("pre_tokenizer", supported: ["BertPreTokenizer"])
            let normalizer = BertNormalizer(options: try bertNormalizerOptions())
            return try pipeline(
                try wordPiece(), normalizer, BertPreTokenizer(), decoder: try wordPieceDecoder(),
                configuration)
        case "Unigram":
            return try pipeline(
                try unigram(), try normalizer(), try preTokenizer(allowsByteLevel: false),
                decoder: try decoder(),
                configuration)
        default:
            return try pipeline(
                try bytePairEncoding(), try normalizer(), try preTokenizer(allowsByteLevel: true),
                decoder: try decoder(), configuration)
        }
    }

    private func pipeline<Normalizer: TextNormalizer, Splitter: PreTokenizer, Model: SubwordModel>(
        _ model: Model, _ normalizer: Normalizer, _ preTokenizer: Splitter, decoder: TokenDecoder,
        _ configuration: TokenizerConfiguration
    ) throws(TokenizerError) -> any Tokenizer {
        let vocabulary = model.vocabulary
        var added: [AddedToken] = []
        for node in try root["added_tokens"].ifPresent?.array() ?? [] {
            added.append(try AddedToken(node, id: node.member("id").int32(maximum: Self.highestID)))
        }
        added = try vocabulary.checked(added, path: path)
        let id = { (token: String) in
            added.last { $0.content.utf8.elementsEqual(token.utf8) }?.id ?? vocabulary.id(of: token)
        }
        let isWordPiece = Model.self == WordPiece.self
        let roles = configuration.roles(isWordPiece ? .bert : .found(id))
        let (template, trimming) = try postProcessor()
        return TokenizerPipeline(
            normalizer: normalizer, preTokenizer: preTokenizer, model: model, template: template,
            trimming: trimming, decoder: decoder, addedTokens: added,
            special: roles.ids(id, unknownID: model.unknownID))
    }

    /// The component `name`, if its type is one of `supported`.
    func component(
        _ name: String, supported: [String]
    ) throws(TokenizerError) -> (type: String, node: TokenizerReader) {
        try checked(root[name].ifPresent, name, supported: supported)
    }

    /// The type of a component, if it is one of `supported`; `name` is what it is in a message.
    func checked(
        _ node: TokenizerReader?, _ name: String, supported: [String]
    ) throws(TokenizerError) -> (type: String, node: TokenizerReader) {
        let type = try node?.member("type").string()
        guard let node, let type, supported.contains(type) else {
            throw .unsupportedComponent(
                path: path, component: name, found: type.map { "'\($0)'" } ?? "null",
                supported: supported.joined(separator: ", "))
        }
        return (type, node)
    }

    /// The components that `name` consists of, those of a `Sequence` (listed under `list`) one by one; none
    /// if null.
    func components(
        _ name: String, list: String, supported: [String]
    ) throws(TokenizerError) -> [(type: String, node: TokenizerReader)] {
        guard let node = root[name].ifPresent else { return [] }
        var result: [(type: String, node: TokenizerReader)] = []
        func add(_ node: TokenizerReader) throws(TokenizerError) {
            let (type, node) = try checked(node, name, supported: supported + ["Sequence"])
            guard type == "Sequence" else {
                result.append((type, node))
                return
            }
            for element in try node.member(list).array() { try add(element) }
        }
        try add(node)
        return result
    }

    /// What a component does not support of its options.
    func unsupported(_ name: String, _ found: String, supported: String) -> TokenizerError {
        .unsupportedComponent(path: path, component: name, found: found, supported: supported)
    }
}
