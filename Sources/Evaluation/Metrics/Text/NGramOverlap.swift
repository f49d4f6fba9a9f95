// How many n-grams of a prediction its references hold: the counting that BLEU, chrF and ROUGE share.

/// Matches of n-grams, each clipped to how often a reference has it.
enum NGramOverlap {
    /// For each order 1...`maximumOrder` the number of the prediction's n-grams that stand in a reference, an
    /// n-gram counting at most as often as in the reference that has it most. Negative tokens match nothing.
    static func matches(prediction: [Int32], references: [[Int32]], maximumOrder: Int) -> [Int64] {
        let size = references.reduce(0) { $0 + $1.count } * maximumOrder
        var table = NGramTable(capacity: size)
        /// By node: the highest count in one reference, and the count in the present one.
        var limits: [Int32] = [0]
        var counts: [Int32] = [0]
        limits.reserveCapacity(size + 1)
        counts.reserveCapacity(size + 1)
        for (number, reference) in references.enumerated() {
            if number > 0 { for node in counts.indices { counts[node] = 0 } }
            for start in reference.indices {
                var node = 0
                for position in start..<min(start + maximumOrder, reference.count) {
                    node = table.insert(prefix: node, token: reference[position])
                    if node == limits.count {
                        limits.append(0)
                        counts.append(0)
                    }
                    counts[node] += 1
                    limits[node] = max(limits[node], counts[node])
                }
            }
        }
        return clippedMatches(prediction, table, limits, maximumOrder)
    }

    private static func clippedMatches(
        _ prediction: [Int32], _ table: NGramTable, _ limits: [Int32], _ maximumOrder: Int
    ) -> [Int64] {
        var rest = limits
        var matches = [Int64](repeating: 0, count: maximumOrder)
        for start in prediction.indices {
            var node = 0
            for position in start..<min(start + maximumOrder, prediction.count) {
                node = table.find(prefix: node, token: prediction[position])
                if node == 0 { break }
                if rest[node] > 0 {
                    rest[node] -= 1
                    matches[position - start] += 1
                }
            }
        }
        return matches
    }

    /// Number of n-grams in a text of `length` tokens.
    @inline(__always)
    static func count(length: Int, order: Int) -> Int64 { Int64(max(0, length - order + 1)) }
}
