// The extra special tokens that the classes of T5, Pegasus and mBART have by themselves.

extension TokenizerConfiguration {
    /// The reserved tokens of Pegasus, between its masks and its pieces.
    var pegasusTokens: [String] { pieceOffset > 2 ? (2..<pieceOffset).map { "<unk_\($0)>" } : [] }

    /// This configuration with the extra tokens of a class, which go to those of older files; a list in
    /// tokenizer_config.json stands for all.
    func withTokens(of tokenizerClass: TokenizerClass) -> TokenizerConfiguration {
        tokenizerClass == .mbart ? withMask.withExtraTokens(.mbart) : withExtraTokens(tokenizerClass)
    }

    /// mBART's mask takes the whitespace before it along, unless the list of added tokens has it.
    private var withMask: TokenizerConfiguration {
        var result = self
        let mask = namedRoles[.mask] ?? AddedToken(content: "<mask>", id: AddedToken.noID, isSpecial: true)
        let isListed = (addedTokens ?? separateTokens).contains { $0.content == mask?.content }
        guard var mask, !isListed else { return self }
        mask.stripsLeft = true
        result.namedRoles[.mask] = .some(mask)
        return result
    }

    private func withExtraTokens(_ tokenizerClass: TokenizerClass) -> TokenizerConfiguration {
        guard extraTokenSource != .configuration else { return self }
        func special(_ contents: [String]) -> [AddedToken] {
            contents.map { AddedToken(content: $0, id: AddedToken.noID, isSpecial: true) }
        }
        var result = self
        switch tokenizerClass {
        case .t5:
            let hasSentinels = extraSpecialTokens.contains { $0.content.contains("<extra_id_") }
            guard !hasSentinels else { return self }
            result.extraSpecialTokens += special((0..<extraIDs).map { "<extra_id_\($0)>" })
        case .pegasus:
            let isListed = extraSpecialTokens.contains { $0.content == sentenceMask }
            let mask = sentenceMask.map { isListed ? [] : [$0] } ?? []
            result.extraSpecialTokens = special(mask + pegasusTokens)
        case .mbart:
            let known = Set(MBartLanguages.codes)
            result.extraSpecialTokens =
                special(MBartLanguages.codes) + extraSpecialTokens.filter { !known.contains($0.content) }
        default: break
        }
        return result
    }
}
