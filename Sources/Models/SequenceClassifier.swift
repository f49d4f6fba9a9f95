// What the training loop needs of a model that classifies sequences.

public import Layers
public import Tensors

/// A model that gives K numbers a sequence.
public protocol SequenceClassifier: AnyObject {
    var parameters: ParameterStore { get }
    var head: ClassificationHead { get }
    /// Prefix of the encoder's names in checkpoint files, `bert.`; files of a bare encoder lack it.
    var encoderPrefix: String { get }
    /// Tokens of the longest sequence that the model can read.
    var maximumLength: Int { get }
    /// The whole config.json that describes the model with its head.
    var configurationJSON: JSONValue { get }
    /// Whether a slot belongs to the head, which a pretrained encoder does not bring.
    func isHead(_ slot: ParameterSlot) -> Bool
    /// Whether a tensor of a checkpoint file may be left unread: heads of the pretraining task and stored position
    /// ids. Anything else that finds no slot is an error.
    func mayIgnore(tensor name: String) -> Bool
    /// Throws when tokens, types or lengths do not fit the model.
    func validate(_ batch: TokenBatch) throws(ModelError)
    /// Logits `[S, K]`.
    func forward(_ pass: Pass) -> Tensor
    /// Adds the gradients of all parameters; `dlogits` may be overwritten.
    func backward(gradient dlogits: Tensor, _ pass: Pass)
}
