// What all layers share during one forward and backward pass.

package import Kernels
package import Tensors

/// One pass of one micro-batch through a model.
package final class Pass {
    package let parameters: ParameterStore
    package let workspace: Workspace
    package let batch: TokenBatch
    /// Whether activations are kept for a backward pass and dropout is on.
    package let isTraining: Bool
    /// Key of seed and step, from which each dropout site derives its own.
    package let key: RandomKey
    /// Whether gradients are complete after this backward pass: false for all micro-batches but the last.
    package let completesGradients: Bool
    /// Whether blocks give their activations back and compute them again in the backward pass.
    package let recomputesActivations: Bool
    /// Random keys of the tokens, `[T]`, and of the sequences (the first token of each), `[S]`.
    package let tokenKeys: RowRandomKeys
    package let sequenceKeys: RowRandomKeys
    /// The tokens that the last block computes, when these are not all.
    package var selectedRows: SelectedRows?
    /// Keys and values of the tokens before this pass's, for decoding; nil when the batch holds whole
    /// sequences.
    package let cache: KeyValueCache?
    /// Whether a token's states depend on its own sequence alone, bit by bit: not on the other tokens of the
    /// batch, nor on how a sequence was cut into passes over a cache.
    package let isRowIndependent: Bool

    /// A pass for evaluation or, with a `key`, for training; with a `cache`, one step of decoding.
    /// `recomputesActivations` trades time for memory and changes no bit of the result.
    package init(
        parameters: ParameterStore, workspace: Workspace, batch: TokenBatch, trainingKey: RandomKey? = nil,
        completesGradients: Bool = true, recomputesActivations: Bool = false, cache: KeyValueCache? = nil,
        isRowIndependent: Bool = false
    ) {
        precondition(cache == nil || trainingKey == nil, "a pass over cached keys has no backward pass")
        self.cache = cache
        self.isRowIndependent = isRowIndependent
        self.parameters = parameters
        self.workspace = workspace
        self.batch = batch
        isTraining = trainingKey != nil
        key = trainingKey ?? RandomKey(seed: 0)
        self.completesGradients = completesGradients
        self.recomputesActivations = recomputesActivations && trainingKey != nil
        tokenKeys = RowRandomKeys(sampleIDs: batch.sampleIDs, offsets: batch.offsets)
        sequenceKeys = RowRandomKeys(sampleIDs: batch.sampleIDs)
    }

    /// The number format of activations and of the operands of products.
    package var activationType: ElementType { parameters.computeType }

    /// Activation memory `[rows, columns]` of this pass's format; contents are undefined.
    package func activation(rows: Int, columns: Int) -> Tensor {
        workspace.tensor(rows: rows, columns: columns, type: activationType)
    }

    /// `x` in this pass's format: itself or a rounded copy.
    func converted(_ x: Tensor) -> Tensor {
        guard x.type != activationType else { return x }
        let copy = activation(rows: x.rows, columns: x.columns)
        Conversion.copy(x, to: copy)
        return copy
    }

    /// The dropout of a site in this pass: nothing outside training.
    package func dropout(_ site: String, probability: Float) -> Dropout {
        isTraining && probability > 0 ? Dropout(key: key.derived(site), probability: probability) : .none
    }

    /// The keys of the rows of `x`: all tokens, those that the last block computes, or the first of each
    /// sequence.
    func keys(of x: Tensor) -> RowRandomKeys {
        if x.rows == batch.tokenCount { return tokenKeys }
        if let rows = selectedRows, rows.count == x.rows { return rows.keys }
        precondition(x.rows == batch.sequenceCount, "dropout needs the keys of its rows")
        return sequenceKeys
    }

    /// Reports a slot whose gradient is complete.
    func markReady(_ slot: Int) {
        if completesGradients { parameters.markReady(slot) }
    }

    /// A copy of what `body` returns, `[rows, columns]`; the rest of what it took from the workspace is given
    /// back.
    package func result(rows: Int, columns: Int, of body: () -> Tensor) -> Tensor {
        let result = activation(rows: rows, columns: columns)
        temporarily { result.copy(from: body()) }
        return result
    }

    /// Runs `body` and gives back what it took from the workspace.
    package func temporarily<Result>(_ body: () -> Result) -> Result {
        let mark = workspace.mark()
        defer { workspace.release(to: mark) }
        return body()
    }
}

/// A part of a model with parameters and a backward pass of its own. Every type that conforms has an entry in
/// the table of gradient checks.
package protocol Layer: AnyObject {}
