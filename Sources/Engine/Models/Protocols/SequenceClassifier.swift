// What the training loop needs of a model that classifies sequences.

package import Layers
package import Tensors

/// A model that gives K numbers a sequence.
package protocol SequenceClassifier: TrainableModel {
    var head: ClassificationHead { get }
    /// Logits `[S, K]`.
    func forward(_ pass: Pass) -> Tensor
    /// Adds the gradients of all parameters; `dlogits` may be overwritten.
    func backward(gradient dlogits: Tensor, _ pass: Pass)
}
