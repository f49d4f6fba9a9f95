// The reviews that come with the recipe: counts, balance, no row twice.
import Foundation
import Testing

@Suite struct SampleDataTests {
    private struct Review: Decodable {
        let text: String
        let label: String
    }

    private static let labels = ["negative", "neutral", "positive"]

    @Test(
        "A file has enough rows, as many of each label, and texts of 4 to 45 words",
        arguments: [("train", 330), ("validation", 80), ("predict", 15)])
    func isBalanced(file: String, leastRows: Int) throws {
        let rows = try Self.reviews(file)
        #expect(rows.count >= leastRows)
        let counts = Dictionary(grouping: rows, by: \.label).mapValues(\.count)
        #expect(counts.keys.sorted() == Self.labels)
        #expect(Set(counts.values).count == 1, "\(counts)")
        for row in rows {
            let words = row.text.split(whereSeparator: \.isWhitespace).count
            #expect((4...45).contains(words), "\(words) words: \(row.text)")
            #expect(row.text == row.text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    @Test("No review stands twice, within a file or in two")
    func isUnique() throws {
        var seen: [String: String] = [:]
        for file in ["train", "validation", "predict"] {
            for row in try Self.reviews(file) {
                // Case and punctuation do not make another review.
                let key = String(row.text.lowercased().filter(\.isLetter))
                #expect(seen[key] == nil, "in \(seen[key] ?? "") and \(file): \(row.text)")
                seen[key] = file
            }
        }
    }

    @Test("The page beside the data states the counts that are there")
    func isDescribed() throws {
        let page = try Checkout.text("launch/recipes/sentiment/README.md")
        for file in ["train", "validation", "predict"] {
            let rows = try Self.reviews(file)
            let each = rows.count / Self.labels.count
            let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("| `\(file).jsonl`") })
            #expect(line.hasSuffix("| \(rows.count) | \(each) | \(each) | \(each) |"), "\(line)")
        }
        #expect(page.contains("Apache-2.0"))
    }

    private static func reviews(_ file: String) throws -> [Review] {
        let text = try Checkout.text("launch/recipes/sentiment/\(file).jsonl")
        return try text.split(separator: "\n").map {
            try JSONDecoder().decode(Review.self, from: Data($0.utf8))
        }
    }
}
