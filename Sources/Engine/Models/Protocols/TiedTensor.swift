// Tensors that a file may hold twice: an output layer that is tied to the embeddings.

/// A tensor of files that is another one as long as the output layer is tied.
package struct TiedTensor: Sendable, Hashable {
    /// Its name.
    package let copy: String
    /// The name of the tensor that the model has.
    package let original: String

    package init(copy: String, original: String) {
        self.copy = copy
        self.original = original
    }
}
