// The task of a model that another program trained: its config.json says what it answers.
internal import Arguments
internal import Tasks

/// The task that a model's own files name, where neither recipe nor flags do.
struct InferredTask {
    let setting: Setting
    /// A line that says so.
    let note: String

    /// Of the model that `given` names, for the commands that use a trained model; nil where there is nothing
    /// to read. `chat` has one task, which the model must serve.
    ///
    /// Throws when the files do not say it.
    init?(besides given: [Setting], for command: RecipeCommand) throws(ConfigurationError) {
        guard [.evaluate, .predict, .chat].contains(command), !given.contains(where: { $0.name == "task" }),
            let named = given.last(where: { $0.name == "model_name_or_path" }),
            case .scalar(let directory) = named.value,
            let model = ModelTask(directory: directory)
        else { return nil }
        if command == .chat {
            guard model.tasks.isEmpty || model.tasks.contains(.chat) else {
                throw .contradiction(
                    "model_name_or_path",
                    "chat needs a causal language model, but \(model.path) says \(model.evidence); use predict"
                        + " with this model.", named.location)
            }
            return nil
        }
        let keys = given.compactMap { RecipeKey.named($0.name) }
        let fitting = model.tasks.first { task in keys.allSatisfy { $0.scope.contains(task) } }
        guard let task = fitting ?? model.tasks.first else {
            let names = ModelArguments.TaskName.allCases.map(\.rawValue).joined(separator: ", ")
            throw .contradiction(
                "task",
                "what the model answers cannot be told from \(model.path) (\(model.evidence)); say it by task,"
                    + " one of \(names).", named.location)
        }
        setting = Setting(name: "task", value: .scalar(task.rawValue), location: .file(model.path))
        let others = model.tasks.filter { $0 != task }.map(\.rawValue)
        note =
            "task: \(task.rawValue), as \(model.path) says (\(model.evidence))"
            + (others.isEmpty ? "" : "; for \(others.joined(separator: " or ")) rows give --task")
    }
}
