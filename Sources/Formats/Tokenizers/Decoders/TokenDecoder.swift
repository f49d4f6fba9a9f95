// From tokens to text: the decoder of tokenizer.json, step by step.

/// What makes a text of tokens.
struct TokenDecoder: Sendable {
    /// One step; each maps a list of strings to another, and what the last one gives is joined.
    enum Step: Sendable {
        /// Bytes spelled in the alphabet of byte-level vocabularies; broken UTF-8 becomes U+FFFD.
        case byteLevel
        /// Runs of tokens such as <0x0A> become the characters whose bytes they are, or U+FFFD each.
        case byteFallback
        /// All strings become one.
        case fuse
        /// One string is replaced by another within each token.
        case replace(ReplaceNormalizer.Pattern, [UInt8])
        /// A scalar is removed up to `start` times from the start of each string and up to `stop` times from
        /// its end.
        case strip(Unicode.Scalar, start: Int, stop: Int)
        /// A scalar becomes a space, or nothing in the first token if `dropsFirst`.
        case metaspace(Unicode.Scalar, dropsFirst: Bool)
        case wordPiece(WordPieceDecoder)
        /// Tokens follow after a space each: what stands for no decoder.
        case spaced
    }

    let steps: [Step]

    /// Whether the text of a token can depend on those before it only through unfinished bytes.
    var holdsBytes: Bool {
        steps.contains { if case .byteFallback = $0 { true } else { false } }
    }

    /// The text of `tokens`, given as UTF-8.
    func decode(_ tokens: [ArraySlice<UInt8>]) -> String {
        let parts = steps.reduce(tokens) { Self.apply($1, to: $0) }
        var text: [UInt8] = []
        for part in parts { text.append(contentsOf: part) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func apply(_ step: Step, to tokens: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
        switch step {
        case .byteLevel:
            var bytes: [UInt8] = []
            for token in tokens where !ByteLevelAlphabet.append(token, to: &bytes) {
                bytes.append(contentsOf: token)
            }
            return [Array(String(decoding: bytes, as: UTF8.self).utf8)[...]]
        case .byteFallback: return fallBack(tokens)
        case .fuse: return [ArraySlice(tokens.joined())]
        case .replace(let pattern, let content):
            return tokens.map { token in
                var text = NormalizedText()
                ReplaceNormalizer(pattern: pattern, replacement: content)
                    .normalize(token.span, 0..<token.count, firstScalar: 0, into: &text)
                return text.bytes[...]
            }
        case .strip(let scalar, let start, let stop):
            return tokens.map { strip(Array(String(scalar).utf8), from: $0, start: start, stop: stop) }
        case .metaspace(let scalar, let dropsFirst):
            let found = ReplaceNormalizer.Pattern.literal(Array(String(scalar).utf8))
            return tokens.enumerated().flatMap { index, token in
                apply(.replace(found, index == 0 && dropsFirst ? [] : [0x20]), to: [token])
            }
        case .wordPiece(let decoder): return decoder.decode(tokens)
        case .spaced:
            return tokens.enumerated().map { $0 > 0 ? [0x20] + $1 : $1 }
        }
    }

    /// The byte of a token such as <0x0A>.
    static func byte(of token: ArraySlice<UInt8>) -> UInt8? {
        guard token.count == 6, token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">") else {
            return nil
        }
        return UInt8(String(decoding: token.dropFirst(3).dropLast(), as: UTF8.self), radix: 16)
    }

    private static func fallBack(_ tokens: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
        var result: [ArraySlice<UInt8>] = []
        var run: [UInt8] = []
        func flush() {
            if String(validating: run, as: UTF8.self) != nil {
                if !run.isEmpty { result.append(run[...]) }
            } else {
                result.append(contentsOf: repeatElement([0xEF, 0xBF, 0xBD], count: run.count))
            }
            run.removeAll()
        }
        for token in tokens {
            if let byte = byte(of: token) {
                run.append(byte)
            } else {
                flush()
                result.append(token)
            }
        }
        flush()
        return result
    }

    private static func strip(
        _ scalar: [UInt8], from token: ArraySlice<UInt8>, start: Int, stop: Int
    ) -> ArraySlice<UInt8> {
        var rest = token
        for _ in 0..<start where rest.starts(with: scalar) { rest = rest.dropFirst(scalar.count) }
        for _ in 0..<stop where rest.suffix(scalar.count) == scalar[...] {
            rest = rest.dropLast(scalar.count)
        }
        return rest
    }
}
