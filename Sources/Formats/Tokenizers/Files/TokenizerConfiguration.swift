// tokenizer_config.json: the names of the special tokens, and for models without tokenizer.json BERT's
// switches.

internal import JSON

/// What is used of tokenizer_config.json.
struct TokenizerConfiguration {
    var path: String
    var lowercases = true
    /// Nil follows `lowercases`.
    var stripsAccents: Bool?
    var padsChinese = true
    /// `add_prefix_space`.
    var addsPrefixSpace = false
    /// `trim_offsets`.
    var trimsOffsets = true
    /// `tokenizer_class`.
    var tokenizerClass: String?
    /// The tokens that the files name for a role; nil inside for roles that they deny.
    private var namedRoles: [TokenRole: String?] = [:]
    /// Entries of `added_tokens_decoder`.
    var addedTokens: [AddedToken] = []
    /// Further special tokens, by their text alone.
    var additionalSpecialTokens: [String] = []

    /// Reads the file in `folder`, and the roles from special_tokens_map.json beside it; defaults where both
    /// are absent.
    static func read(_ folder: String) throws(TokenizerError) -> TokenizerConfiguration {
        var configuration = TokenizerConfiguration(path: "\(folder)/tokenizer_config.json")
        for path in ["\(folder)/special_tokens_map.json", "\(folder)/tokenizer_config.json"] {
            guard let root = try TokenizerReader.read(path) else { continue }
            guard case .object? = root.value else { throw root.mismatch("an object") }
            try configuration.readRoles(root)
            try configuration.readSwitches(root)
        }
        return configuration
    }

    private mutating func readRoles(_ root: TokenizerReader) throws(TokenizerError) {
        for role in TokenRole.allCases where root[role.rawValue].value != nil {
            namedRoles[role] = .some(try Self.content(root[role.rawValue].ifPresent))
        }
        for key in ["additional_special_tokens", "extra_special_tokens"] {
            guard let node = root[key].ifPresent, case .array? = node.value else { continue }
            for element in try node.array() {
                if let text = try Self.content(element) { additionalSpecialTokens.append(text) }
            }
        }
    }

    private mutating func readSwitches(_ root: TokenizerReader) throws(TokenizerError) {
        lowercases = try root["do_lower_case"].ifPresent?.bool() ?? lowercases
        stripsAccents = try root["strip_accents"].ifPresent?.bool() ?? stripsAccents
        padsChinese = try root["tokenize_chinese_chars"].ifPresent?.bool() ?? padsChinese
        addsPrefixSpace = try root["add_prefix_space"].ifPresent?.bool() ?? addsPrefixSpace
        trimsOffsets = try root["trim_offsets"].ifPresent?.bool() ?? trimsOffsets
        tokenizerClass = try root["tokenizer_class"].ifPresent?.string() ?? tokenizerClass
        for (name, node) in try root["added_tokens_decoder"].ifPresent?.members() ?? [] {
            guard let id = Int32(name), 0...TokenizerFile.highestID ~= id else {
                throw node.mismatch("listed under its id, a number from 0 to \(TokenizerFile.highestID)")
            }
            addedTokens.append(try AddedToken(node, id: id))
        }
        let kept = Set(roles(.bert).names + additionalSpecialTokens)
        for node in try root["never_split"].ifPresent?.array() ?? [] {
            guard !kept.contains(try node.string()) else { continue }
            throw .unsupportedComponent(
                path: root.file, component: "never_split entry", found: "'\(try node.string())'",
                supported: "special tokens; put other tokens among the added_tokens of a tokenizer.json")
        }
    }

    /// The text of a token given as a string or as an object with `content`.
    private static func content(_ node: TokenizerReader?) throws(TokenizerError) -> String? {
        guard let node else { return nil }
        return try (node["content"].ifPresent ?? node).string()
    }

    /// The tokens that have a role: those that the files name, and `defaults` for the roles they are silent
    /// on.
    func roles(_ defaults: TokenRoles) -> TokenRoles {
        var roles = defaults
        for (role, name) in namedRoles { roles[role] = name }
        return roles
    }
}

extension AddedToken {
    /// Reads an entry of `added_tokens` or `added_tokens_decoder`; absent switches are off, as in the Rust
    /// library `normalized` is on unless the token is special.
    init(_ node: TokenizerReader, id: Int32) throws(TokenizerError) {
        content = try node.member("content").string()
        self.id = id
        isSpecial = try node["special"].ifPresent?.bool() ?? false
        isSingleWord = try node["single_word"].ifPresent?.bool() ?? false
        stripsLeft = try node["lstrip"].ifPresent?.bool() ?? false
        stripsRight = try node["rstrip"].ifPresent?.bool() ?? false
        isNormalized = try node["normalized"].ifPresent?.bool() ?? !isSpecial
    }
}
