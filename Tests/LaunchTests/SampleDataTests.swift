// The reviews that come with the recipe: counts, balance, no row twice, none of validation near one of
// training.
import Foundation
import Testing

@Suite struct SampleDataTests {
    private struct Review: Decodable {
        let text: String
        let label: String
    }

    private static let labels = ["negative", "neutral", "positive"]
    private static let files = [
        "sentiment/train", "sentiment/validation", "sentiment/predict", "reviews/train", "reviews/validation",
    ]

    @Test(
        "A file has enough rows, as many of each label, and texts of 4 to 45 words",
        arguments: [
            ("sentiment/train", 330), ("sentiment/validation", 80), ("sentiment/predict", 15),
            ("reviews/train", 750), ("reviews/validation", 240),
        ])
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
        for file in Self.files {
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
        for path in Self.files {
            let parts = path.split(separator: "/")
            let page = try Checkout.text("launch/recipes/\(parts[0])/README.md")
            let rows = try Self.reviews(path)
            let each = rows.count / Self.labels.count
            let line = try #require(
                page.split(separator: "\n").first { $0.hasPrefix("| `\(parts[1]).jsonl`") })
            #expect(line.hasSuffix("| \(rows.count) | \(each) | \(each) | \(each) |"), "\(line)")
            #expect(page.contains("Apache-2.0"))
        }
    }

    @Test("No row that a first run is measured on is near to one that it learns from, as its page says")
    func isHonestlySplit() throws {
        func words(_ text: String) -> Set<Substring> {
            Set(text.lowercased().split { !($0.isLetter || $0.isNumber) })
        }
        let training = try Self.reviews("reviews/train").map { words($0.text) }
        let nearest = try Self.reviews("reviews/validation").map { row in
            let own = words(row.text)
            return training.map {
                Double(own.intersection($0).count) / Double(own.union($0).count)
            }.max() ?? 0
        }
        let (most, mean) = (nearest.max() ?? 1, nearest.reduce(0, +) / Double(nearest.count))
        #expect(most < 0.5 && mean < 0.3, "\(most), \(mean)")
        let page = try Checkout.text("launch/recipes/reviews/README.md")
        for figure in [most, mean] { #expect(page.contains(String(format: "%.2f", figure)), "\(figure)") }
    }

    private static func reviews(_ file: String) throws -> [Review] {
        let text = try Checkout.text("launch/recipes/\(file).jsonl")
        return try text.split(separator: "\n").map {
            try JSONDecoder().decode(Review.self, from: Data($0.utf8))
        }
    }
}
