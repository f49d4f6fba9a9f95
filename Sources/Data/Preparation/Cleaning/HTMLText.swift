// The text of a piece of HTML: tags out, character references as characters.

/// Reads texts that have HTML in them. Only elements that HTML knows are tags, so `a < b` and `<EMAIL>` stay.
package enum HTMLText {
    /// The text; nil if there is no markup in it.
    package static func plain(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(where: { $0 == 0x3C || $0 == 0x26 }) else { return nil }
        var reader = Reader(text: text)
        let plain = CodeFences.outside(text) { reader.plain($0) }
        return reader.hasFoundMarkup ? plain : nil
    }

    private struct Reader {
        let text: [UInt8]
        var hasFoundMarkup = false

        mutating func plain(_ part: ArraySlice<UInt8>) -> [UInt8] {
            var result: [UInt8] = []
            result.reserveCapacity(part.count)
            var index = part.startIndex
            while index < part.endIndex {
                let byte = part[index]
                if byte == 0x3C, let tag = Tag(part, at: index) {
                    hasFoundMarkup = true
                    index = tag.end
                    if tag.isLine, result.last != 0x0A, !result.isEmpty { result.append(0x0A) }
                    if tag.isCell, let last = result.last, last > 0x20 { result.append(0x20) }
                } else if byte == 0x26, let reference = CharacterReference(part, at: index) {
                    hasFoundMarkup = true
                    index = reference.end
                    result += Array(String(Character(reference.scalar)).utf8)
                } else {
                    result.append(byte)
                    index += 1
                }
            }
            return result
        }
    }

    /// A tag, a comment, or an element whose content nobody reads.
    private struct Tag {
        var end: Int
        /// Whether a line ends here.
        var isLine = false
        var isCell = false

        private static let longestTag = 4_096

        init?(_ text: ArraySlice<UInt8>, at start: Int) {
            var index = start + 1
            guard index < text.endIndex else { return nil }
            if text[index] == 0x21 {
                if text[start...].starts(with: "<!--".utf8) {
                    guard let end = Self.end(of: "-->", text, from: start + 4) else { return nil }
                    self.end = end
                    return
                }
                let start = text[index...].prefix(8).map { $0 | 0x20 }
                guard start.elementsEqual("!doctype".utf8.map { $0 | 0x20 }) else { return nil }
                guard let close = text[index...].firstIndex(of: 0x3E) else { return nil }
                end = close + 1
                return
            }
            let isClosing = text[index] == 0x2F
            if isClosing { index += 1 }
            let nameStart = index
            while index < text.endIndex, index - nameStart < 12, Self.isNameByte(text[index]) { index += 1 }
            guard index > nameStart, index < text.endIndex else { return nil }
            let name = String(
                decoding: text[nameStart..<index].map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 },
                as: UTF8.self)
            guard HTMLElements.all.contains(name),
                [0x3E, 0x2F, 0x20, 0x09, 0x0A, 0x0D].contains(text[index]),
                let close = Self.close(text, from: index)
            else { return nil }
            end = close
            isLine = HTMLElements.lines.contains(name)
            isCell = HTMLElements.cells.contains(name)
            if !isClosing, HTMLElements.hidden.contains(name) {
                end =
                    Self.end(of: "</\(name)", text, from: close).flatMap { Self.close(text, from: $0) }
                    ?? close
            }
        }

        private static func isNameByte(_ byte: UInt8) -> Bool {
            byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
        }

        /// Behind the `>` that closes a tag, quotation marks regarded.
        private static func close(_ text: ArraySlice<UInt8>, from start: Int) -> Int? {
            var quote: UInt8?
            for index in start..<min(text.endIndex, start + longestTag) {
                let byte = text[index]
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == 0x22 || byte == 0x27 {
                    quote = byte
                } else if byte == 0x3E {
                    return index + 1
                } else if byte == 0x3C {
                    return nil
                }
            }
            return nil
        }

        /// Behind the next `mark`, in any case of letters.
        private static func end(of mark: String, _ text: ArraySlice<UInt8>, from start: Int) -> Int? {
            let mark = Array(mark.utf8)
            var index = start
            while index + mark.count <= text.endIndex {
                if zip(mark, text[index...]).allSatisfy({ $0 == $1 || ($1 >= 0x41 && $0 == $1 | 0x20) }) {
                    return index + mark.count
                }
                index += 1
            }
            return nil
        }
    }
}
