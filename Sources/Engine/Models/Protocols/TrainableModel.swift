// What checkpoints and the training loop need of every model, whatever its task.

package import JSON
package import Layers

/// A network with its parameters and the config.json that describes it.
package protocol TrainableModel: AnyObject {
    var parameters: ParameterStore { get }
    /// Prefix of the backbone's names in checkpoint files, such as `bert.`; files of a bare backbone lack it.
    var encoderPrefix: String { get }
    /// Tokens of the longest sequence that the model can read.
    var maximumLength: Int { get }
    /// The whole config.json that describes the model with its head.
    var configurationJSON: JSONValue { get }
    /// Whether a slot belongs to the task's head, which a pretrained backbone does not bring.
    func isHead(_ slot: ParameterSlot) -> Bool
    /// Whether a slot belongs to a pooler between backbone and head, which a pretrained backbone may lack.
    func isPooler(_ slot: ParameterSlot) -> Bool
    /// Tensors that files may hold besides the tied ones that they equal.
    var tiedTensors: [TiedTensor] { get }
    /// The configuration of the same model with an output layer that is not tied to the embeddings.
    var untiedConfiguration: JSONValue { get }
    /// Whether a tensor of a checkpoint file may be left unread: heads of the pretraining task and stored
    /// position ids. Anything else that finds no slot is an error.
    func mayIgnore(tensor name: String) -> Bool
    /// Throws when tokens, types or lengths do not fit the model.
    func validate(_ batch: TokenBatch) throws(ModelError)
}

extension TrainableModel {
    package func isPooler(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix(encoderPrefix + "pooler.") }
    package var tiedTensors: [TiedTensor] { [] }
    package var untiedConfiguration: JSONValue { configurationJSON.untied }
}

extension JSONValue {
    /// This configuration without `tie_word_embeddings`.
    var untied: JSONValue {
        var members = object ?? [:]
        members["tie_word_embeddings"] = .bool(false)
        return .object(members)
    }
}
