// How a GGUF file's tokenizer works, by `tokenizer.ggml.model`, and the components of tokenizer.json that do
// the same.

internal import JSON

/// The kinds of tokenizers that can be imported.
enum GGUFTokenizerModel: Sendable {
    /// `gpt2`: byte-level BPE whose merges stand in the file.
    case byteLevel(GGUFTextSplit)
    /// `llama`: SentencePiece's BPE, whose merges follow from scores; spaces are written ▁ and what is no
    /// token is spelled in bytes. A text gets a space in front if `addsSpace`.
    case sentencePiece(addsSpace: Bool)

    /// Throws when the file has another kind.
    init(_ keys: GGUFKeys) throws(GGUFImportError) {
        let model = try keys.string("tokenizer.ggml.model")
        switch model {
        case "gpt2": self = .byteLevel(try GGUFTextSplit(keys, family: keys.family))
        case "llama":
            self = .sentencePiece(addsSpace: try keys.bool("tokenizer.ggml.add_space_prefix") ?? true)
        default:
            throw .unsupportedTokenizer(
                model.map { "the tokenizer model '\($0)'" } ?? "no tokenizer.ggml.model", in: keys.path,
                known: ["gpt2 (byte-level BPE)", "llama (SentencePiece)"])
        }
    }

    /// Whether a file that does not say so puts the start token before a text.
    var addsPrefix: Bool {
        switch self {
        case .byteLevel(let split): split.addsPrefix
        case .sentencePiece: true
        }
    }

    /// What the user should know about the choice.
    var note: String? { if case .byteLevel(let split) = self { split.note } else { nil } }

    /// Whether a piece that is a token needs no merges.
    var ignoresMerges: Bool { if case .byteLevel(let split) = self { split.ignoresMerges } else { false } }

    /// Whether what is no token is spelled in tokens such as <0x0A>.
    var fallsBackToBytes: Bool { if case .sentencePiece = self { true } else { false } }

    /// Component `normalizer`.
    var normalizer: String { if case .byteLevel(let split) = self { split.normalizer } else { "null" } }

    /// Component `pre_tokenizer`.
    var preTokenizer: String {
        switch self {
        case .byteLevel(let split): split.preTokenizer
        case .sentencePiece(let addsSpace):
            #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "#
                + #""\#(addsSpace ? "first" : "never")", "split": false}"#
        }
    }

    /// Component `decoder`; of ByteLevel only the type matters, the rest is what the library writes.
    var decoder: String {
        switch self {
        case .byteLevel:
            return
                #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}"#
        case .sentencePiece(let addsSpace):
            var steps = [
                #"{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}"#,
                #"{"type": "ByteFallback"}"#, #"{"type": "Fuse"}"#,
            ]
            if addsSpace { steps.append(#"{"type": "Strip", "content": " ", "start": 1, "stop": 0}"#) }
            return #"{"type": "Sequence", "decoders": [\#(steps.joined(separator: ", "))]}"#
        }
    }

    /// A merge in the form of tokenizer.json: a string, or a pair where a token may hold a space.
    func text(of merge: GGUFMerges.Merge) -> String {
        func quoted(_ text: String) -> String { JSONValue.quoted(text) }
        return switch self {
        case .byteLevel: quoted(merge.left + " " + merge.right)
        case .sentencePiece: "[\(quoted(merge.left)), \(quoted(merge.right))]"
        }
    }
}
