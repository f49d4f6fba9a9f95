// The effective configuration as a recipe that gives the same run again.
package import Arguments
internal import Tasks
import Yams

extension RunConfiguration {
    /// Every key that the task reads with its value, defaults included, but for a path that has none.
    /// Decoding it gives an equal configuration. Keys whose default is derived from others stay `null`, so
    /// that a changed copy derives them anew.
    package func effectiveYAML() throws(ConfigurationError) -> String {
        let pairs = keysOfTask.filter { $0.read(self) != .scalar("") }.map { key in
            (
                Node(key.name),
                Self.node(key.read(self), isText: ["text", "path", "paths", "names"].contains(key.typeName))
            )
        }
        do {
            return try Yams.serialize(node: .mapping(Node.Mapping(pairs)), width: -1, allowUnicode: true)
        } catch {
            throw ConfigurationError(
                location: .commandLine, key: nil,
                reason: "The effective configuration cannot be written as YAML: \(error).")
        }
    }

    /// Every key that the task reads with its value as one line of text, in the order of the table.
    package var settings: [(key: String, value: String)] {
        keysOfTask.map { ($0.name, Self.text($0.read(self))) }
    }

    private var keysOfTask: [RecipeKey] { RecipeKey.all.filter { $0.scope.contains(task) } }

    static func text(_ value: YAMLValue) -> String {
        switch value {
        case .null: "null"
        case .scalar(let text): text
        case .list(let values): "[\(values.map(text).joined(separator: ", "))]"
        case .mapping(let entries):
            "{\(entries.map { "\($0.key): \(text($0.value))" }.joined(separator: ", "))}"
        }
    }

    private static func node(_ value: YAMLValue, isText: Bool) -> Node {
        switch value {
        case .null: Node("null", Tag(.null), .plain)
        case .scalar(let text): Node(text, .implicit, isText ? .doubleQuoted : .plain)
        case .list(let values): .sequence(Node.Sequence(values.map { node($0, isText: isText) }))
        case .mapping(let entries):
            .mapping(Node.Mapping(entries.map { (Node($0.key), node($0.value, isText: isText)) }))
        }
    }
}
