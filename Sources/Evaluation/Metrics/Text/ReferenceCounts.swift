// How many references the rows of a corpus have, as sacrebleu's signatures state it.

/// Rows, references and squared references: enough to know whether every row has the same number of them.
struct ReferenceCounts: Sendable, Equatable {
    static let wordCount = 3
    /// Σ 1, Σ r, Σ r² over rows with r references.
    private(set) var words: [Int64]

    init(words: [Int64] = [0, 0, 0]) { self.words = words }

    /// One row.
    init(references: Int) { words = [1, Int64(references), Int64(references * references)] }

    var rowCount: Int64 { words[0] }

    /// The number of references of every row, or `var` when rows differ, by equality in Cauchy's inequality.
    var signature: String {
        guard words[0] > 0 else { return "0" }
        let isUniform = Int128(words[0]) * Int128(words[2]) == Int128(words[1]) * Int128(words[1])
        return isUniform ? "\(words[1] / words[0])" : "var"
    }
}

extension Array where Element == Int64 {
    /// Element by element.
    static func sum(_ left: [Int64], _ right: [Int64]) -> [Int64] {
        precondition(left.count == right.count, "\(right.count) counts added to \(left.count)")
        var sum = left
        for index in sum.indices { sum[index] += right[index] }
        return sum
    }
}
