// The form of value that weights of labels have: a word, or labels with a weight each.
internal import Arguments

extension RecipeKey {
    /// A key that takes `balanced` or a section of labels with a weight each; as text `label=weight` between
    /// commas.
    static func classWeights(
        _ name: String, _ path: Path<ClassWeights?>, _ help: String, for scope: KeyScope = .all,
        in commands: Set<RecipeCommand> = .training
    ) -> RecipeKey {
        RecipeKey(
            name: name, help: help, typeName: "weights",
            expected: "balanced, or a section of labels with a weight above 0 each", allowedValues: [],
            scope: scope, commands: commands,
            read: { $0[keyPath: path].map(value(of:)) ?? .null },
            write: { (configuration, value) throws(ValueProblem) in
                configuration[keyPath: path] = value == .null ? nil : try ClassWeights(value)
            })
    }

    private static func value(of weights: ClassWeights) -> YAMLValue {
        switch weights {
        case .balanced: .scalar("balanced")
        case .listed(let weights):
            .mapping(
                weights.map { weight in
                    YAMLEntry(
                        key: weight.label, value: ClassWeights.weight.render(weight.weight), line: 0)
                })
        }
    }
}

extension ClassWeights {
    fileprivate static let weight = ValueFormat<Double>.number("a number above 0") { $0 > 0 }

    fileprivate init(_ value: YAMLValue) throws(ValueProblem) {
        var entries: [(label: String, weight: String)] = []
        switch value {
        case .scalar("balanced"):
            self = .balanced
            return
        case .mapping(let section):
            for entry in section {
                guard case .scalar(let text) = entry.value else { throw .mismatch }
                entries.append((entry.key, text))
            }
        case .scalar(let text):
            for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
                // The last sign, as a label may have one of its own.
                guard let sign = entry.lastIndex(of: "=") else { throw .mismatch }
                entries.append((Self.trimmed(entry[..<sign]), Self.trimmed(entry[sign...].dropFirst())))
            }
        case .null, .list: throw .mismatch
        }
        guard !entries.isEmpty else { throw .mismatch }
        var weights: [LabelWeight] = []
        for (label, text) in entries {
            guard let weight = try? Self.weight.parse(text) else {
                throw .refused("the weight of \(label) must be a number above 0, but is \(text).")
            }
            guard !weights.contains(where: { $0.label == label }) else {
                throw .refused("\(label) has two weights; keep one of them.")
            }
            weights.append(LabelWeight(label: label, weight: weight))
        }
        self = .listed(weights)
    }

    /// Without the spaces around it.
    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
