// A model of two layers whose layout a test chooses; it cannot compute.

import JSON
import Layers
import Models
import Tensors

/// Parameters with a tensor that files hold transposed, as GPT-2's; `extra` adds a slot in the middle.
final class ToyClassifier: SequenceClassifier {
    let parameters: ParameterStore
    let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
    let encoderPrefix = "toy."
    let maximumLength = 1

    init(width: Int = 3, extra: Bool = false) {
        var layout = ParameterLayout()
        func add(_ name: String, rows: Int, columns: Int, tensor: CheckpointTensor) {
            _ = layout.add(
                name, rows: rows, columns: columns, hasWeightDecay: true,
                initialization: .normal(standardDeviation: 1), tensors: [tensor])
        }
        add(
            "toy.mixed", rows: width, columns: 2,
            tensor: CheckpointTensor(name: "toy.mixed", shape: [2, width], isTransposed: true))
        if extra {
            add("toy.extra", rows: 1, columns: 5, tensor: CheckpointTensor(name: "toy.extra", shape: [5]))
        }
        add(
            "score.weight", rows: 2, columns: 3,
            tensor: CheckpointTensor(name: "score.weight", shape: [2, 3]))
        parameters = ParameterStore(layout: layout)
        parameters.initialize(key: RandomKey(seed: 3))
    }

    var configurationJSON: JSONValue { .object(["model_type": .string("toy"), "rate": .shortest(0)]) }
    func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix("score.") }
    func mayIgnore(tensor name: String) -> Bool { false }
    func validate(_ batch: TokenBatch) throws(ModelError) {}
    func forward(_ pass: Pass) -> Tensor { preconditionFailure("a toy cannot compute") }
    func backward(gradient dlogits: Tensor, _ pass: Pass) { preconditionFailure("a toy cannot compute") }
}
