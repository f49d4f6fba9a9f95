// A manifest for Kubernetes or Azure as typed values, and its text in YAML.

/// A value of a manifest. Mappings keep the order in which they were made.
indirect enum ManifestValue: Equatable, Sendable {
    case text(String)
    case integer(Int)
    case boolean(Bool)
    /// A scalar of the user's, as it was written without quotation marks: its type is the reader's matter.
    case verbatim(String)
    case list([ManifestValue])
    case mapping([Field])

    struct Field: Equatable, Sendable {
        let key: String
        let value: ManifestValue
    }

    /// A mapping without the entries that have no value.
    static func fields(_ fields: KeyValuePairs<String, ManifestValue?>) -> Self {
        .mapping(fields.compactMap { key, value in value.map { Field(key: key, value: $0) } })
    }

    static func texts(_ texts: [String]) -> Self { .list(texts.map(Self.text)) }

    /// The keys of a mapping; none of any other value.
    var keys: [String] { fields.map(\.key) }

    private var fields: [Field] {
        if case .mapping(let fields) = self { fields } else { [] }
    }

    /// This mapping with the entries of `other`: mappings are merged, lists stand behind each other, and any
    /// other value of `other` wins.
    func merged(with other: ManifestValue?) -> Self {
        guard case .mapping(var fields) = self, case .mapping(let others)? = other else {
            return other ?? self
        }
        for field in others {
            guard let index = fields.firstIndex(where: { $0.key == field.key }) else {
                fields.append(field)
                continue
            }
            var value = field.value
            switch (fields[index].value, field.value) {
            case (.mapping, .mapping): value = fields[index].value.merged(with: field.value)
            case (.list(let first), .list(let second)): value = .list(first + second)
            default: break
            }
            fields[index] = Field(key: field.key, value: value)
        }
        return .mapping(fields)
    }

    /// The document in block style.
    var yaml: String { lines.joined(separator: "\n") + "\n" }

    private var lines: [String] {
        switch self {
        case .text(let text): [Self.scalar(text)]
        case .integer(let number): [String(number)]
        case .boolean(let flag): [flag ? "true" : "false"]
        case .verbatim(let text): [text]
        case .list(let values):
            values.isEmpty ? ["[]"] : values.flatMap { Self.indented($0.lines, first: "- ") }
        case .mapping(let fields):
            fields.isEmpty
                ? ["{}"]
                : fields.flatMap { field in
                    let key = Self.scalar(field.key) + ":"
                    let lines = field.value.lines
                    return field.value.isBlock ? [key] + lines.map { "  " + $0 } : [key + " " + lines[0]]
                }
        }
    }

    /// Whether the value stands on lines of its own below its key.
    private var isBlock: Bool {
        switch self {
        case .list(let values): !values.isEmpty
        case .mapping(let fields): !fields.isEmpty
        case .text, .integer, .boolean, .verbatim: false
        }
    }

    private static func indented(_ lines: [String], first: String) -> [String] {
        lines.enumerated().map { index, line in (index == 0 ? first : "  ") + line }
    }

    /// A text as a scalar that every reader takes for a text: plain where nothing else is possible.
    private static func scalar(_ text: String) -> String {
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        if text.wholeMatch(of: /[A-Za-z\/$](?:[A-Za-z0-9_.\/@=:$\-]*[A-Za-z0-9_\/])?/) != nil,
            !words.contains(text.lowercased())
        {
            return text
        }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
