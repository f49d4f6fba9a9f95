// Whether the order of items and outputs hides what it must: random, balanced, and the same each time.

import Datasets
import Ratings
import TestSupport
import Testing

@Suite struct BlindingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("every rater sees every item once and every system once an item, in the same order each time")
    func permutations() throws {
        let items = try folder.items(["a", "b", "c"], rows: 17)
        for name in ["ann", "ben", "王芳"] {
            let rater = try Rater(name)
            let order = items.blinding.itemOrder(for: rater)
            #expect((0..<17).map { order[$0] }.sorted() == Array(0..<17))
            for item in 0..<17 {
                let systems = items.blinding.systems(for: rater, item: item)
                #expect(systems.sorted() == [0, 1, 2])
                #expect(try items.blinding.systems(for: Rater(name), item: item) == systems)
                for (place, system) in systems.enumerated() {
                    let letter = Blinding.letter(place)
                    #expect(try items.blinding.system(behind: letter, for: rater, item: item) == system)
                }
            }
        }
        #expect { try items.blinding.system(behind: "D", for: Rater("ann"), item: 0) } throws: {
            "\($0)".contains("\"D\" is no system")
        }
    }

    @Test("over many items all orders of outputs are about equally frequent", arguments: [2, 3])
    func balance(systems: Int) throws {
        let rows = 1200
        let items = try folder.items(["a", "b", "c"].prefix(systems).map { $0 }, rows: rows)
        var counts: [[Int]: Int] = [:]
        let rater = try Rater("ann")
        for item in 0..<rows { counts[items.blinding.systems(for: rater, item: item), default: 0] += 1 }
        let orders = systems == 2 ? 2 : 6
        #expect(counts.count == orders)
        // Within 4.5 standard deviations of the mean.
        let mean = Double(rows / orders)
        let deviation = (mean * (1 - 1 / Double(orders))).squareRoot()
        #expect(counts.values.allSatisfy { abs(Double($0) - mean) < 4.5 * deviation }, "\(counts)")
    }

    @Test("two raters, and two seeds, see different orders")
    func independence() throws {
        let items = try folder.items(rows: 200)
        let other = try folder.items(rows: 200, seed: 2)
        func orders(_ items: RatingItems, _ name: String) throws -> (items: [Int], outputs: [[Int]]) {
            let rater = try Rater(name)
            let order = items.blinding.itemOrder(for: rater)
            return (
                (0..<200).map { order[$0] },
                (0..<200).map { items.blinding.systems(for: rater, item: $0) }
            )
        }
        let (ann, ben) = (try orders(items, "ann"), try orders(items, "ben"))
        let again = try orders(other, "ann")
        for (first, second) in [(ann, ben), (ann, again)] {
            #expect(first.items != second.items)
            // Half of the items agree by chance; the standard deviation is 7.
            let same = zip(first.outputs, second.outputs).count { $0 == $1 }
            #expect(68...132 ~= same)
        }
    }
}
