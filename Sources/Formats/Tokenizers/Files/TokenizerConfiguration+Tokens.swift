// The special and added tokens of tokenizer_config.json, special_tokens_map.json and added_tokens.json, as
// transformers reads them.

internal import JSON

extension TokenizerConfiguration {
    private static let (extra, additional) = ("extra_special_tokens", "additional_special_tokens")

    /// Reads the tokens that tokenizer_config.json names.
    mutating func readTokens(_ root: TokenizerReader) throws(TokenizerError) {
        try readNamed(root, fileIsMap: false)
        try readExtra(root[Self.extra], fileIsMap: false)
        if extraSpecialTokens.isEmpty { try readExtra(root[Self.additional], fileIsMap: false) }
    }

    /// Reads `added_tokens_decoder`.
    mutating func readAddedTokens(_ root: TokenizerReader) throws(TokenizerError) {
        guard let list = root["added_tokens_decoder"].ifPresent else { return }
        var tokens: [AddedToken] = []
        for (name, node) in try list.members() {
            guard let id = Int32(name), 0...TokenizerFile.highestID ~= id else {
                throw node.mismatch("listed under its id, a number from 0 to \(TokenizerFile.highestID)")
            }
            tokens.append(try AddedToken(node, id: id))
        }
        addedTokens = tokens
    }

    /// Reads special_tokens_map.json, which beats what tokenizer_config.json names, and added_tokens.json.
    mutating func readOlderFiles(_ folder: String) throws(TokenizerError) {
        var additionalOfMap: TokenizerReader?
        if let root = try TokenizerReader.read("\(folder)/special_tokens_map.json") {
            guard case .object? = root.value else { throw root.mismatch("an object") }
            try readNamed(root, fileIsMap: true)
            try readExtra(root[Self.extra], fileIsMap: true)
            additionalOfMap = root[Self.additional].ifPresent
        }
        if let root = try TokenizerReader.read("\(folder)/added_tokens.json") {
            let named = namedRoles.values.compactMap { $0?.content }
            let special = Set((named + extraSpecialTokens.map(\.content)).map { Array($0.utf8) })
            for (content, node) in try root.members() {
                let isSpecial = special.contains(Array(content.utf8))
                separateTokens.append(
                    AddedToken(
                        content: content, id: try node.int32(maximum: TokenizerFile.highestID),
                        isSpecial: isSpecial, isNormalized: !isSpecial))
            }
        }
        if let additionalOfMap, extraSpecialTokens.isEmpty {
            let source = extraTokenSource
            try readExtra(additionalOfMap, fileIsMap: true)
            extraTokenSource = source == .none ? .older : source
        }
    }

    /// The tokens of the roles, and under further keys that end in `_token`.
    private mutating func readNamed(
        _ root: TokenizerReader, fileIsMap: Bool
    ) throws(TokenizerError) {
        for (name, node) in try root.members() where name.hasSuffix("_token") {
            if let role = TokenRole(rawValue: name) {
                namedRoles[role] = .some(
                    try node.ifPresent.map { entry throws(TokenizerError) in
                        try Self.token(entry, fileIsMap: fileIsMap)
                    })
            } else if node.value?.string != nil || node.value?.object != nil {
                furtherNamed.append(try Self.token(node, fileIsMap: fileIsMap))
            }
        }
    }

    /// A list of special tokens, or an object of names and tokens.
    private mutating func readExtra(
        _ node: TokenizerReader, fileIsMap: Bool
    ) throws(TokenizerError) {
        switch node.value {
        case .array?:
            extraTokenSource = .configuration
            for element in try node.array() {
                extraSpecialTokens.append(try Self.token(element, fileIsMap: fileIsMap))
            }
        case .object?:
            for (_, element) in try node.members() {
                furtherNamed.append(try Self.token(element, fileIsMap: fileIsMap))
            }
        default: break
        }
    }

    /// A token given as a string, which makes it a special one, or as an object with its flags; in
    /// special_tokens_map.json those are special too.
    private static func token(
        _ node: TokenizerReader, fileIsMap: Bool
    ) throws(TokenizerError) -> AddedToken {
        guard node.value?.object != nil else {
            return AddedToken(content: try node.string(), id: AddedToken.noID, isSpecial: true)
        }
        var token = try AddedToken(node, id: AddedToken.noID)
        if fileIsMap {
            token.isSpecial = true
            token.isNormalized = try node["normalized"].ifPresent?.bool() ?? false
        }
        return token
    }
}

extension AddedToken {
    /// The id of a token that has none yet.
    static let noID: Int32 = -1

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
