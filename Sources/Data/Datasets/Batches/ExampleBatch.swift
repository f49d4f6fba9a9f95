// What a model computes at once: sequences one after the other in flat lists, without padding.

/// S sequences with T tokens in all. Empty for a rank that has no row of a step.
package struct ExampleBatch: Sendable, Hashable {
    /// Token ids, [T].
    package private(set) var tokens: [Int32] = []
    /// Token type (segment) ids, [T].
    package private(set) var typeIDs: [Int32] = []
    /// Each token's place in its sequence, from 0, [T].
    package private(set) var positions: [Int32] = []
    /// Where each sequence starts in the lists of tokens, and T at the end, [S + 1].
    package private(set) var sequenceOffsets: [Int32] = [0]
    /// What keys the random numbers of each sequence: its global row number, [S].
    package private(set) var sampleIDs: [UInt64] = []
    /// The global row number of each sequence, [S].
    package private(set) var rows: [Int] = []
    /// [S]
    package private(set) var targets: [Target] = []
    /// The most tokens of a sequence; 0 if there is none.
    package private(set) var maximumLength = 0

    /// An empty batch.
    package init() {}

    /// - Parameter rows: the global row number of each example; nil numbers them from 0.
    package init(examples: [Example], rows: [Int]? = nil) {
        let rows = rows ?? Array(examples.indices)
        precondition(rows.count == examples.count, "\(examples.count) examples but \(rows.count) row numbers")
        reserve(sequences: examples.count, tokens: examples.reduce(0) { $0 + $1.tokens.count })
        for (example, row) in zip(examples, rows) {
            append(example.tokens[...], example.typeIDs, example.target, row: row)
        }
    }

    /// S, the number of sequences.
    package var sequenceCount: Int { rows.count }

    /// T, the number of tokens.
    package var tokenCount: Int { tokens.count }

    mutating func reserve(sequences: Int, tokens count: Int) {
        tokens.reserveCapacity(count)
        typeIDs.reserveCapacity(count)
        positions.reserveCapacity(count)
        sequenceOffsets.reserveCapacity(sequences + 1)
        sampleIDs.reserveCapacity(sequences)
        rows.reserveCapacity(sequences)
        targets.reserveCapacity(sequences)
    }

    mutating func append(
        _ newTokens: ArraySlice<Int32>, _ newTypeIDs: some Sequence<Int32>, _ target: Target, row: Int
    ) {
        tokens.append(contentsOf: newTokens)
        typeIDs.append(contentsOf: newTypeIDs)
        precondition(typeIDs.count == tokens.count, "one type id a token is needed")
        positions.append(contentsOf: 0..<Int32(newTokens.count))
        sequenceOffsets.append(Int32(tokens.count))
        sampleIDs.append(UInt64(row))
        rows.append(row)
        targets.append(target)
        maximumLength = max(maximumLength, newTokens.count)
    }
}
