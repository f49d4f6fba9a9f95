// Which tokenizer class of transformers (5.24) a model directory is opened with. Some classes take only the
// vocabulary of tokenizer.json and build all that stands around it anew, by the switches of
// tokenizer_config.json; the others take the file as it is.

internal import JSON

/// A class that builds the stations of its tokenizer itself, or `plain` for all that take those of the file.
enum TokenizerClass: String, Sendable {
    case bert = "BertTokenizer"
    case roberta = "RobertaTokenizer"
    case xlmRoberta = "XLMRobertaTokenizer"
    case gpt2 = "GPT2Tokenizer"
    case qwen2 = "Qwen2Tokenizer"
    case llama = "LlamaTokenizer"
    case gemma = "GemmaTokenizer"
    case t5 = "T5Tokenizer"
    case pegasus = "PegasusTokenizer"
    case mbart = "MBartTokenizer"
    case plain = "TokenizersBackend"

    /// Names that mean another class.
    private static let aliases = ["DistilBertTokenizer": bert, "BartTokenizer": roberta]

    private init(named name: String) {
        let name = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
        self = Self.aliases[name] ?? Self(rawValue: name) ?? .plain
    }

    /// The class of a `model_type`, nil where transformers knows none of its own.
    private static func registered(_ modelType: String) -> TokenizerClass? {
        switch modelType {
        case "bert", "distilbert": .bert
        case "roberta", "bart": .roberta
        case "xlm-roberta": .xlmRoberta
        case "gpt2": .gpt2
        case "qwen2", "qwen3": .qwen2
        case "gemma", "gemma2": .gemma
        case "t5", "mt5", "switch_transformers": .t5
        case "pegasus": .pegasus
        case "mbart": .mbart
        case "mistral", "modernbert", "phi3", "umt5", "pegasus_x", "bigbird_pegasus": .plain
        default: nil
        }
    }

    /// Model types whose directories are known to name a wrong class.
    private static let corrected: Set = ["qwen2", "modernbert", "phi3"]

    /// The class for a directory whose tokenizer.json is `document`.
    init(_ configuration: TokenizerConfiguration, document: JSONValue) {
        let registered = configuration.modelType.flatMap(Self.registered)
        guard let name = configuration.tokenizerClass else {
            self = registered ?? .plain
            return
        }
        let named = Self(named: name)
        let isCorrected = Self.corrected.contains(configuration.modelType ?? "")
        if registered == .plain {
            self = .plain
        } else if isCorrected, let registered {
            self = registered
        } else if named == .llama, document.hasByteLevel {
            // A class that splits at spaces only would not fit the vocabulary.
            self = .plain
        } else {
            self = named
        }
    }

    /// The special tokens that the class has unless the files name others.
    var roles: TokenRoles {
        switch self {
        case .bert: .bert
        case .roberta, .xlmRoberta, .mbart: .roberta
        case .t5: .t5
        case .pegasus: .pegasus
        case .gpt2: .gpt2
        case .qwen2: .qwen2
        case .llama: .llama
        case .gemma: .gemma
        case .plain: .none
        }
    }

    /// Whether the class spells words by a unigram model.
    var isUnigram: Bool { self == .xlmRoberta || self == .t5 || self == .pegasus || self == .mbart }

    /// Whether the class puts words after a space by itself.
    var addsPrefixSpace: Bool { self == .llama || self == .xlmRoberta }
}

extension JSONValue {
    /// Whether the pre-tokeniser or the decoder of this tokenizer.json spells bytes.
    fileprivate var hasByteLevel: Bool {
        func isByteLevel(_ node: JSONValue?) -> Bool {
            guard let node else { return false }
            if node["type"]?.string == "ByteLevel" { return true }
            let parts = node["pretokenizers"]?.array ?? node["decoders"]?.array ?? []
            return parts.contains { isByteLevel($0) }
        }
        return isByteLevel(self["pre_tokenizer"]) || isByteLevel(self["decoder"])
    }
}
