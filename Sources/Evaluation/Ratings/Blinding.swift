// The order in which a rater sees items, and outputs of an item: random, but always the same for the same
// rater. Equal outputs of an item are one to a rater.

package import Datasets
import Tensors

/// Hides which system an output is from: outputs bear letters that are dealt anew for each rater and item.
package struct Blinding: Sendable {
    private let itemCount: Int
    private let systemCount: Int
    private let rows: [Int]
    private let outputs: [[String]]
    private let key: RandomKey

    init(items: RatingItems) {
        itemCount = items.items.count
        systemCount = items.systems.count
        rows = items.items.map(\.row)
        outputs = items.items.map(\.outputs)
        key = RandomKey(seed: items.seed).derived("blinding")
    }

    /// The item, by its place in the set, that `rater` sees at each place.
    package func itemOrder(for rater: Rater) -> KeyedPermutation {
        KeyedPermutation(count: itemCount, key: key.derived("items").derived(rater.name))
    }

    /// The system behind each letter, for one rater and one item.
    package func systems(for rater: Rater, item: Int) -> [Int] {
        let key = key.derived("outputs").derived(rater.name).derived(UInt64(rows[item]))
        let order = KeyedPermutation(count: systemCount, key: key)
        return (0..<systemCount).map { order[$0] }
    }

    /// The outputs of an item that differ, in the rater's order: places of letters and the systems behind
    /// them, of which the first gives the group its letter. Equal texts are judged once, for all their
    /// systems.
    package func distinctOutputs(for rater: Rater, item: Int) -> [[(place: Int, system: Int)]] {
        var groups: [[(place: Int, system: Int)]] = []
        var known: [String: Int] = [:]
        for (place, system) in systems(for: rater, item: item).enumerated() {
            let text = outputs[item][system]
            if let group = known[text] {
                groups[group].append((place, system))
            } else {
                known[text] = groups.count
                groups.append([(place, system)])
            }
        }
        return groups
    }

    /// The letter of a place: A, B, C, …
    package static func letter(_ place: Int) -> String {
        precondition(place < RatingItems.systemLimit, "there is no letter for place \(place)")
        return String(UnicodeScalar(UInt8(ascii: "A") + UInt8(place)))
    }

    /// The place of a letter, nil if no output has it.
    func place(ofLetter letter: String) -> Int? {
        (0..<systemCount).first { Self.letter($0) == letter.uppercased() }
    }

    /// The system that a rater sees under a letter.
    /// - Throws: if no output of the item has the letter.
    package func system(behind letter: String, for rater: Rater, item: Int) throws(RatingsError) -> Int {
        guard let place = place(ofLetter: letter) else {
            throw .unknownSystem(letter, known: (0..<systemCount).map(Self.letter))
        }
        return systems(for: rater, item: item)[place]
    }

    /// The systems that gave the output under a letter, that of the letter first.
    /// - Throws: if no output of the item has the letter.
    package func allSystems(
        behind letter: String, for rater: Rater, item: Int
    ) throws(RatingsError) -> [Int] {
        let system = try system(behind: letter, for: rater, item: item)
        let text = outputs[item][system]
        return [system] + outputs[item].indices.filter { $0 != system && outputs[item][$0] == text }
    }
}
