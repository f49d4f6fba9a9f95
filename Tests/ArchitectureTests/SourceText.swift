// Swift source text without comments and string literals, so that rules look at code alone.

/// What is left of a file when comments and the contents of strings are taken out; lines keep their numbers.
struct SourceText {
    let code: String

    init(_ text: String) {
        var scanner = Scanner(characters: Array(text))
        scanner.scanCode(untilParenthesis: false)
        code = scanner.code
    }

    /// Lines of code with their numbers, from 1.
    var lines: [(number: Int, text: Substring)] {
        code.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0 + 1, $1) }
    }

    private struct Scanner {
        let characters: [Character]
        var position = 0
        var code = ""

        private func matches(_ text: String, at place: Int) -> Bool {
            let end = place + text.count
            return end <= characters.count && characters[place..<end].elementsEqual(text)
        }

        /// Code up to the end of the text, or of the interpolation that it stands in.
        mutating func scanCode(untilParenthesis: Bool) {
            var depth = 0
            while position < characters.count {
                if matches("//", at: position) {
                    skip { $0 == "\n" }
                } else if matches("/*", at: position) {
                    scanBlockComment()
                } else if let hashes = openingHashes() {
                    scanString(hashes: hashes)
                } else {
                    let character = characters[position]
                    if character == "(" { depth += 1 }
                    if character == ")" { depth -= 1 }
                    if untilParenthesis, depth < 0 { return }
                    code.append(character)
                    position += 1
                }
            }
        }

        private mutating func skip(until isEnd: (Character) -> Bool) {
            while position < characters.count, !isEnd(characters[position]) { position += 1 }
        }

        private mutating func scanBlockComment() {
            var depth = 0
            repeat {
                if matches("/*", at: position) {
                    depth += 1
                    position += 2
                } else if matches("*/", at: position) {
                    depth -= 1
                    position += 2
                } else {
                    if characters[position] == "\n" { code.append("\n") }
                    position += 1
                }
            } while depth > 0 && position < characters.count
        }

        /// Number of `#` before the quote that opens a string here; nil when none opens.
        private func openingHashes() -> Int? {
            var place = position
            while place < characters.count, characters[place] == "#" { place += 1 }
            return place < characters.count && characters[place] == "\"" ? place - position : nil
        }

        private mutating func scanString(hashes: Int) {
            let marks = String(repeating: "#", count: hashes)
            position += hashes
            let quote = matches("\"\"\"", at: position) ? "\"\"\"" : "\""
            position += quote.count
            code.append("\"")
            while position < characters.count, !matches(quote + marks, at: position) {
                if matches("\\" + marks + "(", at: position) {
                    position += hashes + 2
                    code.append("(")
                    scanCode(untilParenthesis: true)
                    code.append(")")
                } else if matches("\\" + marks, at: position) {
                    position += hashes + 1
                    if position < characters.count, characters[position] == "\n" { code.append("\n") }
                } else if characters[position] == "\n" {
                    code.append("\n")
                }
                position += 1
            }
            position += quote.count + hashes
            code.append("\"")
        }
    }
}
