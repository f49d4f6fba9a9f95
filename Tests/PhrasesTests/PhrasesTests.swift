// Counts and lists in sentences.

import Phrases
import Testing

@Suite("Counts and lists of sentences")
struct PhrasesTests {
    @Test(
        "One is named by the noun itself, every other count by its plural",
        arguments: [
            (0, "0 rows"), (1, "1 row"), (2, "2 rows"), (21, "21 rows"), (-1, "-1 rows"),
        ])
    func counts(count: Int, expected: String) {
        #expect("\(count, "row")" == expected)
    }

    @Test("A plural of its own takes the place of an s, the verb included")
    func irregular() {
        #expect("\(1, "batch", "batches")" == "1 batch")
        #expect("\(2, "batch", "batches")" == "2 batches")
        #expect("\(1, "row is", "rows are") cut" == "1 row is cut")
        #expect("\(3, "row is", "rows are") cut" == "3 rows are cut")
    }

    @Test("A long list is cut and says how many names are left out")
    func lists() {
        let names = (1...53).map { "layer.\($0)" }
        #expect(names.listed() == names[..<8].joined(separator: ", ") + " and 45 more")
        #expect(names.listed(atMost: 53) == names.joined(separator: ", "))
        #expect(["a", "b"].listed(atMost: 1) == "a and 1 more")
        #expect([String]().listed() == "")
    }
}
