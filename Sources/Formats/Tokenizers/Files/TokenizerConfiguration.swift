// tokenizer_config.json and special_tokens_map.json: the special tokens, and the switches of a tokenizer's
// class.

internal import JSON

/// What is used of tokenizer_config.json, special_tokens_map.json and added_tokens.json.
struct TokenizerConfiguration {
    var path: String
    /// `do_lower_case`.
    var lowercases = true
    /// `strip_accents`; nil follows `lowercases`.
    var stripsAccents: Bool?
    /// `tokenize_chinese_chars`.
    var padsChinese = true
    /// `add_prefix_space`; the default is that of the class.
    var addsPrefixSpace: Bool?
    /// `trim_offsets`.
    var trimsOffsets = true
    /// `legacy`; the default is that of the class.
    var legacy: Bool?
    /// `extra_ids` of T5's class: how many sentinels `<extra_id_0>` and on there are.
    var extraIDs = 100
    /// `offset` and `mask_token_sent` of Pegasus' class: where the pieces begin, and the mask of sentences.
    var pieceOffset = 103
    var sentenceMask: String? = "<mask_1>"
    /// `src_lang` of mBART's class.
    var sourceLanguage = MBartLanguages.standard
    /// `add_bos_token` and `add_eos_token`: honoured without a tokenizer.json.
    var addsBeginning = false
    var addsEnd = false
    /// `truncation_side`.
    var truncationSide: TruncationSide?
    /// `split_special_tokens`: special tokens are not searched in the text.
    var splitsSpecialTokens = false
    /// `tokenizer_class` of this file, else that of config.json.
    var tokenizerClass: String?
    /// `model_type` of config.json; an encoder–decoder's is its encoder's.
    var modelType: String?
    /// The tokens that the files name for a role; nil inside for roles that they deny.
    var namedRoles: [TokenRole: AddedToken?] = [:]
    /// Tokens under further keys that end in `_token`, such as `image_token`.
    var furtherNamed: [AddedToken] = []
    /// Entries of `added_tokens_decoder`, or nil where the file has no such list.
    var addedTokens: [AddedToken]?
    /// Entries of added_tokens.json, read where `addedTokens` is nil.
    var separateTokens: [AddedToken] = []
    /// `extra_special_tokens`, under its old name `additional_special_tokens`.
    var extraSpecialTokens: [AddedToken] = []
    /// Which file names `extraSpecialTokens`.
    var extraTokenSource = ExtraTokenSource.none

    /// Reads the files in `folder`; defaults where they are absent.
    static func read(_ folder: String) throws(TokenizerError) -> TokenizerConfiguration {
        var configuration = TokenizerConfiguration(path: "\(folder)/tokenizer_config.json")
        let root = try document(configuration.path)
        if let root {
            try configuration.readTokens(root)
            try configuration.readSwitches(root)
            try configuration.readAddedTokens(root)
        }
        // With a list of added tokens in tokenizer_config.json, the older files do not count.
        if configuration.addedTokens == nil {
            try configuration.readOlderFiles(folder)
        }
        try configuration.readModel(folder)
        if let root { try configuration.checkNeverSplit(root) }
        return configuration
    }

    private static func document(_ path: String) throws(TokenizerError) -> TokenizerReader? {
        guard let root = try TokenizerReader.read(path) else { return nil }
        guard case .object? = root.value else { throw root.mismatch("an object") }
        return root
    }

    private mutating func readSwitches(_ root: TokenizerReader) throws(TokenizerError) {
        func flag(_ name: String) throws(TokenizerError) -> Bool? { try root[name].ifPresent?.bool() }
        lowercases = try flag("do_lower_case") ?? lowercases
        stripsAccents = try flag("strip_accents")
        padsChinese = try flag("tokenize_chinese_chars") ?? padsChinese
        addsPrefixSpace = try flag("add_prefix_space")
        trimsOffsets = try flag("trim_offsets") ?? trimsOffsets
        legacy = try flag("legacy")
        func count(_ name: String) throws(TokenizerError) -> Int? {
            try root[name].ifPresent?.integer(in: 0...10_000, "a whole number from 0 to 10000")
        }
        extraIDs = try count("extra_ids") ?? extraIDs
        pieceOffset = try count("offset") ?? pieceOffset
        if case .null? = root["mask_token_sent"].value { sentenceMask = nil }
        sentenceMask = try root["mask_token_sent"].ifPresent?.string() ?? sentenceMask
        sourceLanguage = try root["src_lang"].ifPresent?.string() ?? sourceLanguage
        addsBeginning = try flag("add_bos_token") ?? addsBeginning
        addsEnd = try flag("add_eos_token") ?? addsEnd
        splitsSpecialTokens = try flag("split_special_tokens") ?? splitsSpecialTokens
        tokenizerClass = try root["tokenizer_class"].ifPresent?.string()
        if let side = root["truncation_side"].ifPresent {
            guard let known = TruncationSide(rawValue: try side.string()) else {
                throw side.mismatch("left or right")
            }
            truncationSide = known
        }
    }

    private mutating func readModel(_ folder: String) throws(TokenizerError) {
        guard let root = try TokenizerReader.read("\(folder)/config.json") else { return }
        if tokenizerClass == nil { tokenizerClass = try root["tokenizer_class"].ifPresent?.string() }
        modelType = try root["model_type"].ifPresent?.string()
        if modelType == "encoder-decoder" {
            modelType = try root["encoder"]["model_type"].ifPresent?.string() ?? modelType
        }
    }

    private func checkNeverSplit(_ root: TokenizerReader) throws(TokenizerError) {
        let kept = Set(roles(.bert).names + extraSpecialTokens.map(\.content))
        for node in try root["never_split"].ifPresent?.array() ?? [] {
            guard !kept.contains(try node.string()) else { continue }
            throw .unsupportedComponent(
                path: root.file, component: "never_split entry", found: "'\(try node.string())'",
                supported: "special tokens; put other tokens among the added_tokens of a tokenizer.json")
        }
    }

    /// The tokens that have a role: those that the files name, and `defaults` for the roles they are silent
    /// on.
    func roles(_ defaults: TokenRoles) -> TokenRoles {
        var roles = defaults
        for (role, token) in namedRoles { roles[role] = token?.content }
        return roles
    }
}

/// Where the extra special tokens come from: those of a class are added to older lists only.
enum ExtraTokenSource: Sendable {
    case none
    /// `additional_special_tokens` of special_tokens_map.json, or the pieces of a SentencePiece model.
    case older
    /// tokenizer_config.json, or `extra_special_tokens` of special_tokens_map.json.
    case configuration
}

/// The end of a text that is cut when it is too long.
enum TruncationSide: String, Sendable {
    case left, right
}
