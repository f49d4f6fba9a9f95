// Rules for single characters: control characters, white space, repeated characters, composition.

internal import Foundation

/// Rules that look at one character after the other.
package enum CharacterRules {
    /// Takes out control characters (but tab and line feed; a carriage return becomes a line feed) and marks
    /// that nobody sees: soft hyphens, zero-width spaces, marks of direction and of byte order. The joiners
    /// U+200C and U+200D, which emoji and Indic and Persian scripts need, stay.
    package static func withoutControls(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 {
                if byte == 0x0D {
                    if index + 1 >= text.count || text[index + 1] != 0x0A { result.append(0x0A) }
                } else if byte == 0x0A || byte == 0x09 {
                    result.append(byte)
                }
                index += 1
            } else if byte == 0x7F {
                index += 1
            } else if let width = invisibleWidth(text, at: index) {
                index += width
            } else {
                result.append(byte)
                index += 1
            }
        }
        return result
    }

    /// The bytes of the mark at `index`; nil if another character starts there.
    private static func invisibleWidth(_ text: [UInt8], at index: Int) -> Int? {
        switch text[index] {
        case 0xC2:
            guard index + 1 < text.count else { return nil }
            // U+0080 to U+009F, and the soft hyphen.
            return text[index + 1] < 0xA0 || text[index + 1] == 0xAD ? 2 : nil
        case 0xE2:
            guard index + 2 < text.count else { return nil }
            let (second, third) = (text[index + 1], text[index + 2])
            if second == 0x80 {
                return third == 0x8B || third == 0x8E || third == 0x8F || (0xAA...0xAE).contains(third)
                    ? 3 : nil
            }
            return second == 0x81 && ((0xA0...0xA4).contains(third) || (0xA6...0xAF).contains(third))
                ? 3 : nil
        case 0xEF:
            guard index + 2 < text.count else { return nil }
            let (second, third) = (text[index + 1], text[index + 2])
            return second == 0xBB && third == 0xBF || second == 0xBF && (0xB9...0xBB).contains(third)
                ? 3 : nil
        default: return nil
        }
    }

    /// One space for each run of white space within a line, no more than one empty line, none at the ends.
    /// Indentation at the start of a line stays.
    package static func withOneSpace(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        var feeds = 0
        var isAtLineStart = true
        var pendingSpace = false
        while index < text.endIndex {
            let byte = text[index]
            if byte == 0x0A || byte == 0x0D || isLineSeparator(text, at: index) {
                if byte == 0x0D, index + 1 < text.endIndex, text[index + 1] == 0x0A { index += 1 }
                index += byte == 0xE2 ? 3 : 1
                feeds += 1
                (pendingSpace, isAtLineStart) = (false, true)
            } else if let width = spaceWidth(text, at: index) {
                if isAtLineStart, feeds > 0, byte == 0x20 || byte == 0x09 {
                    // Indentation, if anything comes after it on the line.
                    var end = index
                    while end < text.endIndex, text[end] == 0x20 || text[end] == 0x09 { end += 1 }
                    if end < text.endIndex, text[end] != 0x0A, text[end] != 0x0D, !result.isEmpty {
                        for _ in 0..<min(feeds, 2) { result.append(0x0A) }
                        feeds = 0
                        result += text[index..<end]
                    }
                    index = end
                } else {
                    pendingSpace = true
                    index += width
                }
            } else {
                if !result.isEmpty {
                    if feeds > 0 {
                        for _ in 0..<min(feeds, 2) { result.append(0x0A) }
                    } else if pendingSpace {
                        result.append(0x20)
                    }
                }
                (feeds, pendingSpace, isAtLineStart) = (0, false, false)
                result.append(byte)
                index += 1
            }
        }
        return result
    }

    /// Whether U+2028 or U+2029 stands at `index`.
    private static func isLineSeparator(_ text: ArraySlice<UInt8>, at index: Int) -> Bool {
        text[index] == 0xE2 && index + 2 < text.endIndex && text[index + 1] == 0x80
            && (text[index + 2] == 0xA8 || text[index + 2] == 0xA9)
    }

    /// The bytes of the white space at `index` (Unicode's Zs and tab); nil if another character stands there.
    private static func spaceWidth(_ text: ArraySlice<UInt8>, at index: Int) -> Int? {
        switch text[index] {
        case 0x20, 0x09, 0x0B, 0x0C: return 1
        case 0xC2: return index + 1 < text.endIndex && text[index + 1] == 0xA0 ? 2 : nil
        case 0xE1:
            guard index + 2 < text.endIndex else { return nil }
            return text[index + 1] == 0x9A && text[index + 2] == 0x80 ? 3 : nil
        case 0xE2:
            guard index + 2 < text.endIndex else { return nil }
            let (second, third) = (text[index + 1], text[index + 2])
            return second == 0x80 && ((0x80...0x8A).contains(third) || third == 0xAF)
                || second == 0x81 && third == 0x9F ? 3 : nil
        case 0xE3:
            guard index + 2 < text.endIndex else { return nil }
            return text[index + 1] == 0x80 && text[index + 2] == 0x80 ? 3 : nil
        default: return nil
        }
    }

    /// Runs of more than `limit` equal ASCII characters that are no white space and no digits are cut to
    /// `limit`.
    package static func withoutLongRuns(_ text: [UInt8], limit: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var previous: UInt8 = 0
        var run = 0
        for byte in text {
            run = byte == previous ? run + 1 : 1
            previous = byte
            let isNumber = byte >= 0x30 && byte <= 0x39
            if run <= limit || byte <= 0x20 || byte >= 0x80 || isNumber { result.append(byte) }
        }
        return result
    }

    /// The text composed to NFC; nil where it is already.
    package static func composed(_ text: [UInt8]) -> [UInt8]? {
        guard mayNeedComposition(text) else { return nil }
        let composed = Array(String(decoding: text, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8)
        return composed == text ? nil : composed
    }

    /// Whether the text has a mark that may join the letter before it, or a character that is another one's
    /// double: told by the first bytes of their blocks.
    private static func mayNeedComposition(_ text: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in text {
            switch previous {
            case 0xCC, 0xCD, 0xE0, 0xE1, 0xF0: return true
            case 0xE2: if byte == 0x84 || byte == 0xAB { return true }
            case 0xE3: if byte == 0x82 { return true }
            case 0xEF: if byte >= 0xA4, byte <= 0xAC { return true }
            case 0xCE: if byte == 0x87 { return true }
            // Arabic and Hebrew marks.
            case 0xD6, 0xD7, 0xD9, 0xDB: if byte >= 0x80 { return true }
            default: break
            }
            previous = byte
        }
        return false
    }
}
