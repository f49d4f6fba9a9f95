// The normalizer of tokenizer.json.

internal import JSON

extension TokenizerFile {
    /// How many times longer normalisers may make a text, all together. Those of real models stay below 100.
    private static let largestGrowth = 256

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
        var growth = 1
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
            case "Prepend": steps.append(PrependNormalizer(prefix: try shortText(node.member("prepend"))))
            case "Precompiled":
                let table = try PrecompiledNormalizer(node.member("precompiled_charsmap"))
                growth = try checkedGrowth(growth, times: table.longestReplacement, "Precompiled")
                steps.append(table)
            default:
                let content = Array(try node.member("content").string().utf8)
                let pattern = try pattern(node)
                let factor = (content.count + pattern.shortestMatch - 1) / pattern.shortestMatch
                growth = try checkedGrowth(growth, times: factor, "Replace")
                steps.append(ReplaceNormalizer(pattern: pattern, replacement: content))
            }
        }
        return NormalizerChain(steps: steps)
    }

    /// `growth × factor`, if texts may become so much longer.
    private func checkedGrowth(
        _ growth: Int, times factor: Int, _ type: String
    ) throws(TokenizerError) -> Int {
        let (product, overflows) = growth.multipliedReportingOverflow(by: max(1, factor))
        guard !overflows, product <= Self.largestGrowth else {
            throw unsupported(
                "normalizer", "'\(type)' that lets texts grow to \(growth) × \(factor) times their length",
                supported: "\(Self.largestGrowth) times for all normalizers together")
        }
        return product
    }

    /// The UTF-8 of a string that stands for a piece of text: whoever looks for it looks at all of it.
    func shortText(_ node: TokenizerReader) throws(TokenizerError) -> [UInt8] {
        let bytes = Array(try node.string().utf8)
        let limit = 1_024
        guard bytes.count <= limit else {
            throw .invalidValue(
                path: path, key: node.path, expected: "a string of no more than \(limit) bytes",
                found: "one of \(bytes.count)")
        }
        return bytes
    }

    /// What a `Replace` replaces.
    func pattern(_ node: TokenizerReader) throws(TokenizerError) -> ReplaceNormalizer.Pattern {
        let pattern = try node.member("pattern")
        if let expression = pattern["Regex"].ifPresent {
            guard let known = ReplaceNormalizer.Pattern(expression: try expression.string()) else {
                throw unsupported(
                    "Replace expression", "'\(try expression.string())'",
                    supported: ReplaceNormalizer.Pattern.supported)
            }
            return known
        }
        let string = try pattern.member("String")
        guard try !string.string().isEmpty else { throw string.mismatch("a string that is not empty") }
        return .literal(try shortText(string))
    }
}
