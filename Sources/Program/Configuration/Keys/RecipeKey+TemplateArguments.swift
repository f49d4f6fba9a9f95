// The form of value that the variables of a chat template need: a section of names with a value each.
internal import Arguments

extension RecipeKey {
    /// A key that takes a section of names with a value each; as text `name=value` between commas, or JSON.
    static func templateArguments(
        _ name: String, _ path: Path<[TemplateArgument]>, _ help: String, for scope: KeyScope,
        in commands: Set<RecipeCommand>
    ) -> RecipeKey {
        RecipeKey(
            name: name, help: help, typeName: "options",
            expected: "a section of names with a value each, such as enable_thinking: false",
            allowedValues: [], scope: scope, commands: commands,
            read: { configuration in
                let arguments = configuration[keyPath: path]
                if arguments.isEmpty { return .null }
                return .mapping(
                    arguments.map { YAMLEntry(key: $0.name, value: .scalar($0.value), line: 0) })
            },
            write: { (configuration, value) throws(ValueProblem) in
                switch value {
                case .null: configuration[keyPath: path] = []
                case .mapping(let section): configuration[keyPath: path] = try arguments(of: section)
                case .scalar(let text) where text.hasPrefix("{"):
                    // An object of JSON is a mapping of YAML.
                    let section: [YAMLEntry]
                    do { section = try YAMLValue.entries(of: text, file: name) } catch { throw .mismatch }
                    configuration[keyPath: path] = try arguments(of: section)
                case .scalar(let text):
                    configuration[keyPath: path] = try text.split(separator: ",").map {
                        (part) throws(ValueProblem) in
                        let pair = part.split(separator: "=", maxSplits: 1).map {
                            $0.drop { $0 == " " }
                        }
                        guard pair.count == 2, !pair[0].isEmpty else { throw .mismatch }
                        return TemplateArgument(name: String(pair[0]), value: String(pair[1]))
                    }
                case .list: throw .mismatch
                }
            })
    }

    private static func arguments(of section: [YAMLEntry]) throws(ValueProblem) -> [TemplateArgument] {
        var arguments: [TemplateArgument] = []
        for entry in section {
            switch entry.value {
            case .scalar(let text): arguments.append(TemplateArgument(name: entry.key, value: text))
            case .null: arguments.append(TemplateArgument(name: entry.key, value: "null"))
            case .list, .mapping: throw .mismatch
            }
        }
        return arguments
    }
}
