// The order in which a rater sees items, and outputs of an item: random, but always the same for the same
// rater.

package import Datasets
import Tensors

/// Hides which system an output is from: outputs bear letters that are dealt anew for each rater and item.
package struct Blinding: Sendable {
    private let itemCount: Int
    private let systemCount: Int
    private let rows: [Int]
    private let key: RandomKey

    init(items: RatingItems) {
        itemCount = items.items.count
        systemCount = items.systems.count
        rows = items.items.map(\.row)
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
}
