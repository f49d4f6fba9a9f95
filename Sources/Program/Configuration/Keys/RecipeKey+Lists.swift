// The two forms of value that keys about parameters need: lists of patterns, and patterns with a rate each.
internal import Arguments

extension RecipeKey {
    /// A key that takes one pattern or a list of them; as text they stand between commas.
    static func names(
        _ name: String, _ path: Path<[String]>, _ help: String, for scope: KeyScope = .all,
        in commands: Set<RecipeCommand> = .training
    ) -> RecipeKey {
        RecipeKey(
            name: name, help: help, typeName: "names", expected: "a pattern or a list of patterns",
            allowedValues: [], scope: scope, commands: commands,
            read: { configuration in
                let names = configuration[keyPath: path]
                return names.isEmpty ? .null : .list(names.map { .scalar($0) })
            },
            write: { (configuration, value) throws(ValueProblem) in
                switch value {
                case .null: configuration[keyPath: path] = []
                case .scalar(let text): configuration[keyPath: path] = try entries(of: text)
                case .list(let values):
                    var names: [String] = []
                    for element in values {
                        guard case .scalar(let text) = element, !text.isEmpty else { throw .mismatch }
                        names.append(text)
                    }
                    configuration[keyPath: path] = names
                case .mapping: throw .mismatch
                }
            })
    }

    /// A key that takes a section of patterns with a rate each; as text `pattern=rate` between commas.
    static func rates(
        _ name: String, _ path: Path<[PatternRate]>, _ help: String, for scope: KeyScope = .all,
        in commands: Set<RecipeCommand> = .training
    ) -> RecipeKey {
        section(
            name, help, typeName: "rates", "a section of patterns with a rate of at least 0 each",
            .nonNegative, for: scope, in: commands,
            read: { $0[keyPath: path].map { ($0.pattern, $0.rate) } },
            write: { configuration, rates in
                configuration[keyPath: path] = rates.map { PatternRate(pattern: $0.0, rate: $0.1) }
            })
    }

    /// A key that takes a section of PEFT's regular expressions with a value each; as text `pattern=value`
    /// between commas.
    static func patterns<Value>(
        _ name: String, _ path: Path<[PatternValue<Value>]>, _ format: ValueFormat<Value>, _ values: String,
        _ help: String
    ) -> RecipeKey {
        section(
            name, help, typeName: "patterns", "a section of patterns with \(values) each", format, for: .all,
            in: .training, read: { $0[keyPath: path].map { ($0.pattern, $0.value) } },
            write: { configuration, values in
                configuration[keyPath: path] = values.map { PatternValue(pattern: $0.0, value: $0.1) }
            })
    }

    private static func section<Value>(
        _ name: String, _ help: String, typeName: String, _ expected: String, _ format: ValueFormat<Value>,
        for scope: KeyScope, in commands: Set<RecipeCommand>,
        read: @escaping @Sendable (RunConfiguration) -> [(String, Value)],
        write: @escaping @Sendable (inout RunConfiguration, [(String, Value)]) -> Void
    ) -> RecipeKey {
        RecipeKey(
            name: name, help: help, typeName: typeName, expected: expected, allowedValues: [], scope: scope,
            commands: commands,
            read: { configuration in
                let entries = read(configuration)
                if entries.isEmpty { return .null }
                return .mapping(entries.map { YAMLEntry(key: $0.0, value: format.render($0.1), line: 0) })
            },
            write: { (configuration, value) throws(ValueProblem) in
                var found: [(String, Value)] = []
                switch value {
                case .null: break
                case .mapping(let section):
                    for entry in section {
                        guard case .scalar(let text) = entry.value else { throw .mismatch }
                        found.append((entry.key, try format.parse(text)))
                    }
                case .scalar(let text):
                    for entry in try entries(of: text) {
                        let parts = entry.split(separator: "=").map(String.init)
                        guard parts.count == 2 else { throw .mismatch }
                        found.append((parts[0], try format.parse(parts[1])))
                    }
                case .list: throw .mismatch
                }
                write(&configuration, found)
            })
    }

    /// The texts between the commas that stand outside brackets and braces.
    static func entries(of text: String) throws(ValueProblem) -> [String] {
        var entries = [""]
        var depth = 0
        for character in text {
            if "[{".contains(character) { depth += 1 }
            if "]}".contains(character) { depth -= 1 }
            if character == ",", depth == 0 {
                entries.append("")
            } else if character != " " {
                entries[entries.count - 1].append(character)
            }
        }
        guard !entries.contains("") else { throw .mismatch }
        return entries
    }
}
