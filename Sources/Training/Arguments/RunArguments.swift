// All that a run is asked to do: model, data and training.

/// What `train`, `evaluate`, `predict` and `cross-validate` are asked to do.
package struct RunArguments: Equatable, Sendable {
    package var model = ModelArguments()
    package var data = DataArguments()
    package var training = TrainingArguments()
    /// What is to be said of how the recipe was read, such as a key that has no effect; a line each.
    package var notes: [String] = []

    /// What the model learns.
    package var task: ModelArguments.TaskName { model.task }

    /// Every value at its default; the required ones are empty.
    package init() {}
}
