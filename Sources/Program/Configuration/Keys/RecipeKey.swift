// A key of a recipe: its name, type, help, who reads it, and how it is read into and written from a run
// configuration.
package import Arguments

/// One key of a recipe, declared once: a row of `RecipeKey.all`, whose path leads to the property that holds
/// the default. Files, flags, help and completions are made from it.
package struct RecipeKey: Sendable {
    /// Hugging Face's name for it, such as `learning_rate`.
    package let name: String
    /// One sentence.
    package let help: String
    /// `integer`, `number`, `boolean`, `text`, `path`, `paths`, `names`, `rates`, `patterns` or `choice`.
    package let typeName: String
    /// What is allowed, so that it completes "must be …".
    package let expected: String
    /// The words of a choice; empty for open types.
    package let allowedValues: [String]
    /// The tasks that read it.
    package let scope: KeyScope
    /// The commands that read it.
    package let commands: Set<RecipeCommand>
    /// The title that help lists it under.
    package private(set) var group = KeyGroup.model

    let read: @Sendable (RunConfiguration) -> YAMLValue
    let write: @Sendable (inout RunConfiguration, YAMLValue) throws(ValueProblem) -> Void

    /// The default as text; nil if the key has none.
    package var defaultText: String? {
        switch read(RunConfiguration()) {
        case .scalar(let text): text.isEmpty ? nil : text
        case .null, .list, .mapping: nil
        }
    }

    /// The key of that name, if there is one.
    package static func named(_ name: String) -> RecipeKey? { all.first { $0.name == name } }

    /// Every key of a recipe. The order is that of help and of the written configuration.
    package static let all: [RecipeKey] = KeyGroup.allCases.flatMap { group in
        rows(of: group).map { row in
            var key = row
            key.group = group
            return key
        }
    }

    private static func rows(of group: KeyGroup) -> [RecipeKey] {
        switch group {
        case .model: modelKeys
        case .data: dataKeys + questionAnsweringKeys
        case .adapters: adaptersKeys
        case .optimizer: optimizerKeys
        case .schedule: scheduleKeys
        case .evaluation: evaluationKeys
        case .checkpoints: checkpointsKeys
        case .generation: generationKeys
        case .cluster: clusterKeys
        }
    }
}

extension RecipeKey {
    typealias Path<Value> = any WritableKeyPath<RunConfiguration, Value> & Sendable

    /// A key that always has a value.
    static func key<Value>(
        _ name: String, _ path: Path<Value>, _ format: ValueFormat<Value>, _ help: String,
        for scope: KeyScope = .all, in commands: Set<RecipeCommand> = .training
    ) -> RecipeKey {
        RecipeKey(
            name: name, help: help, typeName: format.typeName, expected: format.expected,
            allowedValues: format.allowedValues, scope: scope, commands: commands,
            read: { format.render($0[keyPath: path]) },
            write: { (configuration, value) throws(ValueProblem) in
                guard case .scalar(let text) = value else { throw .mismatch }
                configuration[keyPath: path] = try format.parse(text)
            })
    }

    /// A key that may be `null`, which means not set.
    static func optional<Value>(
        _ name: String, _ path: Path<Value?>, _ format: ValueFormat<Value>, _ help: String,
        for scope: KeyScope = .all, in commands: Set<RecipeCommand> = .training
    ) -> RecipeKey {
        RecipeKey(
            name: name, help: help, typeName: format.typeName, expected: format.expected + ", or null",
            allowedValues: format.allowedValues, scope: scope, commands: commands,
            read: { $0[keyPath: path].map(format.render) ?? .null },
            write: { (configuration, value) throws(ValueProblem) in
                switch value {
                case .null: configuration[keyPath: path] = nil
                case .scalar(let text): configuration[keyPath: path] = try format.parse(text)
                case .list, .mapping: throw .mismatch
                }
            })
    }

    /// A key whose path may be unset by `null`, though most runs need it.
    static func path(
        _ name: String, _ path: Path<String>, _ help: String, for scope: KeyScope = .all,
        in commands: Set<RecipeCommand> = .training
    ) -> RecipeKey {
        let format = ValueFormat<String>.path
        return RecipeKey(
            name: name, help: help, typeName: format.typeName, expected: format.expected, allowedValues: [],
            scope: scope, commands: commands,
            read: { $0[keyPath: path].isEmpty ? .null : format.render($0[keyPath: path]) },
            write: { (configuration, value) throws(ValueProblem) in
                switch value {
                case .null: configuration[keyPath: path] = ""
                case .scalar(let text): configuration[keyPath: path] = try format.parse(text)
                case .list, .mapping: throw .mismatch
                }
            })
    }

    /// A key that takes one path or a list of them.
    static func paths(
        _ name: String, _ path: Path<[String]>, _ help: String, for scope: KeyScope = .all,
        in commands: Set<RecipeCommand> = .training
    ) -> RecipeKey {
        let format = ValueFormat<String>.path
        return RecipeKey(
            name: name, help: help, typeName: "paths", expected: "a path or a list of paths",
            allowedValues: [], scope: scope, commands: commands,
            read: { configuration in
                let paths = configuration[keyPath: path]
                if paths.isEmpty { return .null }
                return paths.count == 1 ? .scalar(paths[0]) : .list(paths.map(format.render))
            },
            write: { (configuration, value) throws(ValueProblem) in
                let elements: [YAMLValue]
                switch value {
                case .null: elements = []
                case .list(let list) where !list.isEmpty: elements = list
                case .scalar: elements = [value]
                case .list, .mapping: throw .mismatch
                }
                var paths: [String] = []
                for element in elements {
                    guard case .scalar(let text) = element else { throw .mismatch }
                    paths.append(try format.parse(text))
                }
                configuration[keyPath: path] = paths
            })
    }
}
