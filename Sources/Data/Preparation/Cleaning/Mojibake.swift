// Text that was UTF-8, was read as Windows-1252 or Latin-1, and was written as UTF-8 again: é for é.

internal import JSON

/// Puts sequences of characters right whose bytes in Windows-1252 are one character of UTF-8.
///
/// A sequence is taken for damage when nobody would write it: two letters that are not ASCII and a symbol, a
/// capital with a sign that no word has behind it. What may be a word before a closing quotation mark, such
/// as `CAFÉ»`, is left alone unless the text has other damage. The whole is repeated, as texts are damaged
/// several times over.
package enum Mojibake {
    private static let mostRepetitions = 4

    /// The text put right; nil if there was nothing to do.
    package static func fixed(_ text: [UInt8]) -> [UInt8]? {
        var current = text
        for _ in 0..<mostRepetitions {
            guard let next = fixedOnce(current) else { break }
            current = next
        }
        return current == text ? nil : current
    }

    /// A character that has a byte in Windows-1252 from 0x80 on, and where it stands.
    private struct Symbol {
        let byte: UInt8
        let scalar: UInt32
        let start: Int
        let end: Int
    }

    private struct Candidate {
        let range: Range<Int>
        let bytes: [UInt8]
        /// Whether nobody would have written it.
        let isCertain: Bool
        /// Whether it makes a character that people write.
        let isPossible: Bool
    }

    private static func fixedOnce(_ text: [UInt8]) -> [UInt8]? {
        // All lead bytes that matter are U+00C2 to U+00F4, C3 82 to C3 B4 in UTF-8.
        guard text.contains(0xC3) else { return nil }
        let candidates = candidates(in: text)
        let isDamaged = candidates.contains { $0.isCertain }
        let accepted = candidates.indices.filter { index in
            candidates[index].isCertain || candidates[index].isPossible && isDamaged
                || hasNeighbour(candidates, index)
        }
        guard !accepted.isEmpty else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var end = 0
        for index in accepted {
            let candidate = candidates[index]
            result += text[end..<candidate.range.lowerBound]
            result += candidate.bytes
            end = candidate.range.upperBound
        }
        return result + text[end...]
    }

    /// Whether another sequence stands right beside it.
    private static func hasNeighbour(_ candidates: [Candidate], _ index: Int) -> Bool {
        let range = candidates[index].range
        if index > 0, candidates[index - 1].range.upperBound == range.lowerBound { return true }
        return index + 1 < candidates.count && range.upperBound == candidates[index + 1].range.lowerBound
    }

    private static func candidates(in text: [UInt8]) -> [Candidate] {
        var candidates: [Candidate] = []
        var index = 0
        while index < text.count {
            guard text[index] == 0xC3, let lead = symbol(text, at: index), lead.byte >= 0xC2,
                lead.byte <= 0xF4,
                let candidate = candidate(text, lead)
            else {
                index += 1
                continue
            }
            candidates.append(candidate)
            index = candidate.range.upperBound
        }
        return candidates
    }

    /// The sequence that starts with `lead`; nil if the bytes are no character.
    private static func candidate(_ text: [UInt8], _ lead: Symbol) -> Candidate? {
        let count = lead.byte < 0xE0 ? 1 : lead.byte < 0xF0 ? 2 : 3
        var symbols: [Symbol] = []
        var end = lead.end
        for _ in 0..<count {
            guard end < text.count, let next = symbol(text, at: end), next.byte < 0xC0 else { return nil }
            symbols.append(next)
            end = next.end
        }
        let bytes = [lead.byte] + symbols.map(\.byte)
        guard bytes.firstInvalidScalar == nil,
            let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first
        else { return nil }
        return Candidate(
            range: lead.start..<end, bytes: bytes,
            isCertain: isCertain(text, lead, symbols, scalar), isPossible: isPossible(lead, scalar))
    }

    private static func isPossible(_ lead: Symbol, _ scalar: Unicode.Scalar) -> Bool {
        switch lead.byte {
        case 0xC2: scalar.value >= 0xA0
        case 0xC4...0xDF: isPlausible(scalar.value)
        default: true
        }
    }

    private static func isCertain(
        _ text: [UInt8], _ lead: Symbol, _ symbols: [Symbol], _ scalar: Unicode.Scalar
    ) -> Bool {
        let isAfterLetter = lead.start > 0 && text[lead.start - 1] > 0x40 && text[lead.start - 1] != 0x5F
        switch symbols.count {
        case 3: return true
        case 2:
            // U+2000 to U+2FFF: quotation marks, dashes, symbols; â never stands before two signs.
            if lead.byte == 0xE2 { return true }
            return !symbols.allSatisfy { isClosing($0.scalar) }
        default:
            let sign = symbols[0]
            if lead.byte == 0xC2 {
                return sign.byte >= 0xA0 && !(isAfterLetter && sign.scalar == 0xBB)
            }
            if lead.byte == 0xC3 {
                let end = sign.end
                let isBeforeLetter = end < text.count && text[end] >= 0x61 && text[end] <= 0x7A
                return !isClosing(sign.scalar) || isBeforeLetter
            }
            guard isPlausible(scalar.value) else { return false }
            return !isClosing(sign.scalar) && !isAttached(sign.scalar)
        }
    }

    /// Scripts of two bytes in UTF-8 that people write words in: Latin, Greek, Cyrillic, Hebrew, Arabic.
    private static func isPlausible(_ scalar: UInt32) -> Bool {
        (0x100..<0x250).contains(scalar) || (0x370..<0x530).contains(scalar)
            || (0x5D0..<0x700).contains(scalar)
    }

    /// Signs that stand behind words: closing quotation marks, dashes, the ellipsis, a no-break space.
    private static func isClosing(_ scalar: UInt32) -> Bool {
        [0xA0, 0xBB, 0xAB, 0x2019, 0x201D, 0x201C, 0x2018, 0x203A, 0x2013, 0x2014, 0x2026, 0xB7, 0x2022]
            .contains(
                scalar)
    }

    /// Signs that are set to names and figures: ™ ® © ° ² ³ ¹ ª º.
    private static func isAttached(_ scalar: UInt32) -> Bool {
        [0x2122, 0xAE, 0xA9, 0xB0, 0xB2, 0xB3, 0xB9, 0xAA, 0xBA].contains(scalar)
    }

    /// The character of two or three bytes at `index` if Windows-1252 has a byte for it from 0x80 on.
    private static func symbol(_ text: [UInt8], at index: Int) -> Symbol? {
        switch text[index] {
        case 0xC2:
            guard index + 1 < text.count else { return nil }
            let byte = text[index + 1]
            return Symbol(byte: byte, scalar: UInt32(byte), start: index, end: index + 2)
        case 0xC3:
            guard index + 1 < text.count else { return nil }
            let byte = text[index + 1] | 0x40
            return Symbol(byte: byte, scalar: UInt32(byte), start: index, end: index + 2)
        case 0xC5, 0xC6, 0xCB:
            guard index + 1 < text.count else { return nil }
            let scalar = UInt32(text[index] & 0x1F) << 6 | UInt32(text[index + 1] & 0x3F)
            guard let byte = windowsBytes[scalar] else { return nil }
            return Symbol(byte: byte, scalar: scalar, start: index, end: index + 2)
        case 0xE2:
            guard index + 2 < text.count else { return nil }
            let scalar = 0x2000 | UInt32(text[index + 1] & 0x3F) << 6 | UInt32(text[index + 2] & 0x3F)
            guard let byte = windowsBytes[scalar] else { return nil }
            return Symbol(byte: byte, scalar: scalar, start: index, end: index + 3)
        default: return nil
        }
    }

    /// The bytes 0x80 to 0x9F of Windows-1252 by their characters, as the WHATWG's encoding standard has
    /// them.
    private static let windowsBytes: [UInt32: UInt8] = [
        0x20AC: 0x80, 0x201A: 0x82, 0x0192: 0x83, 0x201E: 0x84, 0x2026: 0x85, 0x2020: 0x86, 0x2021: 0x87,
        0x02C6: 0x88, 0x2030: 0x89, 0x0160: 0x8A, 0x2039: 0x8B, 0x0152: 0x8C, 0x017D: 0x8E, 0x2018: 0x91,
        0x2019: 0x92, 0x201C: 0x93, 0x201D: 0x94, 0x2022: 0x95, 0x2013: 0x96, 0x2014: 0x97, 0x02DC: 0x98,
        0x2122: 0x99, 0x0161: 0x9A, 0x203A: 0x9B, 0x0153: 0x9C, 0x017E: 0x9E, 0x0178: 0x9F,
    ]
}

extension [UInt8] {
    /// Where the bytes stop to be UTF-8; nil if all are.
    fileprivate var firstInvalidScalar: Int? { firstInvalidUTF8(in: 0..<count) }
}
