// Whether tokens, types and lengths fit a network.

internal import Layers

extension TokenBatch {
    /// Throws when a token is beyond the vocabulary or a sequence is longer than `maximumLength`, counted by
    /// the positions, which start behind what a cache holds.
    func requireFit(vocabulary: Int, maximumLength: Int) throws(ModelError) {
        let longest = max(longestSequence, Int((positions.max() ?? -1) + 1))
        guard longest <= maximumLength else {
            throw .sequenceTooLong(longest, positions: maximumLength)
        }
        for id in tokens where id < 0 || Int(id) >= vocabulary {
            throw .tokenBeyondVocabulary(id, vocabulary: vocabulary)
        }
    }
    /// Throws when a token type is beyond the model's.
    func requireFit(typeCount: Int) throws(ModelError) {
        for id in typeIDs where id < 0 || Int(id) >= typeCount {
            throw .typeBeyondRange(id, count: typeCount)
        }
    }
}
