// The recipe key of the programs that figures of a run are written for.
internal import Arguments
internal import Machine

extension RecipeKey {
    /// A key that takes `none`, `all`, a name or a list of names; as text they stand between commas.
    static func reportTargets(_ name: String, _ path: Path<[ReportTarget]>, _ help: String) -> RecipeKey {
        let names = ReportTarget.allCases.map(\.rawValue)
        return RecipeKey(
            name: name, help: help, typeName: "names",
            expected: "none, all or a list of: \(names.joined(separator: ", "))",
            allowedValues: ["none", "all"] + names, scope: .all, commands: .training,
            read: { configuration in
                let targets = configuration[keyPath: path].map(\.rawValue)
                return targets.isEmpty ? .scalar("none") : .list(targets.map { .scalar($0) })
            },
            write: { (configuration, value) throws(ValueProblem) in
                let words: [String]
                switch value {
                case .null: words = []
                case .scalar(let text): words = try entries(of: text)
                case .list(let values):
                    words = try values.map { (value) throws(ValueProblem) in
                        guard case .scalar(let text) = value else { throw .mismatch }
                        return text
                    }
                case .mapping: throw .mismatch
                }
                configuration[keyPath: path] = try targets(words)
            })
    }

    private static func targets(_ words: [String]) throws(ValueProblem) -> [ReportTarget] {
        if words == ["none"] { return [] }
        if words == ["all"] {
            let variables = ProcessVariables.current
            return ReportTarget.all { variables[$0]?.isEmpty == false }
        }
        let targets = words.compactMap(ReportTarget.init(rawValue:))
        guard targets.count == words.count else { throw .mismatch }
        return ReportTarget.allCases.filter(targets.contains)
    }
}
