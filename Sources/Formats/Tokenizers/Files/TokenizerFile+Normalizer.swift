// The normalizer of tokenizer.json.

internal import JSON

extension TokenizerFile {
    /// The switches of a BERT normaliser.
    func bertNormalizerOptions() throws(TokenizerError) -> BertNormalizer.Options {
        let node = try component("normalizer", supported: ["BertNormalizer"]).node
        let lowercases = try node.member("lowercase").bool()
        return BertNormalizer.Options(
            cleansText: try node.member("clean_text").bool(),
            padsChinese: try node.member("handle_chinese_chars").bool(),
            stripsAccents: try node["strip_accents"].ifPresent?.bool() ?? lowercases, lowercases: lowercases
        )
    }

    /// The normalisers of the other families.
    func normalizer() throws(TokenizerError) -> NormalizerChain {
        let supported = [
            "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Replace", "Prepend",
            "Precompiled",
        ]
        var steps: [any TextNormalizer] = []
        for (type, node) in try components("normalizer", list: "normalizers", supported: supported) {
            switch type {
            case "NFC": steps.append(CanonicalComposition())
            case "NFD", "NFKD", "NFKC":
                steps.append(Decomposition(isCompatible: type != "NFD", composes: type == "NFKC"))
            case "StripAccents": steps.append(AccentStripper())
            case "Strip":
                steps.append(
                    WhitespaceStripper(
                        left: try node.member("strip_left").bool(),
                        right: try node.member("strip_right").bool()))
            case "Lowercase": steps.append(LowercaseNormalizer())
            case "Prepend":
                steps.append(PrependNormalizer(prefix: Array(try node.member("prepend").string().utf8)))
            case "Precompiled":
                steps.append(try PrecompiledNormalizer(node.member("precompiled_charsmap")))
            default:
                let content = try node.member("content").string()
                steps.append(
                    ReplaceNormalizer(pattern: try pattern(node), replacement: Array(content.utf8)))
            }
        }
        return NormalizerChain(steps: steps)
    }

    /// What a `Replace` replaces.
    func pattern(_ node: TokenizerReader) throws(TokenizerError) -> ReplaceNormalizer.Pattern {
        let pattern = try node.member("pattern")
        if let expression = pattern["Regex"].ifPresent {
            guard try expression.string() == " {2,}" else {
                throw unsupported(
                    "Replace expression", "'\(try expression.string())'", supported: "' {2,}' and strings")
            }
            return .severalSpaces
        }
        let string = try pattern.member("String")
        guard try !string.string().isEmpty else { throw string.mismatch("a string that is not empty") }
        return .literal(Array(try string.string().utf8))
    }
}
