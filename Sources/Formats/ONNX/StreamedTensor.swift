// A tensor of a model file whose bytes come piece by piece.

package import Files
package import ONNXMessages

/// A tensor that is never in memory as a whole.
package struct StreamedTensor<Failure: FileFailure>: Sendable {
    /// Takes the next bytes of a tensor, little-endian.
    package typealias Sink = ([UInt8]) throws(Failure) -> Void

    package let name: String
    package let shape: [Int]
    package let type: Onnx_TensorProto.DataType
    package let byteCount: Int
    /// Gives exactly `byteCount` bytes to the sink.
    let write: @Sendable (Sink) throws(Failure) -> Void

    /// A tensor in float32, whose bytes `write` gives.
    package init(
        floats name: String, shape: [Int], write: @escaping @Sendable (Sink) throws(Failure) -> Void
    ) {
        self.name = name
        self.shape = shape
        type = .float
        byteCount = 4 * shape.reduce(1, *)
        self.write = write
    }
}
