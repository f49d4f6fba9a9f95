// What a model was trained for travels with it: task, columns, lengths and generation, from the recipe in its
// folder.
internal import Arguments
internal import Files
internal import Tasks

/// The settings of the run that wrote a model, as far as they say how the model is to be used.
struct TrainedSettings {
    /// The recipe in the model's folder.
    let path: String
    let settings: [Setting]

    /// Of the model that `given` names, as far as `command` reads them; nil when its folder holds no recipe,
    /// as one of another program does.
    init?(besides given: [Setting], for command: RecipeCommand) throws(ConfigurationError) {
        guard [.evaluate, .predict, .chat].contains(command),
            case .scalar(let directory) = given.last(where: { $0.name == "model_name_or_path" })?.value
        else { return nil }
        let path = directory + "/recipe.yaml"
        guard FileSystem.isFile(path) else { return nil }
        self.path = path
        settings = try YAMLValue.entries(of: YAMLValue.text(ofFile: path), file: path).filter { entry in
            RecipeKey.named(entry.key)?.travels == true
                && RecipeKey.named(entry.key)?.commands.contains(command) == true
        }.map { Setting(name: $0.key, value: $0.value, location: .line(file: path, line: $0.line)) }
    }

    /// Those that the task reads which `given` asks for; all of them if it asks for none.
    func settings(besides given: [Setting]) -> [Setting] {
        guard case .scalar(let name) = given.last(where: { $0.name == "task" })?.value,
            let task = ModelArguments.TaskName(rawValue: name)
        else { return settings }
        return settings.filter { $0.name != "task" && RecipeKey.named($0.name)?.scope.contains(task) == true }
    }
}

extension RunConfiguration {
    /// The training files of the run that wrote the model in `directory`; none when its folder holds no
    /// recipe.
    package static func trainingFiles(ofModel directory: String) throws(ConfigurationError) -> [String] {
        let path = directory + "/recipe.yaml"
        guard !directory.isEmpty, FileSystem.isFile(path) else { return [] }
        let entries = try YAMLValue.entries(of: YAMLValue.text(ofFile: path), file: path)
        guard let entry = entries.last(where: { $0.key == "train_file" }) else { return [] }
        var run = RunConfiguration()
        do throws(ValueProblem) {
            try RecipeKey.named("train_file")?.write(&run, entry.value)
        } catch {
            return []
        }
        return run.data.trainFiles
    }
}

extension RecipeKey {
    /// What each command chooses for itself.
    private static let ofOneCommand: Set = [
        "predict_with_generate", "on_empty_row", "validation_split", "group_column", "max_train_samples",
        "max_eval_samples", "max_predict_samples",
    ]

    /// Whether it says how a model is used, whatever the machine and the files: its task, the columns and
    /// lengths of its rows, how it writes texts, and the model that reads before it. Whether evaluations
    /// write texts at all is each command's own choice.
    var travels: Bool {
        if name == "extractor_name_or_path" { return true }
        guard !typeName.hasPrefix("path"), !Self.ofOneCommand.contains(name) else { return false }
        return name == "task" || [.data, .generation].contains(group)
    }
}

extension RunConfiguration {
    /// What is taken over from the run that wrote the model though it is no default, and what differs from
    /// it: a line each.
    func notes(on trained: TrainedSettings) -> [String] {
        var run = RunConfiguration()
        for setting in trained.settings {
            // What does not fit was refused where it would count.
            try? RecipeKey.named(setting.name)?.write(&run, setting.value)
        }
        let keys = trained.settings.compactMap { RecipeKey.named($0.name) }.filter { $0.scope.contains(task) }
        func words(_ key: RecipeKey, _ configuration: RunConfiguration) -> String {
            "\(key.name): \(RunConfiguration.text(key.read(configuration)))"
        }
        let kept = keys.filter {
            $0.read(run) == $0.read(self) && $0.read(run) != $0.read(RunConfiguration())
        }
        let changed = keys.filter { $0.read(run) != $0.read(self) }
        let list = kept.map { words($0, self) }.joined(separator: ", ")
        return (kept.isEmpty ? [] : ["as in training (\(trained.path)): \(list)"])
            + changed.map { "\(words($0, self)) here, but the model was trained with \(words($0, run))" }
    }
}
