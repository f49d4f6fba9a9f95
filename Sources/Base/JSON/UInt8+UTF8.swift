// Looks into UTF-8 bytes for messages: the first invalid byte, columns, what stands at a place.

extension [UInt8] {
    /// The text in `range`, nil if it is not well-formed UTF-8.
    package func text(in range: Range<Int>) -> String? {
        do {
            return String(copying: try UTF8Span(validating: span.extracting(range)))
        } catch {
            return nil
        }
    }

    /// The index of the first byte in `range` that is not part of well-formed UTF-8 (Unicode 15, table 3-7).
    package func firstInvalidUTF8(in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            guard let length = characterLength(at: index, upTo: range.upperBound) else { return index }
            index += length
        }
        return nil
    }

    /// The number of bytes of the well-formed code point at `index`; nil if there is none.
    private func characterLength(at index: Int, upTo end: Int) -> Int? {
        let lead = self[index]
        if lead < 0x80 { return 1 }
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= end, second.contains(self[index + 1]) else { return nil }
        return self[(index + 2)..<(index + length)].allSatisfy { $0 & 0xC0 == 0x80 } ? length : nil
    }

    /// Which code point of its line stands at `index`, from 1; `start` is where the line starts.
    package func column(at index: Int, lineStart start: Int) -> Int {
        1 + self[start..<index].count { $0 & 0xC0 != 0x80 }
    }

    /// What stands at `index`, for a message.
    package func phrase(at index: Int, upTo end: Int) -> String {
        switch self[index] {
        case 0x0A, 0x0D: return "a line break"
        case 0x09: return "a tab"
        case let byte where byte < 0x20 || byte == 0x7F: return "byte 0x" + String(byte, radix: 16)
        default:
            guard let length = characterLength(at: index, upTo: end) else {
                return "byte 0x" + String(self[index], radix: 16)
            }
            return "'\(String(decoding: self[index..<(index + length)], as: UTF8.self))'"
        }
    }
}
