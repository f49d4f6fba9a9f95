// The oracle and trigram blocking against Python (see ModelsTests/Summarization/Goldens/generate.py).

import Foundation
import JSON
import Models
import Tasks
import Testing

@Suite struct SentenceSelectionTests {
    private func cases(_ key: String) throws -> [JSONValue] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appendingPathComponent("ModelsTests/Summarization/Goldens/selection.json")
        return try #require(JSONValue(parsing: [UInt8](Data(contentsOf: file)))[key]?.array)
    }

    private func texts(_ value: JSONValue?) -> [String] { (value?.array ?? []).compactMap(\.string) }
    private func numbers(_ value: JSONValue?) -> [Int] { (value?.array ?? []).compactMap(\.integer) }

    @Test("the oracle chooses what a greedy search with rouge_score chooses")
    func oracle() throws {
        let cases = try cases("oracle")
        #expect(cases.count == 30)
        for (index, golden) in cases.enumerated() {
            let found = SentenceSelection.oracle(
                sentences: texts(golden["sentences"]), reference: golden["summary"]?.string ?? "",
                maximumCount: golden["most"]?.integer ?? 0)
            #expect(found == numbers(golden["chosen"]), "case \(index)")
        }
    }

    @Test("the best sentences are chosen, with and without trigram blocking, the first of equals first")
    func choices() throws {
        for (index, golden) in try cases("choices").enumerated() {
            for (key, blocks) in [("blocked", true), ("free", false)] {
                let selection = SentenceSelection(
                    maximumCount: golden["most"]?.integer ?? 0, blocksTrigrams: blocks)
                let found = selection.chosen(
                    scores: (golden["scores"]?.array ?? []).compactMap(\.double),
                    sentences: texts(golden["sentences"]))
                #expect(found == numbers(golden[key]), "case \(index), \(key)")
            }
        }
    }

    @Test("the baselines of a document are its first sentences and the oracle's")
    func baselines() {
        let sentences = ["We keep logs.", "You may leave.", "Nothing else.", "We sell data."]
        let baselines = SummaryBaselines(
            sentences: sentences, reference: "they sell data and you may leave", maximumCount: 2)
        #expect(baselines.lead == "We keep logs.\nYou may leave.")
        #expect(baselines.oracle == "You may leave.\nWe sell data.")
        let short = SummaryBaselines(sentences: ["One."], reference: "two", maximumCount: 3)
        #expect(short.lead == "One." && short.oracle.isEmpty)
    }
}
