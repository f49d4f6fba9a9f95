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
        let format = ValueFormat<Double>.nonNegative
        return RecipeKey(
            name: name, help: help, typeName: "rates",
            expected: "a section of patterns with a rate of at least 0 each", allowedValues: [], scope: scope,
            commands: commands,
            read: { configuration in
                let rates = configuration[keyPath: path]
                if rates.isEmpty { return .null }
                return .mapping(
                    rates.map { YAMLEntry(key: $0.pattern, value: format.render($0.rate), line: 0) })
            },
            write: { (configuration, value) throws(ValueProblem) in
                var rates: [PatternRate] = []
                switch value {
                case .null: break
                case .mapping(let section):
                    for entry in section {
                        guard case .scalar(let text) = entry.value else { throw .mismatch }
                        rates.append(PatternRate(pattern: entry.key, rate: try format.parse(text)))
                    }
                case .scalar(let text):
                    for entry in try entries(of: text) {
                        let parts = entry.split(separator: "=").map(String.init)
                        guard parts.count == 2 else { throw .mismatch }
                        rates.append(PatternRate(pattern: parts[0], rate: try format.parse(parts[1])))
                    }
                case .list: throw .mismatch
                }
                configuration[keyPath: path] = rates
            })
    }

    /// The texts between the commas that stand outside brackets and braces.
    private static func entries(of text: String) throws(ValueProblem) -> [String] {
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
