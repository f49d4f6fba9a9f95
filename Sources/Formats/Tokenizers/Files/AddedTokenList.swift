// The added tokens of a tokenizer, from all files that name them, with the ids that transformers gives them.

/// Grows as the Rust library's list does: a token of the vocabulary keeps its id, another one gets the next,
/// and a token that is added again takes the new switches.
struct AddedTokenList {
    private let vocabulary: Vocabulary
    private(set) var tokens: [AddedToken] = []
    private var places: [[UInt8]: Int] = [:]
    private var next: Int32

    init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        next = Int32(vocabulary.size)
    }

    /// The id of an added token or of one of the vocabulary.
    func id(of content: String) -> Int32? {
        places[Array(content.utf8)].map { tokens[$0].id } ?? vocabulary.id(of: content)
    }

    func contains(_ content: String) -> Bool { places[Array(content.utf8)] != nil }

    mutating func add(_ token: AddedToken) {
        guard !token.content.isEmpty else { return }
        var token = token
        let key = Array(token.content.utf8)
        if let place = places[key] {
            token.id = tokens[place].id
            tokens[place] = token
            return
        }
        token.id = vocabulary.id(of: token.content) ?? next
        if token.id >= next { next = token.id + 1 }
        places[key] = tokens.count
        tokens.append(token)
    }

    /// Adds what the configuration names, in transformers' order: its list of added tokens, or the older
    /// files' and that of tokenizer.json; then `roles`, the tokens of the roles; then further special ones.
    mutating func add(
        _ configuration: TokenizerConfiguration, ofDocument document: [AddedToken], defaults: TokenRoles
    ) {
        var listed = configuration.addedTokens ?? []
        if configuration.addedTokens == nil {
            var byID: [Int32: AddedToken] = [:]
            for token in configuration.separateTokens + document { byID[token.id] = token }
            listed = Array(byID.values)
        }
        let named = configuration.named(defaults)
        let namedContents = Set(named.map { Array($0.content.utf8) })
        var additions = listed.sorted { $0.id < $1.id }.filter { !holds($0) }
        var known = Set((tokens + additions).map { Array($0.content.utf8) })
        for token in named + configuration.extraSpecialTokens
        where known.insert(Array(token.content.utf8)).inserted {
            additions.append(token)
        }
        for var token in additions {
            if namedContents.contains(Array(token.content.utf8)) { token.isSpecial = true }
            add(token)
        }
    }

    /// Whether this token stands here with the same switches.
    private func holds(_ token: AddedToken) -> Bool {
        guard let place = places[Array(token.content.utf8)] else { return false }
        return tokens[place].hasSameSwitches(as: token)
    }
}

extension TokenizerConfiguration {
    /// The tokens with a role, those of `defaults` for roles that the files are silent on, and those under
    /// further keys.
    func named(_ defaults: TokenRoles) -> [AddedToken] {
        let roles = TokenRole.allCases.compactMap { role -> AddedToken? in
            if let token = namedRoles[role] { return token }
            return defaults[role].map { AddedToken(content: $0, id: AddedToken.noID, isSpecial: true) }
        }
        return roles + furtherNamed
    }
}

extension AddedToken {
    /// Whether all but the ids are equal.
    fileprivate func hasSameSwitches(as other: AddedToken) -> Bool {
        isSpecial == other.isSpecial && isSingleWord == other.isSingleWord && stripsLeft == other.stripsLeft
            && stripsRight == other.stripsRight && isNormalized == other.isNormalized
    }
}
