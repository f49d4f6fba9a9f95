// The settings of `lockstep prepare` from a recipe and flags.

package import Preparation

/// What a preparation is asked to do, checked key by key.
package struct PreparationConfiguration {
    package private(set) var settings = PreparationSettings()
    /// The folder whose tokenizer counts tokens: `model_name_or_path` of the recipe.
    package private(set) var modelDirectory: String?

    /// Every key with its value as text, in the order of the table.
    package var words: [(key: String, value: String)] {
        PreparationKey.all.map { ($0.name, RunConfiguration.text($0.read(settings))) }
    }

    /// Reads a recipe file and lays the flags over it. All wrong keys are reported together.
    ///
    /// - Parameters:
    ///   - recipePath: YAML file, which may hold the keys of a run too; nil if everything comes by flags.
    ///   - overrides: key and text of each flag, in order. `null` unsets a key that may be unset.
    package init(
        recipePath: String?, overrides: [(key: String, value: String)] = []
    ) throws(ConfigurationError) {
        let text = try recipePath.map { (path) throws(ConfigurationError) in try YAMLValue.text(ofFile: path)
        }
        try self.init(yaml: text ?? "", file: recipePath, overrides: overrides)
    }

    /// As `init(recipePath:overrides:)` of a text; `file` names it in errors.
    package init(
        yaml: String, file: String?, overrides: [(key: String, value: String)] = []
    ) throws(ConfigurationError) {
        let name = file ?? "recipe"
        let lines = try YAMLValue.entries(of: yaml, file: name).map { entry in
            Setting(name: entry.key, value: entry.value, location: .line(file: name, line: entry.line))
        }
        let flags = overrides.map { key, value in
            Setting(name: key, value: value == "null" ? .null : .scalar(value), location: .flag(key))
        }
        var mistakes: [ConfigurationError] = []
        for setting in lines + flags {
            do throws(ConfigurationError) {
                try set(setting)
            } catch { mistakes.append(error) }
        }
        let place = file.map { ConfigurationError.Location.file($0) } ?? .commandLine
        if settings.rawFiles.isEmpty, settings.rawValidationFiles.isEmpty, settings.rawTestFiles.isEmpty,
            !mistakes.contains(where: { $0.key?.hasPrefix("raw_") == true })
        {
            mistakes.append(
                .missing("raw_files", help: "Name the raw files, such as raw_files: logs/*.jsonl.", place))
        }
        if settings.preparedDir.isEmpty, !mistakes.contains(where: { $0.key == "prepared_dir" }) {
            mistakes.append(
                .missing("prepared_dir", help: "Name the folder that the clean files go to.", place))
        }
        if let error = ConfigurationError(mistakes) { throw error }
    }

    private mutating func set(_ setting: Setting) throws(ConfigurationError) {
        if setting.name == "model_name_or_path" {
            guard case .scalar(let path) = setting.value else {
                modelDirectory = nil
                return
            }
            modelDirectory = expandingHome(path)
            return
        }
        guard let key = PreparationKey.named(setting.name) else {
            // Keys of a run stand in the same recipe.
            if RecipeKey.named(setting.name) != nil || BorrowedKey.named(setting.name) != nil,
                !setting.location.isFlag
            {
                return
            }
            throw .unknown(setting.name, among: PreparationKey.all.map(\.name), setting.location)
        }
        do throws(ValueProblem) {
            try key.write(&settings, setting.value)
        } catch {
            throw .unsuitable(
                key.name, setting.value, expected: key.expected, problem: error, setting.location)
        }
    }
}
