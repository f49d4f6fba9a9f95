// A folder's tokenizer from the SentencePiece model alone: what the classes of transformers make of it where
// there is no tokenizer.json.

internal import JSON

/// A SentencePiece model with its path.
struct SentencePieceFile {
    /// The names that such files have, in the order of the search.
    static let names = ["spiece.model", "sentencepiece.bpe.model", "tokenizer.model"]

    let path: String
    let model: SentencePieceModel

    init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
        self.path = path
        guard !bytes.starts(with: "version https://git-lfs".utf8) else {
            throw .malformedModel(path: path, byte: 0, reason: "it is the pointer that Git LFS keeps for one")
        }
        do throws(WireError) {
            model = try SentencePieceModel(bytes)
        } catch {
            throw .malformedModel(path: path, byte: error.byte, reason: error.problem)
        }
        guard model.algorithm == .unigram || model.algorithm == .bytePairEncoding else {
            throw .unsupportedComponent(
                path: path, component: "a model of type", found: "'\(model.algorithm.name)'",
                supported: "unigram, BPE")
        }
        guard !model.marksWordEnds else {
            throw .unsupportedComponent(
                path: path, component: "treat_whitespace_as_suffix", found: "true", supported: "false")
        }
    }

    /// The tokenizer of the class that the files beside it name; without one, the model as SentencePiece
    /// itself encodes.
    func tokenizer(_ configuration: TokenizerConfiguration) throws(TokenizerError) -> any Tokenizer {
        let tokenizerClass = TokenizerClass(configuration, document: [:])
        var configuration = configuration
        let spelled = model.pieces.filter { $0.kind == .control || $0.kind == .userDefined }
        if tokenizerClass == .plain {
            try checkPlain(configuration)
            for (role, token) in [
                (TokenRole.beginningOfSequence, model.beginning), (.endOfSequence, model.end),
                (.unknown, model.unknown),
            ] where configuration.namedRoles[role] == nil && token.id >= 0 {
                let named = AddedToken(content: token.piece, id: AddedToken.noID, isSpecial: true)
                configuration.namedRoles[role] = .some(named)
            }
        }
        if configuration.extraTokenSource != .configuration {
            configuration.extraTokenSource = .older
            configuration.extraSpecialTokens = spelled.map {
                AddedToken(content: $0.text, id: AddedToken.noID, isSpecial: $0.kind == .control)
            }
        }
        let document = try document(tokenizerClass, configuration)
        return try TokenizerFile(document, path: path).tokenizer(configuration)
    }

    /// Without a class that knows them, pieces of the user's own are cut out of the text before all else.
    private func checkPlain(_ configuration: TokenizerConfiguration) throws(TokenizerError) {
        if let own = model.pieces.first(where: { $0.kind == .userDefined }) {
            throw .unsupportedComponent(
                path: path, component: "the user-defined piece", found: "'\(own.text)'",
                supported: "such pieces under a tokenizer_class of a SentencePiece family in "
                    + "tokenizer_config.json, or a tokenizer.json")
        }
    }
}
