// A padding-free batch as models see it.

/// Sequences one behind the other: T tokens, S sequences.
package struct TokenBatch: Sendable {
    /// Token ids, `[T]`.
    package let tokens: [Int32]
    /// Token type (segment) ids, `[T]`.
    package let typeIDs: [Int32]
    /// Position of each token in its sequence, from 0, `[T]`.
    package let positions: [Int32]
    /// Sequence s has the tokens `offsets[s]..<offsets[s + 1]`; `[S + 1]`.
    package let offsets: [Int32]
    /// Global number of each sequence's row, `[S]`: dropout depends on it, not on rank or place.
    package let sampleIDs: [UInt64]
    /// The images whose patches the tokens are; nil for a batch of texts.
    package let images: ImageBatch?

    /// Number of tokens, T.
    package var tokenCount: Int { tokens.count }
    /// Number of sequences, S.
    package var sequenceCount: Int { offsets.count - 1 }
    /// Tokens of the longest sequence.
    package var longestSequence: Int {
        (0..<sequenceCount).reduce(0) { max($0, Int(offsets[$1 + 1] - offsets[$1])) }
    }

    /// Traps when the arrays do not fit together.
    package init(
        tokens: [Int32], typeIDs: [Int32], positions: [Int32], offsets: [Int32], sampleIDs: [UInt64],
        images: ImageBatch? = nil
    ) {
        precondition(tokens.count == typeIDs.count && tokens.count == positions.count, "array lengths differ")
        precondition(
            offsets.first == 0 && offsets.last == Int32(tokens.count), "offsets must cover the tokens")
        precondition(offsets.count == sampleIDs.count + 1, "expected one more offset than samples")
        self.tokens = tokens
        self.typeIDs = typeIDs
        self.positions = positions
        self.offsets = offsets
        self.sampleIDs = sampleIDs
        self.images = images
    }
}
