// Swift source text without comments and string literals, so that rules look at code alone.

/// What is left of a file when comments and the contents of strings are taken out; lines keep their numbers.
struct SourceText {
    let code: String

    init(_ text: String) {
        var scanner = Scanner(bytes: Array(text.utf8))
        scanner.scanCode(untilParenthesis: false)
        code = String(decoding: scanner.code, as: UTF8.self)
    }

    /// Lines of code with their numbers, from 1.
    var lines: [(number: Int, text: Substring)] {
        code.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0 + 1, $1) }
    }

    /// Looks at bytes: what ends or opens a literal or a comment is ASCII.
    private struct Scanner {
        private static let (slash, star, quote) = (UInt8(ascii: "/"), UInt8(ascii: "*"), UInt8(ascii: "\""))
        private static let (hash, back, line) = (UInt8(ascii: "#"), UInt8(ascii: "\\"), UInt8(ascii: "\n"))
        private static let (open, close) = (UInt8(ascii: "("), UInt8(ascii: ")"))

        let bytes: [UInt8]
        var position = 0
        var code: [UInt8] = []

        init(bytes: [UInt8]) {
            self.bytes = bytes
            code.reserveCapacity(bytes.count)
        }

        private func matches(_ first: UInt8, _ second: UInt8) -> Bool {
            position + 1 < bytes.count && bytes[position] == first && bytes[position + 1] == second
        }

        private func matches(_ text: [UInt8]) -> Bool {
            position + text.count <= bytes.count
                && bytes[position..<position + text.count].elementsEqual(text)
        }

        /// Code up to the end of the text, or of the interpolation that it stands in.
        mutating func scanCode(untilParenthesis: Bool) {
            var depth = 0
            while position < bytes.count {
                let byte = bytes[position]
                if matches(Self.slash, Self.slash) {
                    while position < bytes.count, bytes[position] != Self.line { position += 1 }
                } else if matches(Self.slash, Self.star) {
                    scanBlockComment()
                } else if byte == Self.hash || byte == Self.quote, let hashes = openingHashes() {
                    scanString(hashes: hashes)
                } else {
                    if byte == Self.open { depth += 1 }
                    if byte == Self.close { depth -= 1 }
                    if untilParenthesis, depth < 0 { return }
                    code.append(byte)
                    position += 1
                }
            }
        }

        private mutating func scanBlockComment() {
            var depth = 0
            repeat {
                if matches(Self.slash, Self.star) {
                    depth += 1
                    position += 2
                } else if matches(Self.star, Self.slash) {
                    depth -= 1
                    position += 2
                } else {
                    if bytes[position] == Self.line { code.append(Self.line) }
                    position += 1
                }
            } while depth > 0 && position < bytes.count
        }

        /// Number of `#` before the quote that opens a string here; nil when none opens.
        private func openingHashes() -> Int? {
            var place = position
            while place < bytes.count, bytes[place] == Self.hash { place += 1 }
            return place < bytes.count && bytes[place] == Self.quote ? place - position : nil
        }

        private mutating func scanString(hashes: Int) {
            let marks = [UInt8](repeating: Self.hash, count: hashes)
            position += hashes
            let isLong = matches([Self.quote, Self.quote, Self.quote])
            let quotes = [UInt8](repeating: Self.quote, count: isLong ? 3 : 1)
            let (end, escape) = (quotes + marks, [Self.back] + marks)
            position += quotes.count
            code.append(Self.quote)
            while position < bytes.count, !(bytes[position] == Self.quote && matches(end)) {
                if bytes[position] == Self.back, matches(escape + [Self.open]) {
                    position += hashes + 2
                    code.append(Self.open)
                    scanCode(untilParenthesis: true)
                    code.append(Self.close)
                } else if bytes[position] == Self.back, matches(escape) {
                    position += hashes + 1
                    if position < bytes.count, bytes[position] == Self.line { code.append(Self.line) }
                } else if bytes[position] == Self.line {
                    code.append(Self.line)
                }
                position += 1
            }
            position += end.count
            code.append(Self.quote)
        }
    }
}
