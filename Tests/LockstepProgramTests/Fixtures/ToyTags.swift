// Generated rows with entities: runs of good words, of bad words, and nothing else.

import Tensors

enum ToyTags {
    /// A word with its tag: consecutive good words are one entity.
    private static func words(_ row: Int, seed: UInt64) -> [(word: String, tag: String)] {
        let key = RandomKey(seed: seed).derived("tags").derived(UInt64(row))
        func draw(_ place: Int, _ bound: Int) -> Int { Int(key.word(UInt64(place)) % UInt64(bound)) }
        var words: [(word: String, tag: String)] = []
        for place in 0..<3 + draw(0, 4) {
            let kind = draw(1 + 3 * place, 4)
            let choice = draw(2 + 3 * place, 8)
            switch kind {
            case 0, 1: words.append((ToyModel.plainWords[5 + choice], "O"))
            case 2:
                words.append((ToyModel.goodWords[choice], "B-GOOD"))
                if draw(3 + 3 * place, 2) == 0 { words.append((ToyModel.goodWords[7 - choice], "I-GOOD")) }
                words.append((".", "O"))
            default:
                words.append((ToyModel.badWords[choice], "B-BAD"))
                words.append((",", "O"))
            }
        }
        return words
    }

    /// Rows that list words and tags.
    static func tokens(_ count: Int, seed: UInt64 = 1) -> String {
        (0..<count).map { row in
            let words = words(row, seed: seed)
            func list(_ texts: [String]) -> String { "[\"" + texts.joined(separator: "\", \"") + "\"]" }
            return #"{"tokens": \#(list(words.map(\.word))), "ner_tags": \#(list(words.map(\.tag)))}"# + "\n"
        }.joined()
    }

    /// The same rows as texts with spans of characters.
    static func texts(_ count: Int, seed: UInt64 = 1) -> String {
        (0..<count).map { row in
            var text = ""
            var spans: [(start: Int, end: Int, label: String)] = []
            for (word, tag) in words(row, seed: seed) {
                if !text.isEmpty { text += " " }
                let start = text.count
                text += word
                if tag.hasPrefix("B-") { spans.append((start, text.count, String(tag.dropFirst(2)))) }
                if tag.hasPrefix("I-") { spans[spans.count - 1].end = text.count }
            }
            let list = spans.map { #"{"start": \#($0.start), "end": \#($0.end), "label": "\#($0.label)"}"# }
            return #"{"id": \#(row), "text": "\#(text)", "spans": [\#(list.joined(separator: ", "))]}"# + "\n"
        }.joined()
    }
}

extension Workshop {
    /// Writes rows with entities in place of the classified ones, and returns the flags of a run over them.
    func prepareTags(_ rows: (Int, UInt64) -> String = ToyTags.texts) throws -> [String] {
        try write(rows(60, 1), to: "train.jsonl")
        try write(rows(23, 2), to: "validation.jsonl")
        return ["--task", "token-classification", "--max_seq_length", "24"]
    }
}
