// The result of tokenising one text or one pair of texts: parallel arrays, one element a token.

/// Token ids with what a model and a task need to know of each token. All arrays have the same length.
package struct Encoding: Sendable, Equatable {
    /// Vocabulary ids, special tokens included.
    package var ids: [Int32]
    /// Segment of each token: what the template gives the first text, the second and the special tokens.
    package var typeIDs: [Int32]
    /// Where each token came from: a range of Unicode scalars of its own text (the first or the pair), as
    /// Hugging Face counts them. `0..<0` for tokens that the template added.
    package var offsets: [Range<Int>]
    /// True for tokens that the template added. A special token that stands in the text itself is not marked,
    /// as in Hugging Face's `special_tokens_mask`.
    package var isSpecial: [Bool]

    /// Number of tokens.
    package var count: Int { ids.count }

    /// An encoding without tokens, with room for `capacity` of them.
    package init(capacity: Int = 0) {
        ids = []
        typeIDs = []
        offsets = []
        isSpecial = []
        ids.reserveCapacity(capacity)
        typeIDs.reserveCapacity(capacity)
        offsets.reserveCapacity(capacity)
        isSpecial.reserveCapacity(capacity)
    }
}
