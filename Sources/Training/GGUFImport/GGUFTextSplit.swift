// How text is cut before byte-level BPE: llama.cpp's names and the components of tokenizer.json that do the
// same.

/// What `tokenizer.ggml.pre` stands for.
struct GGUFTextSplit: Sendable {
    private enum Kind: Sendable {
        /// GPT-2's pattern, built into the ByteLevel component.
        case gpt2
        /// Every digit alone, then GPT-2's pattern.
        case digits
        case llama3
        case qwen2
    }

    private let kind: Kind
    /// What the user should know about the choice.
    let note: String?

    private static let known: [(name: String, kind: Kind)] = [
        ("smollm", .digits), ("llama-bpe", .llama3), ("qwen2", .qwen2), ("gpt-2", .gpt2),
        // Other names for the same.
        ("starcoder", .digits), ("refact", .digits), ("command-r", .digits), ("llama3", .llama3),
        ("llama-v3", .llama3), ("deepseek-r1-qwen", .qwen2),
    ]
    private static let unnamed = "default"

    /// Throws when the file names another way of splitting. A file without a name, or with `default`, gets
    /// that of its family's original, and a note.
    init(_ keys: GGUFKeys, family: GGUFFamily) throws(GGUFImportError) {
        let name = try keys.string("tokenizer.ggml.pre") ?? Self.unnamed
        if let entry = Self.known.first(where: { $0.name == name }) {
            (kind, note) = (entry.kind, nil)
        } else if name == Self.unnamed {
            kind = family == .qwen2 ? .qwen2 : .gpt2
            note =
                "The file does not say how its tokenizer splits text; "
                + "\(family == .qwen2 ? "Qwen2" : "GPT-2")'s way is taken."
        } else {
            throw .unsupportedTokenizer(
                "the pre-tokenizer '\(name)'", in: keys.path,
                known: Self.known.map(\.name) + [Self.unnamed])
        }
    }

    /// Whether a file that does not say so puts the start token before a text.
    var addsPrefix: Bool { kind == .llama3 }

    /// Whether a piece that is a token needs no merges.
    var ignoresMerges: Bool { kind == .llama3 }

    /// Component `normalizer`.
    var normalizer: String { kind == .qwen2 ? #"{"type": "NFC"}"# : "null" }

    /// Component `pre_tokenizer`.
    var preTokenizer: String {
        switch kind {
        case .gpt2: Self.byteLevel(usesPattern: true)
        case .digits:
            Self.sequence(#"{"type": "Digits", "individual_digits": true}"#, usesPattern: true)
        case .llama3: Self.sequence(Self.splitting(digits: #"\\p{N}{1,3}"#), usesPattern: false)
        case .qwen2: Self.sequence(Self.splitting(digits: #"\\p{N}"#), usesPattern: false)
        }
    }

    private static func byteLevel(usesPattern: Bool) -> String {
        #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": "#
            + "\(usesPattern)}"
    }

    private static func sequence(_ first: String, usesPattern: Bool) -> String {
        #"{"type": "Sequence", "pretokenizers": [\#(first), \#(byteLevel(usesPattern: usesPattern))]}"#
    }

    /// The pattern of Llama 3 and Qwen2, which differ in how many digits stay together; escaped for JSON.
    private static func splitting(digits: String) -> String {
        let pattern =
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"# + digits
            + #"| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"#
        return #"{"type": "Split", "pattern": {"Regex": "\#(pattern)"}, "#
            + #""behavior": "Isolated", "invert": false}"#
    }
}
