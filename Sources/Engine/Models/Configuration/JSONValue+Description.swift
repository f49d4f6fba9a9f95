// The config.json that describes a model which Lockstep writes.

internal import JSON

extension JSONValue {
    /// This configuration for weights in float32 of the transformers class `architecture`, with the labels of
    /// `head` when it has one.
    func described(by architecture: String, head: ClassificationHead? = nil) -> JSONValue {
        var members = object ?? [:]
        members["architectures"] = .array([.string(architecture)])
        members["torch_dtype"] = nil
        members["dtype"] = .string("float32")
        guard let head else { return .object(members) }
        let labels = head.labels.enumerated()
        members["id2label"] = .object(JSONObject(labels.map { ("\($0)", .string($1)) }))
        members["label2id"] = .object(JSONObject(labels.map { ($1, .integer($0)) }))
        members["problem_type"] = .string(head.problemType.rawValue)
        members["num_labels"] = nil
        return .object(members)
    }
}
