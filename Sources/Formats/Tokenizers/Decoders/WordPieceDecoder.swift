// Joins WordPiece tokens to text: continuations are glued on, other tokens follow after a space.

/// The `WordPiece` decoder of tokenizer.json.
struct WordPieceDecoder: Sendable {
    /// What marks a piece that does not begin its word.
    let prefix: [UInt8]
    /// Whether spaces before punctuation and English contractions are removed.
    let tidies: Bool

    /// Replacements of tidying, in their order; each works within one token, as in the Rust library.
    private static let replacements: [(found: [UInt8], replacement: [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    /// The bytes that follow the space in `replacements`.
    private static let secondBytes = Array(".?!,'nd".utf8)

    /// The parts of the text, one a token of `tokens`, given as UTF-8.
    func decode(_ tokens: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
        tokens.enumerated().map { index, token in
            var part = token
            if index > 0 {
                part = token.starts(with: prefix) ? token.dropFirst(prefix.count) : [0x20] + token
            }
            return tidies ? Self.tidied(part) : part
        }
    }

    private static func tidied(_ token: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let mayMatch = zip(token, token.dropFirst()).contains { $0 == 0x20 && secondBytes.contains($1) }
        guard mayMatch else { return token }
        return replacements.reduce(token) { $0.replacing($1.found, with: $1.replacement) }
    }
}

extension ArraySlice<UInt8> {
    /// Replaces each occurrence, from left to right, not looking at what was put in.
    fileprivate func replacing(_ found: [UInt8], with replacement: [UInt8]) -> ArraySlice<UInt8> {
        var result: ArraySlice<UInt8> = []
        var rest = self
        while let first = rest.first {
            if rest.starts(with: found) {
                result.append(contentsOf: replacement)
                rest = rest.dropFirst(found.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
