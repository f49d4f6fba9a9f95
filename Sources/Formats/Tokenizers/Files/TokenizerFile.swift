// tokenizer.json: the pipeline of a Hugging Face tokenizer, component by component.

internal import JSON

/// A parsed tokenizer.json.
struct TokenizerFile {
    /// Ids from here on are refused: an embedding of that many rows is a damaged file, not a model.
    static let highestID: Int32 = 1 << 22

    let path: String
    let root: TokenizerReader

    init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
        self.init(try JSONValue(parsing: bytes, path: path), path: path)
        guard case .object? = root.value else { throw root.mismatch("an object") }
    }

    init(_ document: JSONValue, path: String) {
        self.path = path
        root = TokenizerReader(document, file: path)
    }

    /// The tokenizer that the file describes, as the class that `configuration` names opens it.
    func tokenizer(_ configuration: TokenizerConfiguration) throws(TokenizerError) -> any Tokenizer {
        guard let document = root.value else { throw root.mismatch("an object") }
        let tokenizerClass = TokenizerClass(configuration, document: document)
        let configuration = configuration.withTokens(of: tokenizerClass)
        return try TokenizerFile(tokenizerClass.rebuilt(document, configuration), path: path)
            .tokenizer(configuration, tokenizerClass)
    }

    private func tokenizer(
        _ configuration: TokenizerConfiguration, _ tokenizerClass: TokenizerClass
    ) throws(TokenizerError) -> any Tokenizer {
        switch try modelType() {
        case "WordPiece":
            _ = try component("pre_tokenizer", supported: ["BertPreTokenizer"])
            guard root["normalizer"]["type"].value?.string == "BertNormalizer" else {
                return try pipeline(
                    try wordPiece(), try normalizer(), BertPreTokenizer(), decoder: try wordPieceDecoder(),
                    configuration, tokenizerClass)
            }
            let normalizer = BertNormalizer(options: try bertNormalizerOptions())
            return try pipeline(
                try wordPiece(), normalizer, BertPreTokenizer(), decoder: try wordPieceDecoder(),
                configuration, tokenizerClass)
        case "Unigram":
            return try pipeline(
                try unigram(), try normalizer(), try preTokenizer(allowsByteLevel: false),
                decoder: try decoder(), configuration, tokenizerClass)
        default:
            return try pipeline(
                try bytePairEncoding(), try normalizer(), try preTokenizer(allowsByteLevel: true),
                decoder: try decoder(), configuration, tokenizerClass)
        }
    }

    private func pipeline<Normalizer: TextNormalizer, Splitter: PreTokenizer, Model: SubwordModel>(
        _ model: Model, _ normalizer: Normalizer, _ preTokenizer: Splitter, decoder: TokenDecoder,
        _ configuration: TokenizerConfiguration, _ tokenizerClass: TokenizerClass
    ) throws(TokenizerError) -> any Tokenizer {
        let added = try addedTokens(model.vocabulary, configuration, tokenizerClass)
        let isWordPiece = Model.self == WordPiece.self
        let defaults =
            tokenizerClass == .plain ? (isWordPiece ? .bert : .found(added.id)) : tokenizerClass.roles
        let roles = configuration.roles(defaults)
        let ofFile = try postProcessor()
        let (template, trimming) = tokenizerClass.postProcessor(configuration, roles, added.id) ?? ofFile
        return TokenizerPipeline(
            normalizer: normalizer, preTokenizer: preTokenizer, model: model, template: template,
            trimming: trimming, decoder: decoder, addedTokens: added.tokens,
            special: roles.ids(added.id, unknownID: model.unknownID),
            options: .init(configuration, truncationSide: try truncationSide()))
    }

    /// The added tokens of this file and of those beside it.
    private func addedTokens(
        _ vocabulary: Vocabulary, _ configuration: TokenizerConfiguration, _ tokenizerClass: TokenizerClass
    ) throws(TokenizerError) -> AddedTokenList {
        var own: [AddedToken] = []
        for node in try root["added_tokens"].ifPresent?.array() ?? [] {
            own.append(try AddedToken(node, id: node.member("id").int32(maximum: Self.highestID)))
        }
        var list = AddedTokenList(vocabulary)
        own = try vocabulary.checked(own, path: path)
        _ = try vocabulary.checked(configuration.addedTokens ?? [], path: configuration.path)
        if tokenizerClass == .plain { for token in own { list.add(token) } }
        list.add(configuration, ofDocument: own, defaults: tokenizerClass.roles)
        if tokenizerClass == .qwen2 {
            // This class adds all its special tokens a second time, by their text alone.
            for token in configuration.named(tokenizerClass.roles) + configuration.extraSpecialTokens {
                list.add(AddedToken(content: token.content, id: AddedToken.noID, isSpecial: true))
            }
        }
        return list
    }

    /// `direction` of the file's truncation.
    private func truncationSide() throws(TokenizerError) -> TruncationSide? {
        guard let direction = root["truncation"].ifPresent?["direction"].ifPresent else { return nil }
        guard let side = TruncationSide(rawValue: try direction.string().lowercased()) else {
            throw direction.mismatch("Left or Right")
        }
        return side
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

    /// The most components of a `Sequence`: each goes through the whole text.
    private static let mostComponents = 64

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
                guard result.count < Self.mostComponents else {
                    throw unsupported(
                        name, "of more than \(Self.mostComponents) components",
                        supported: "\(Self.mostComponents) of them")
                }
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
