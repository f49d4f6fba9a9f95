// Keys of a file and flags, set one after another; what is wrong with them is told all at once.
internal import Arguments
internal import Tasks

/// A line of a recipe or a flag.
struct Setting {
    let name: String
    let value: YAMLValue
    let location: ConfigurationError.Location
}

extension RunConfiguration {
    /// Sets what is right of `settings`, and throws if anything is wrong: every mistake in one error, in
    /// their order.
    mutating func set(
        _ settings: [Setting], _ sources: inout KeySources, _ command: RecipeCommand
    ) throws(ConfigurationError) {
        var mistakes: [ConfigurationError?] = []
        var settings = settings
        for index in settings.indices {
            do {
                try translate(&settings[index], besides: settings)
                try set(settings[index], &sources, command)
                mistakes.append(nil)
            } catch {
                mistakes.append(error)
            }
        }
        // A task that is wrong itself says nothing about the others.
        if !mistakes.contains(where: { $0?.key == "task" }) {
            mistakes = zip(settings, mistakes).map { $1 ?? misplacement($0, sources) }
        }
        if let error = ConfigurationError(mistakes.compactMap(\.self)) { throw error }
    }

    /// Puts the recipe key in the place of another program's name for it.
    private func translate(_ setting: inout Setting, besides others: [Setting]) throws(ConfigurationError) {
        guard case .alias(let key) = BorrowedKey.named(setting.name)?.meaning else { return }
        let (name, place) = (setting.name, setting.location)
        if others.contains(where: { $0.name == key && $0.location.isFlag == place.isFlag }) {
            throw .contradiction(name, "\(name) and \(key) are the same; keep \(key).", place)
        }
        setting = Setting(name: key, value: setting.value, location: place)
    }

    private mutating func set(
        _ setting: Setting, _ sources: inout KeySources, _ command: RecipeCommand
    ) throws(ConfigurationError) {
        let (name, location) = (setting.name, setting.location)
        guard let key = RecipeKey.named(name) else {
            // Those of `prepare` may stand in the recipe of a run.
            if PreparationKey.named(name) != nil, !location.isFlag { return }
            guard let borrowed = BorrowedKey.named(name) else {
                throw .unknown(name, among: RecipeKey.all.map(\.name), location)
            }
            if let note = try borrowed.note(on: setting) { notes.append(note) }
            return
        }
        if case .flag = location, !key.commands.contains(command) {
            throw .unread(key, by: command, location)
        }
        do {
            try key.write(&self, setting.value)
        } catch {
            throw .unsuitable(name, setting.value, expected: key.expected, problem: error, location)
        }
        sources.locations[name] = location
    }

    /// What is wrong with a key that the task does not read, unless another setting beats it. One that `null`
    /// unsets is as good as left out.
    private func misplacement(_ setting: Setting, _ sources: KeySources) -> ConfigurationError? {
        guard let key = RecipeKey.named(setting.name), !key.scope.contains(task),
            sources.locations[key.name] == setting.location, setting.value != .null
        else { return nil }
        return .misplaced(
            key, task: task, isDefault: sources.locations["task"] == nil, setting.location)
    }
}
