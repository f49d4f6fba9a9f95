// Lists of words that no record may have.

internal import Files

/// Words and phrases of files, a line each; lines that start with `#` are remarks.
struct WordList: Sendable {
    /// Phrases by their first word: the words that follow.
    private var phrases: [UInt64: [[UInt64]]] = [:]

    init(files: [String]) throws(PreparationError) {
        for path in files {
            let texts = try PreparationError.rethrowing { () throws(FilesError) -> [String] in
                var lines = LineReader(try ByteReader(path: path))
                var texts: [String] = []
                while let line = try lines.nextText() { texts.append(line) }
                return texts
            }
            for text in texts where !text.hasPrefix("#") {
                let words = WordHashes.words(of: Array(text.utf8))
                guard let first = words.first else { continue }
                phrases[first, default: []].append(Array(words.dropFirst()))
            }
        }
    }

    var isEmpty: Bool { phrases.isEmpty }

    func matches(_ words: [UInt64]) -> Bool {
        for (index, word) in words.enumerated() {
            guard let rests = phrases[word] else { continue }
            if rests.contains(where: { words[(index + 1)...].starts(with: $0) }) { return true }
        }
        return false
    }
}
