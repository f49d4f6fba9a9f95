// The sections of terms that come with the recipes: as many as their page says, no row twice, each with its
// clause.

import Datasets
import Foundation
import Tasks
import Testing

@Suite struct SampleSectionTests {
    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/launch/recipes/legal/"

    @Test("a file has its rows, each of four to eight sentences, some of which say what the summary says")
    func rows() throws {
        var seen: Set<String> = []
        let page = try String(contentsOfFile: Self.folder + "README.md", encoding: .utf8)
        for (file, count) in [("train", 60), ("validation", 20)] {
            let rows = try RowReader(patterns: [Self.folder + file + ".jsonl"]).makeIterator()
            var found = 0
            while let row = try rows.next() {
                let document = try row.text(in: "document", key: "document_column")
                let summary = try row.text(in: "summary", key: "summary_column")
                let sentences = SentenceSplitter.sentences(of: document)
                #expect((4...8).contains(sentences.count), "\(sentences)")
                #expect(
                    !SentenceSelection.oracle(sentences: sentences, reference: summary, maximumCount: 2)
                        .isEmpty,
                    "\(row.source)")
                #expect(seen.insert(document).inserted, "\(row.source)")
                found += 1
            }
            #expect(found == count)
            let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("| `\(file).jsonl`") })
            #expect(line.hasSuffix("| \(count) |"))
        }
    }
}
