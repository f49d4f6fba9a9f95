// Where documents that are too long for a writer are cut into windows.

import Arguments
import Datasets
import JSON
import Tasks
import Tensors
import Testing

/// A writer whose tokens are words, with two around each document.
private struct WordReading: DocumentReading {
    let columns = SummaryColumns(DataArguments())
    let maximumSourceLength: Int

    func length(of document: String, in row: Row) -> Int { document.split(separator: " ").count + 2 }
}

@Suite struct DocumentWindowsTests {
    private func row(_ sentences: [String]) -> Row {
        Row(
            fields: ["document": .array(sentences.map { .string($0) })],
            source: RowSource(file: "rows.jsonl", line: 1))
    }

    private func windows(_ sentences: [String], length: Int, overlap: Int = 0) throws -> [String] {
        try DocumentWindows(reading: WordReading(maximumSourceLength: length), overlap: overlap)
            .texts(of: row(sentences))
    }

    @Test("a document that fits stays whole, another is cut between sentences")
    func examples() throws {
        let sentences = ["a b c.", "d e.", "f g h i.", "j."]
        #expect(try windows(sentences, length: 12) == ["a b c. d e. f g h i. j."])
        #expect(try windows(sentences, length: 11) == ["a b c. d e. f g h i.", "j."])
        #expect(try windows(sentences, length: 7) == ["a b c. d e.", "f g h i. j."])
        #expect(try windows(sentences, length: 9, overlap: 1) == ["a b c. d e.", "d e. f g h i. j."])
        #expect(
            try windows(sentences, length: 5, overlap: 1)
                == ["a b c.", "d e.", "f g h i.", "j."], "a sentence that is too long is a window of its own")
    }

    @Test("every window fits unless one sentence is longer, and they have all sentences in order")
    func properties() throws {
        for trial in 0..<200 {
            let key = RandomKey(seed: 7).derived(UInt64(trial))
            func draw(_ place: Int, _ bound: Int) -> Int { Int(key.word(UInt64(place)) % UInt64(bound)) }
            let sentences = (0..<1 + draw(0, 12)).map { number in
                (0..<1 + draw(3 + number, 6)).map { "s\(number)w\($0)" }.joined(separator: " ")
            }
            let (length, overlap) = (4 + draw(1, 12), draw(2, 4))
            let found = try windows(sentences, length: length, overlap: overlap)
            let words = found.map { $0.split(separator: " ").map(String.init) }
            for window in words where window.count + 2 > length {
                #expect(sentences.contains(window.joined(separator: " ")), "\(trial)")
            }
            // Taking away what a window repeats leaves the document.
            var rebuilt: [String] = []
            for window in words {
                let isNew = window.drop { rebuilt.contains($0) }
                #expect(!isNew.isEmpty, "\(trial)")
                rebuilt += isNew
            }
            #expect(rebuilt == sentences.flatMap { $0.split(separator: " ").map(String.init) }, "\(trial)")
            if overlap == 0 { #expect(words.flatMap(\.self) == rebuilt, "\(trial)") }
        }
    }
}
