// The tokens with a role.

/// A role that a token can have, by its key in tokenizer_config.json; in the order in which new tokens get
/// their ids.
enum TokenRole: String, CaseIterable, Sendable {
    case beginningOfSequence = "bos_token"
    case endOfSequence = "eos_token"
    case unknown = "unk_token"
    case separator = "sep_token"
    case pad = "pad_token"
    case classifier = "cls_token"
    case mask = "mask_token"
}

/// The names of the tokens with a role.
struct TokenRoles: Sendable {
    private var byRole: [TokenRole: String]

    subscript(role: TokenRole) -> String? {
        get { byRole[role] }
        set { byRole[role] = newValue }
    }

    /// In the order of the roles.
    var names: [String] { TokenRole.allCases.compactMap { byRole[$0] } }

    static let none = TokenRoles(byRole: [:])
    static let bert = TokenRoles(byRole: [
        .pad: "[PAD]", .unknown: "[UNK]", .classifier: "[CLS]", .separator: "[SEP]", .mask: "[MASK]",
    ])
    static let roberta = TokenRoles(byRole: [
        .pad: "<pad>", .unknown: "<unk>", .classifier: "<s>", .separator: "</s>", .mask: "<mask>",
        .beginningOfSequence: "<s>", .endOfSequence: "</s>",
    ])
    static let t5 = TokenRoles(byRole: [.pad: "<pad>", .endOfSequence: "</s>", .unknown: "<unk>"])
    static let pegasus = TokenRoles(byRole: [
        .pad: "<pad>", .endOfSequence: "</s>", .unknown: "<unk>", .mask: "<mask_2>",
    ])
    static let gpt2 = TokenRoles(byRole: [
        .unknown: "<|endoftext|>", .beginningOfSequence: "<|endoftext|>", .endOfSequence: "<|endoftext|>",
    ])
    static let qwen2 = TokenRoles(byRole: [
        .unknown: "<|endoftext|>", .endOfSequence: "<|endoftext|>", .pad: "<|endoftext|>",
    ])
    static let llama = TokenRoles(byRole: [
        .unknown: "<unk>", .beginningOfSequence: "<s>", .endOfSequence: "</s>",
    ])
    static let gemma = TokenRoles(byRole: [
        .unknown: "<unk>", .beginningOfSequence: "<bos>", .endOfSequence: "<eos>", .pad: "<pad>",
        .mask: "<mask>",
    ])

    /// The usual roles of the tokens that a vocabulary has: RoBERTa's and XLM-R's, Llama's, or GPT-2's.
    static func found(_ id: (String) -> Int32?) -> TokenRoles {
        guard id("<s>") != nil, id("</s>") != nil else { return .gpt2 }
        return id("<mask>") == nil ? .llama : .roberta
    }

    /// The ids of the tokens.
    func ids(_ id: (String) -> Int32?, unknownID: Int32?) -> SpecialTokens {
        func found(_ role: TokenRole) -> Int32? { byRole[role].flatMap { id($0) } }
        return SpecialTokens(
            padID: found(.pad), unknownID: unknownID ?? found(.unknown), classifierID: found(.classifier),
            separatorID: found(.separator), maskID: found(.mask),
            beginningOfSequenceID: found(.beginningOfSequence), endOfSequenceID: found(.endOfSequence))
    }
}

/// Ids of the tokens that have a role; nil where the vocabulary has none.
struct SpecialTokens: Sendable {
    var padID: Int32?
    var unknownID: Int32?
    var classifierID: Int32?
    var separatorID: Int32?
    var maskID: Int32?
    var beginningOfSequenceID: Int32?
    var endOfSequenceID: Int32?
}
