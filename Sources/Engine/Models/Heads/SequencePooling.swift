// What stands for a sequence in a classifier: the state of its first token, or the mean of all.

internal import Kernels
internal import Layers
internal import Tensors

/// From the states of tokens to one state a sequence.
enum SequencePooling: Sendable {
    /// The first token, such as [CLS]; the last block computes no other.
    case first
    /// The mean over the tokens of the sequence.
    case mean

    /// The states that stand for the sequences, `[S, C]`.
    func states(of encoder: any EncoderNetwork, _ pass: Pass) -> Tensor {
        switch self {
        case .first: return encoder.states(of: .first(of: pass), pass)
        case .mean:
            let hidden = encoder.hiddenStates(pass)
            let pooled = pass.activation(rows: pass.batch.sequenceCount, columns: hidden.columns)
            pass.temporarily {
                let means = pass.workspace.tensor(rows: pooled.rows, columns: pooled.columns)
                means.clear()
                EmbeddingTable.scatterAdd(hidden, ids: Self.sequenceOfToken(pass.batch), to: means)
                Self.divideByLengths(means, pass.batch)
                Conversion.copy(means, to: pooled)
            }
            return pooled
        }
    }

    /// Gradients of all parameters of the encoder from those of these states, which are overwritten.
    func backward(gradient dpooled: Tensor, through encoder: any EncoderNetwork, _ pass: Pass) {
        switch self {
        case .first: encoder.backward(selectedGradient: dpooled, pass)
        case .mean:
            let dhidden = pass.activation(rows: pass.batch.tokenCount, columns: dpooled.columns)
            pass.temporarily {
                let shares = pass.workspace.tensor(rows: dpooled.rows, columns: dpooled.columns)
                Conversion.copy(dpooled, to: shares)
                Self.divideByLengths(shares, pass.batch)
                EmbeddingTable.gather(shares, ids: Self.sequenceOfToken(pass.batch), into: dhidden)
            }
            encoder.backward(statesGradient: dhidden, pass)
        }
    }

    /// The sequence of each token, `[T]`.
    private static func sequenceOfToken(_ batch: TokenBatch) -> [Int32] {
        (0..<batch.sequenceCount).flatMap { sequence in
            [Int32](
                repeating: Int32(sequence),
                count: Int(batch.offsets[sequence + 1] - batch.offsets[sequence]))
        }
    }

    /// Divides the row of each sequence, in float32, by the number of its tokens.
    private static func divideByLengths(_ x: Tensor, _ batch: TokenBatch) {
        for (row, (start, end)) in zip(batch.offsets, batch.offsets.dropFirst()).enumerated() {
            Elementwise.scale(x.rows(row..<row + 1), by: 1 / Float(end - start))
        }
    }
}
