// Named entities as people read them: text and kind in place of objects and their JSON.

package import JSON

extension JSONValue {
    /// Entities as "Maria Schmidt (PER), 31–37 (LOC)", by their places where they have no text; nil for
    /// anything else than a list of entities, or a text that is the JSON of one.
    package var entityWords: String? {
        let list: [JSONValue]
        switch self {
        case .array(let values): list = values
        case .string(let text) where text.hasPrefix("[{"):
            // What only looks like JSON is a text like others.
            list = (try? JSONValue(parsing: Array(text.utf8)))?.array ?? []
        default: return nil
        }
        var words: [String] = []
        for entity in list {
            guard let label = entity["label"]?.string, let start = entity["start"]?.integer,
                let end = entity["end"]?.integer
            else { return nil }
            words.append("\(entity["text"]?.string ?? "\(start)–\(end)") (\(label))")
        }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }
}
