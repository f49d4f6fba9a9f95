// The tensors of a model where they stand in the files of its directory, for what reads them piece by piece.

package import Layers
package import Models
internal import Safetensors
package import Tensors

/// A model's weights in the files that it was loaded from.
package struct WeightFiles: Sendable {
    private let files: SafetensorsCollection
    private let names: [String: String]

    /// The files of `directory`, which must hold every tensor of `model`.
    package init(_ model: any TrainableModel, directory: String) throws(CheckpointError) {
        files = try SafetensorsCollection.weights(in: directory)
        let assignment = try TensorAssignment(model, names: files.tensorNames, path: directory)
        try assignment.requireComplete(except: [], path: directory)
        try assignment.requireShapes(of: files, except: [], path: directory)
        names = Dictionary(
            assignment.matches.map { ($0.tensor.name, $0.fileName) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads `elements` of a tensor, counted as the file stores them, into a contiguous float32 tensor of as
    /// many.
    package func read(
        _ tensor: CheckpointTensor, elements: Range<Int>, into target: Tensor
    ) throws(CheckpointError) {
        guard let name = names[tensor.name] else {
            preconditionFailure("\(tensor.name) is no tensor of the model")
        }
        do { try files.read(name, elements: elements, into: target) } catch {
            throw CheckpointError(error)
        }
    }
}
