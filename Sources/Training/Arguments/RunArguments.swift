// All that a run is asked to do: model, data and training.

/// What `train`, `evaluate`, `predict` and `cross-validate` are asked to do.
public struct RunArguments: Equatable, Sendable {
    public var model = ModelArguments()
    public var data = DataArguments()
    public var training = TrainingArguments()
    /// What is to be said of how the recipe was read, such as a key that has no effect; a line each.
    public var notes: [String] = []

    /// What the model learns.
    public var task: ModelArguments.Task { model.task }

    /// Every value at its default; the required ones are empty.
    public init() {}
}
