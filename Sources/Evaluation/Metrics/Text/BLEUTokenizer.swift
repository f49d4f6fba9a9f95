// The tokenizers of sacrebleu that need no model: byte loops in place of its regular expressions.

/// How text is cut into tokens before n-grams are compared; each equals sacrebleu's of the same signature.
package enum BLEUTokenizer: String, Sendable, CaseIterable {
    /// mteval-v13a, the default: punctuation apart, periods and commas within numbers kept.
    case mteval13a = "13a"
    /// mteval-v14's international mode: all Unicode punctuation and symbols apart.
    case international = "intl"
    /// Every Unicode scalar but white space is a token.
    case characters = "char"
    /// White space separates tokens, for text that is tokenised already.
    case none = "none"

    /// The text, prepared so that white space separates its tokens, as UTF-8.
    func separated(_ text: String, lowercased: Bool) -> [UInt8] {
        var bytes = lowercased ? LowerCase.bytes(of: text) : Array(text.utf8)
        switch self {
        case .none: return bytes
        case .characters: return Self.spread(bytes)
        case .mteval13a:
            Self.trimEnd(&bytes)
            return Self.mteval13a(bytes)
        case .international:
            Self.trimEnd(&bytes)
            return Self.international(bytes)
        }
    }

    /// `str.rstrip`.
    private static func trimEnd(_ bytes: inout [UInt8]) {
        var end = bytes.count
        while end > 0 {
            var start = end - 1
            while start > 0 && bytes[start] & 0xC0 == 0x80 { start -= 1 }
            guard WhiteSpace.length(bytes, at: start) == end - start else { break }
            end = start
        }
        bytes.removeSubrange(end...)
    }

    private static func spread(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            if byte & 0xC0 != 0x80 { result.append(0x20) }
            result.append(byte)
        }
        return result
    }
}

// MARK: - 13a

extension BLEUTokenizer {
    private static func mteval13a(_ bytes: [UInt8]) -> [UInt8] {
        var line = bytes
        if bytes.contains(0x3C) { line = replacing("<skipped>", by: "", in: line) }
        if bytes.contains(0x0A) {
            line = replacing("-\n", by: "", in: line)
            line = replacing("\n", by: " ", in: line)
        }
        if bytes.contains(0x26) {
            line = replacing("&quot;", by: "\"", in: line)
            line = replacing("&amp;", by: "&", in: line)
            line = replacing("&lt;", by: "<", in: line)
            line = replacing("&gt;", by: ">", in: line)
        }
        line = symbolsApart(line)
        line = stopsApartUnlessAfterDigit(line)
        line = stopsApartUnlessBeforeDigit(line)
        return dashesApartAfterDigit(line)
    }

    /// `str.replace`: from left to right, without looking at the result again.
    private static func replacing(_ old: StaticString, by new: StaticString, in bytes: [UInt8]) -> [UInt8] {
        let (pattern, replacement) = (Array("\(old)".utf8), Array("\(new)".utf8))
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == pattern[0] && bytes[index...].starts(with: pattern) {
                result.append(contentsOf: replacement)
                index += pattern.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// ASCII symbols between spaces, but ' , - . and the space, which stands at both ends instead.
    private static func symbolsApart(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 3 / 2 + 16)
        result.append(0x20)
        for byte in bytes {
            if isSymbol(byte) {
                result.append(0x20)
                result.append(byte)
            }
            result.append(isSymbol(byte) ? 0x20 : byte)
        }
        result.append(0x20)
        return result
    }

    /// `[\{-\~\[-\` -\&\(-\+\:-\@\/]` without the space.
    @inline(__always)
    private static func isSymbol(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21...0x26, 0x28...0x2B, 0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    @inline(__always)
    private static func isStop(_ byte: UInt8) -> Bool { byte == 0x2E || byte == 0x2C }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// `([^0-9])([\.,])` becomes `\1 \2 `. Bytes do for scalars: what precedes a stop is a digit or is not.
    private static func stopsApartUnlessAfterDigit(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        var index = 0
        while index < bytes.count {
            result.append(bytes[index])
            if index + 1 < bytes.count && isStop(bytes[index + 1]) && !isDigit(bytes[index]) {
                result.append(0x20)
                result.append(bytes[index + 1])
                result.append(0x20)
                index += 1
            }
            index += 1
        }
        return result
    }

    /// `([\.,])([^0-9])` becomes ` \1 \2`.
    private static func stopsApartUnlessBeforeDigit(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        var index = 0
        while index < bytes.count {
            if isStop(bytes[index]) && index + 1 < bytes.count && !isDigit(bytes[index + 1]) {
                result.append(0x20)
                result.append(bytes[index])
                result.append(0x20)
                result.append(bytes[index + 1])
                index += 2
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// `([0-9])(-)` becomes `\1 \2 `.
    private static func dashesApartAfterDigit(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0x2D) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        for (index, byte) in bytes.enumerated() {
            let isApart = byte == 0x2D && index > 0 && isDigit(bytes[index - 1])
            if isApart { result.append(0x20) }
            result.append(byte)
            if isApart { result.append(0x20) }
        }
        return result
    }
}

// MARK: - International

extension BLEUTokenizer {
    private enum Kind {
        case number, punctuation, symbol, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar.properties.generalCategory {
            case .decimalNumber, .letterNumber, .otherNumber: self = .number
            case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
                .initialPunctuation, .finalPunctuation, .otherPunctuation:
                self = .punctuation
            case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: self = .symbol
            default: self = .other
            }
        }
    }

    /// A scalar with its kind, so that the kind is looked up once.
    private typealias Classified = (scalar: Unicode.Scalar, kind: Kind)

    private static let space: Classified = (" ", .other)

    private static func international(_ bytes: [UInt8]) -> [UInt8] {
        let line = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { ($0, Kind($0)) }
        // `(\P{N})(\p{P})` becomes `\1 \2 `, then `(\p{P})(\P{N})` becomes ` \1 \2`.
        let first = replacingPairs(line) {
            $0.kind != .number && $1.kind == .punctuation
        } by: {
            [$0, space, $1, space]
        }
        let second = replacingPairs(first) {
            $0.kind == .punctuation && $1.kind != .number
        } by: {
            [space, $0, space, $1]
        }
        var result: [UInt8] = []
        for (scalar, kind) in second {
            if kind == .symbol { result.append(0x20) }
            result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            if kind == .symbol { result.append(0x20) }
        }
        return result
    }

    /// Replaces pairs from left to right; a pair starts after the one before it.
    private static func replacingPairs(
        _ line: [Classified], where matches: (Classified, Classified) -> Bool,
        by replacement: (Classified, Classified) -> [Classified]
    ) -> [Classified] {
        var result: [Classified] = []
        result.reserveCapacity(line.count * 3 / 2)
        var index = 0
        while index < line.count {
            if index + 1 < line.count && matches(line[index], line[index + 1]) {
                result.append(contentsOf: replacement(line[index], line[index + 1]))
                index += 2
            } else {
                result.append(line[index])
                index += 1
            }
        }
        return result
    }
}
