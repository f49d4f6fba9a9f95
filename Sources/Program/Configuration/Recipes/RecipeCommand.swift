// The commands that take a recipe.
internal import Arguments

/// A command that reads a recipe or its keys as flags.
package enum RecipeCommand: String, Sendable, CaseIterable {
    case train
    case crossValidate = "cross-validate"
    case evaluate, predict, chat

    /// The task of a recipe that names none.
    var defaultTask: ModelArguments.TaskName { self == .chat ? .chat : ModelArguments().task }
}

extension Set<RecipeCommand> {
    /// Commands that train a model.
    static let training: Self = [.train, .crossValidate]
    /// Commands that train a model or measure it on rows with references.
    static let measuring: Self = training.union([.evaluate])
    /// Commands that read rows.
    static let rows: Self = measuring.union([.predict])
    static let all = Self(RecipeCommand.allCases)
}
