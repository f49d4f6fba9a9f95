// The pre_tokenizer of tokenizer.json.

internal import JSON

extension TokenizerFile {
    private static let supported = ["ByteLevel", "Split", "Digits", "Metaspace", "WhitespaceSplit"]

    /// Whether the words are to be spelled in bytes.
    func isByteLevel() throws(TokenizerError) -> Bool {
        for (type, _) in try components("pre_tokenizer", list: "pretokenizers", supported: Self.supported)
        where type == "ByteLevel" {
            return true
        }
        return false
    }

    /// The pre-tokenisers; `ByteLevel` may only be the last one, and only where the model can spell bytes.
    func preTokenizer(allowsByteLevel: Bool) throws(TokenizerError) -> PreTokenizerChain {
        var steps: [any PreTokenizer] = []
        let supported = allowsByteLevel ? Self.supported : Self.supported.filter { $0 != "ByteLevel" }
        let parts = try components("pre_tokenizer", list: "pretokenizers", supported: supported)
        for (index, (type, node)) in parts.enumerated() {
            switch type {
            case "ByteLevel":
                guard index == parts.count - 1 else {
                    throw unsupported(
                        "pre_tokenizer", "'ByteLevel' before '\(parts[index + 1].type)'",
                        supported: "ByteLevel as the last one")
                }
                steps.append(
                    ByteLevelPreTokenizer(
                        addsPrefixSpace: try node.member("add_prefix_space").bool(),
                        splits: try node["use_regex"].ifPresent?.bool() ?? true))
            case "Split": steps.append(try splitter(node))
            case "Digits":
                steps.append(
                    DigitsPreTokenizer(isolatesEach: try node.member("individual_digits").bool()))
            case "Metaspace": steps.append(try metaspace(node))
            default: steps.append(WhitespaceSplitter())
            }
        }
        return PreTokenizerChain(steps: steps)
    }

    private func splitter(_ node: TokenizerReader) throws(TokenizerError) -> any PreTokenizer {
        let pattern = try node.member("pattern")
        let behavior = try node.member("behavior")
        let inverts = try node["invert"].ifPresent?.bool() ?? false
        if let expression = pattern["Regex"].ifPresent {
            guard let known = WordPattern(expression: try expression.string()) else {
                throw unsupported(
                    "Split expression", "'\(try expression.string())'", supported: WordPattern.supported)
            }
            // The known expressions leave nothing between their matches, so that these two are the same.
            guard try behavior.string() == (inverts ? "Removed" : "Isolated") else {
                throw unsupported(
                    "Split behavior", "'\(try behavior.string())' with an expression", supported: "Isolated")
            }
            return PatternSplitter(pattern: known)
        }
        let delimiter = try pattern.member("String")
        guard let known = LiteralSplitter.Behavior(rawValue: try behavior.string()) else {
            throw behavior.mismatch(
                "one of " + LiteralSplitter.Behavior.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard !inverts else { throw unsupported("Split", "'invert' of a string", supported: "expressions") }
        guard try !delimiter.string().isEmpty else { throw delimiter.mismatch("a string that is not empty") }
        return LiteralSplitter(delimiter: try shortText(delimiter), behavior: known)
    }

    private func metaspace(_ node: TokenizerReader) throws(TokenizerError) -> MetaspacePreTokenizer {
        MetaspacePreTokenizer(
            replacement: Array(String(try replacement(node)).utf8), prepending: try prepending(node),
            splits: try node["split"].ifPresent?.bool() ?? true)
    }

    /// The character that stands for a space.
    func replacement(_ node: TokenizerReader) throws(TokenizerError) -> Unicode.Scalar {
        let text = try node.member("replacement")
        let scalars = Array(try text.string().unicodeScalars)
        guard scalars.count == 1 else { throw text.mismatch("one character") }
        return scalars[0]
    }

    /// `prepend_scheme`, or what stood for it in older files.
    func prepending(_ node: TokenizerReader) throws(TokenizerError) -> MetaspacePreTokenizer.Prepending {
        guard let scheme = node["prepend_scheme"].ifPresent else {
            return try node["add_prefix_space"].ifPresent?.bool() ?? true ? .always : .never
        }
        guard let known = MetaspacePreTokenizer.Prepending(rawValue: try scheme.string()) else {
            throw scheme.mismatch("always, first or never")
        }
        return known
    }
}
