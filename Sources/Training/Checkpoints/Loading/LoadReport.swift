// What a load did besides reading: what was made new, left unread or reordered.

package import Models
internal import Phrases

/// The outcome of loading a pretrained model, for the run's log.
package struct LoadReport: Sendable, Equatable {
    /// The directory that was read.
    package let directory: String
    /// `model_type` of config.json.
    package internal(set) var modelType: String
    /// The model's number of parameters.
    package internal(set) var parameterCount: Int
    /// Number of tensors read from the file.
    package internal(set) var tensorCount = 0
    /// Tensors of the classification head that were initialised, by name; empty when the file's head was
    /// read.
    package internal(set) var newHead: [String] = []
    /// Why the head is new; nil when the file's head was read.
    package internal(set) var newHeadReason: String?
    /// Tensors of the pooler that were initialised because a bare encoder was saved without.
    package internal(set) var newPooler: [String] = []
    /// Tensors of the file that the model does not need, such as heads of the pretraining task.
    package internal(set) var ignored: [String] = []
    /// What became of the outputs of the file's head: new names or a new order; nil when nothing did.
    package internal(set) var headChange: String?

    /// A tensor of the file that differs from the one that it should be tied to, so that the model is not
    /// tied.
    package internal(set) var untiedTensor: TiedTensor?

    /// Files beside the weights that are not those of the directory's manifest.
    package var changedFiles: [String] = []

    /// Whether nothing was read: all parameters are random.
    package internal(set) var isUntrained = false

    /// One sentence a fact, for the log.
    package var lines: [String] {
        let origin = isUntrained ? "initialised at random" : "\(tensorCount, "tensor") read"
        var lines = ["\(directory): \(modelType), \(parameterCount, "parameter"), \(origin)"]
        if let newHeadReason {
            lines.append("new head: \(newHead.listed()) (\(newHeadReason))")
        }
        if !newPooler.isEmpty {
            lines.append("new pooler: \(newPooler.listed()) (the directory has none)")
        }
        if let headChange { lines.append(headChange) }
        if let untiedTensor {
            lines.append(
                "\(untiedTensor.copy) differs from \(untiedTensor.original), so the output layer is not tied to the "
                    + "embeddings: tie_word_embeddings becomes false")
        }
        if !changedFiles.isEmpty {
            lines.append("changed since they were written: \(changedFiles.listed())")
        }
        if !ignored.isEmpty { lines.append("not needed: \(ignored.listed())") }
        return lines
    }
}
