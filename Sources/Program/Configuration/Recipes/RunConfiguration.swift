// A run as a whole: the recipe file with the flags that beat it, checked key by key and then as a whole.
package import Arguments

/// A run as a recipe and flags say it.
///
/// Relative paths count from the current directory, as in Hugging Face's scripts, not from the recipe's. A
/// leading `~` becomes the home directory; environment variables are not expanded.
package typealias RunConfiguration = RunArguments

extension RunConfiguration {
    /// The keys that training cannot do without; `config_name` serves in place of `model_name_or_path`.
    package static let keysForTraining = ["model_name_or_path", "train_file", "output_dir"]

    /// Reads a recipe file and lays the flags over it. For `evaluate`, `predict` and `chat` both lie over
    /// what the model was trained with, where its folder says so, or over the task that its config.json
    /// names.
    ///
    /// - Parameters:
    ///   - recipePath: YAML file; nil if everything comes by flags.
    ///   - overrides: key and text of each flag, in order. `null` unsets a key that may be unset.
    ///   - command: who reads it. A file may hold keys of other commands, as one recipe serves several; a
    ///     flag may not.
    ///   - requiredKeys: keys that must have a value in the end.
    ///   - holdsOutValidation: whether validation rows are taken from the training rows, so that keys that
    ///     need them need no `validation_file`.
    package init(
        recipePath: String?, overrides: [(key: String, value: String)] = [],
        for command: RecipeCommand = .train,
        requiredKeys: [String] = keysForTraining, holdsOutValidation: Bool = false
    ) throws(ConfigurationError) {
        var text = ""
        if let recipePath { text = try YAMLValue.text(ofFile: recipePath) }
        try self.init(
            yaml: text, file: recipePath, overrides: overrides, for: command, requiredKeys: requiredKeys,
            holdsOutValidation: holdsOutValidation)
    }

    /// Reads a recipe from `yaml`; `file` names it in errors. All wrong keys are reported together.
    package init(
        yaml: String, file: String?, overrides: [(key: String, value: String)] = [],
        for command: RecipeCommand = .train,
        requiredKeys: [String] = keysForTraining, holdsOutValidation: Bool = false
    ) throws(ConfigurationError) {
        self.init()
        model.task = command.defaultTask
        let fallback = file.map { ConfigurationError.Location.file($0) } ?? .commandLine
        var sources = KeySources(fallback: fallback, holdsOutValidation: holdsOutValidation)
        let name = file ?? "recipe"
        let lines = try YAMLValue.entries(of: yaml, file: name).map { entry in
            Setting(name: entry.key, value: entry.value, location: .line(file: name, line: entry.line))
        }
        let flags = overrides.map { key, value in
            Setting(name: key, value: value == "null" ? .null : .scalar(value), location: .flag(key))
        }
        let given = lines + flags
        let trained = try TrainedSettings(besides: given, for: command)
        let settings = (trained?.settings(besides: given) ?? []) + given
        let inferred = try InferredTask(besides: settings, for: command)
        try set([inferred?.setting].compactMap(\.self) + settings, &sources, command)
        if let trained { notes += notes(on: trained) }
        if let inferred { notes.append(inferred.note) }
        let missing = requiredKeys.filter {
            !isServed($0, isTraining: requiredKeys == Self.keysForTraining) && !hasValue($0)
        }
        let mistakes = missing.map { name in
            ConfigurationError.missing(recipeKey(name), sources.location(of: [name]))
        }
        if let error = ConfigurationError(mistakes) { throw error }
        try validate(sources)
    }

    /// Whether other keys say what `name` would.
    private func isServed(_ name: String, isTraining: Bool) -> Bool {
        name == "model_name_or_path" && (model.namesPart || isTraining && model.startsUntrained)
    }

    private func recipeKey(_ name: String) -> RecipeKey {
        guard let key = RecipeKey.named(name) else { preconditionFailure("\(name) is not a recipe key") }
        return key
    }

    private func hasValue(_ name: String) -> Bool {
        switch recipeKey(name).read(self) {
        case .null, .scalar(""): false
        case .scalar, .list, .mapping: true
        }
    }
}

/// Where each key was set, so that errors that concern several keys can name a line.
struct KeySources {
    let fallback: ConfigurationError.Location
    /// Whether there are validation rows without a `validation_file`.
    let holdsOutValidation: Bool
    var locations: [String: ConfigurationError.Location] = [:]

    /// The place of the first of `names` that was set at all.
    func location(of names: [String]) -> ConfigurationError.Location {
        names.lazy.compactMap { locations[$0] }.first ?? fallback
    }
}
