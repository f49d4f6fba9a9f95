// Rows without an answer: those that are too long for the model, or that a file of predictions has none for.

internal import DataParallel
internal import Phrases

/// How many rows were left out, and why the first of them was.
package struct SkippedRows: Sendable, Equatable {
    package private(set) var rowCount = 0
    package private(set) var count = 0
    private var first: (number: Int, reason: String)?

    package static func == (one: Self, other: Self) -> Bool {
        one.rowCount == other.rowCount && one.count == other.count && one.first?.number == other.first?.number
    }

    mutating func add(_ number: Int, _ answer: RowPrediction) {
        rowCount += 1
        guard let reason = answer.skipped else { return }
        count += 1
        if first == nil { first = (number, reason) }
    }

    /// Adds up the rows of all ranks. Rank 0 knows the first reason of all. Collective.
    mutating func reduce(over group: any ProcessGroup) throws {
        var words = [Int64(rowCount), Int64(count)]
        try group.allReduceSum(&words)
        (rowCount, count) = (Int(words[0]), Int(words[1]))
        let mine = first.map { "\($0.number) \($0.reason)" } ?? ""
        guard let all = try group.gather(Array(mine.utf8), at: 0) else { return }
        let reasons = all.compactMap { bytes -> (number: Int, reason: String)? in
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let number = Int(parts[0]) else { return nil }
            return (number, String(parts[1]))
        }
        first = reasons.min { $0.number < $1.number }
    }

    /// What rank 0 says of them; nil if there are none.
    package var sentence: String? {
        guard count > 0, let first else { return nil }
        return
            "\(count) of \(rowCount, "row") \(count == 1 ? "is" : "are") left out, without a prediction; the first: "
            + first.reason
    }
}
