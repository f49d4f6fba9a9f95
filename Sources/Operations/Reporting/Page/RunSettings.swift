// The keys of a run, read back from its recipe.yaml.

/// The top level of a recipe as `train` writes it: a key a line, lists and mappings below their key.
struct RunSettings {
    static let fileName = "recipe.yaml"
    let text: String
    private let entries: [(key: String, value: String)]

    /// Nil when the folder holds none.
    init?(_ folder: RunFolder) throws(ReportingError) {
        guard let text = try folder.text(Self.fileName) else { return nil }
        self.text = text
        var entries: [(key: String, value: String)] = []
        for line in text.split(separator: "\n") {
            if let first = line.first, first.isLetter, let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                entries.append((String(line[..<colon]), Self.unquoted(value)))
            } else if !entries.isEmpty {
                let item = line.drop { $0 == " " || $0 == "-" }
                let last = entries.count - 1
                entries[last].value += (entries[last].value.isEmpty ? "" : ", ") + Self.unquoted(item)
            }
        }
        self.entries = entries
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
        return String(text.dropFirst().dropLast()).replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    }

    /// The value of a key; nil where it has none.
    subscript(key: String) -> String? {
        guard let value = entries.first(where: { $0.key == key })?.value, value != "null", !value.isEmpty
        else { return nil }
        return value
    }

    /// The keys of that names with their values, in the order of the recipe.
    func rows(_ names: Set<String>) -> [[String]] {
        entries.filter { names.contains($0.key) }.map { [$0.key, $0.value] }
    }

    /// How many keys there are.
    var count: Int { entries.count }
}
