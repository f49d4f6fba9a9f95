// The table of tasks: a row each. What a task is stands in its folder.

package import Arguments

/// All tasks.
package enum TaskTable {
    package static let all: [any TaskDefinition] = [
        TextClassification(), TokenClassification(), ImageClassification(), MaskedLanguageModeling(),
        CausalLanguageModeling(), Chat(),
        ExtractiveSummarization(), Summarization(), ImageCaptioning(),
        QuestionAnswering(),
    ]
}

extension ModelArguments.TaskName {
    /// What the task is.
    package var definition: any TaskDefinition {
        guard let row = TaskTable.all.first(where: { $0.name == self }) else {
            preconditionFailure("task \(rawValue) has no row in the table")
        }
        return row
    }
}

extension KeyScope {
    /// The tasks that read keys of this scope.
    package var tasks: [ModelArguments.TaskName] { TaskTable.all.map(\.name).filter(contains) }

    /// Whether `task` reads keys of this scope.
    package func contains(_ task: ModelArguments.TaskName) -> Bool {
        self == .all || task.definition.keyScopes.contains(self)
    }
}
