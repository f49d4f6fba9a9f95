// What a decoder reads to learn to write a target: the target moved by one token.

package import Layers

extension SequenceToSequenceModel {
    /// The decoder's batch and targets for sequences that each end with their end token: token t of a
    /// sequence is predicted from the start token and the tokens before it. So transformers' models shift
    /// labels to the right, without the padding.
    package func targetBatch(
        _ sequences: [[Int32]], sampleIDs: [UInt64]
    ) -> (batch: TokenBatch, targets: [Int32]) {
        precondition(sequences.count == sampleIDs.count, "expected one sample a sequence")
        precondition(sequences.allSatisfy { !$0.isEmpty }, "a target has at least its end token")
        let tokens = sequences.flatMap { [startID] + $0.dropLast() }
        let batch = TokenBatch(
            tokens: tokens, typeIDs: tokens.map { _ in 0 },
            positions: sequences.flatMap { $0.indices.map { Int32($0) } },
            offsets: sequences.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) },
            sampleIDs: sampleIDs)
        return (batch, sequences.flatMap { $0 })
    }
}
