// Stands between a model and what reads its outputs, so that another program's outputs can be measured as the
// model's own.

package import Layers
package import Tensors

/// One step of a model without a backward pass.
package struct ModelStep: Sendable {
    /// What the model, or its encoder, reads.
    package let batch: TokenBatch
    /// The sentences of an extractive summarizer.
    package var sentences: SentenceBatch?
    /// What a decoder behind an encoder reads.
    package var target: TokenBatch?
    /// The tokens, of the target if there is one, that the outputs are of; nil where they are of sequences or
    /// sentences.
    package var rows: [Int32]?

    package init(
        batch: TokenBatch, sentences: SentenceBatch? = nil, target: TokenBatch? = nil, rows: [Int32]? = nil
    ) {
        (self.batch, self.sentences, self.target, self.rows) = (batch, sentences, target, rows)
    }
}

/// Sees each step and what the model makes of it, and may give something else in its place.
package protocol OutputObserver: AnyObject, Sendable {
    /// The outputs of a step: those that `compute` gives, or others of the same shape.
    func outputs(of step: ModelStep, _ compute: () -> Tensor) -> Tensor
}

/// The observer of this task.
package enum OutputObservation {
    @TaskLocal package static var observer: (any OutputObserver)?

    /// The outputs of a step as the observer of this task gives them, if there is one.
    static func outputs(
        _ pass: Pass, sentences: SentenceBatch? = nil, target: TokenBatch? = nil, rows: [Int32]? = nil,
        _ compute: () -> Tensor
    ) -> Tensor {
        guard !pass.isTraining, let observer else { return compute() }
        let step = ModelStep(batch: pass.batch, sentences: sentences, target: target, rows: rows)
        return observer.outputs(of: step, compute)
    }
}
