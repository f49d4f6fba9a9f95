// Tensors that a file may hold twice: an output layer that is tied to the embeddings.

/// A tensor of files that is another one as long as the output layer is tied.
public struct TiedTensor: Sendable, Hashable {
    /// Its name.
    public let copy: String
    /// The name of the tensor that the model has.
    public let original: String

    public init(copy: String, original: String) {
        self.copy = copy
        self.original = original
    }
}
