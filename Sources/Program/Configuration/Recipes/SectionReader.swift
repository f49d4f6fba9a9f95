// Reads the typed values of one section of a cluster file and refuses what it does not know.

/// One mapping of a YAML file, with the keys that it may have. A `hint` is said of an unknown key that no
/// known one is near.
struct SectionReader {
    let file: String
    /// Name for error messages; nil for the file's top level.
    let section: String?
    /// Line of the section's own key; 1 for the top level.
    let line: Int
    private let entries: [String: YAMLEntry]

    init(
        _ entries: [YAMLEntry], known: [String], file: String, section: String? = nil, line: Int = 1,
        hint: String? = nil
    ) throws(ConfigurationError) {
        let unknown = entries.filter { !known.contains($0.key) }.map { entry in
            ConfigurationError.unknown(
                entry.key, among: known, section: section, hint: hint, .line(file: file, line: entry.line))
        }
        if let error = ConfigurationError(unknown) { throw error }
        (self.file, self.section, self.line) = (file, section, line)
        self.entries = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The entry of `key`; nil if it is absent or null.
    func entry(_ key: String) -> YAMLEntry? { entries[key].flatMap { $0.value == .null ? nil : $0 } }

    /// Where `key` stands, or where its section begins.
    func location(_ key: String) -> ConfigurationError.Location {
        .line(file: file, line: entries[key]?.line ?? line)
    }

    /// The value of `key` in `format`; nil if it is absent or null.
    func value<Value>(_ key: String, _ format: ValueFormat<Value>) throws(ConfigurationError) -> Value? {
        guard let entry = entry(key) else { return nil }
        return try parse(entry.value, of: key, format)
    }

    /// A list of texts; an absent one is empty.
    func texts(_ key: String) throws(ConfigurationError) -> [String] { try values(key, .text) }

    /// A list of values in `format`; an absent one is empty.
    func values<Value>(_ key: String, _ format: ValueFormat<Value>) throws(ConfigurationError) -> [Value] {
        guard let entry = entry(key) else { return [] }
        guard case .list(let values) = entry.value else { throw mismatch(entry, expected: "a list of texts") }
        var parsed: [Value] = []
        for value in values { parsed.append(try parse(value, of: entry.key, format)) }
        return parsed
    }

    /// A text, or a list of texts, which then stand between commas; nil if it is absent or null.
    func textOrList(_ key: String) throws(ConfigurationError) -> String? {
        guard let entry = entry(key) else { return nil }
        guard case .list = entry.value else { return try value(key, .text) }
        return try texts(key).joined(separator: ",")
    }

    /// The sections of a list such as `hosts`; nil if it is absent.
    func sections(_ key: String, known: [String]) throws(ConfigurationError) -> [SectionReader]? {
        guard let entry = entry(key) else { return nil }
        let expected = "a list of sections with the keys \(known.joined(separator: " and "))"
        guard case .list(let values) = entry.value, !values.isEmpty else {
            throw mismatch(entry, expected: expected)
        }
        var sections: [SectionReader] = []
        for value in values {
            guard case .mapping(let entries) = value else { throw mismatch(entry, expected: expected) }
            sections.append(
                try SectionReader(
                    entries, known: known, file: file, section: key, line: entries.first?.line ?? entry.line))
        }
        return sections
    }

    /// The section below `key`; nil if it is absent.
    func subsection(
        _ key: String, known: [String], hint: String? = nil
    ) throws(ConfigurationError) -> SectionReader? {
        guard let entry = entry(key) else { return nil }
        guard case .mapping(let entries) = entry.value else { throw mismatch(entry, expected: "a section") }
        return try SectionReader(
            entries, known: known, file: file, section: key, line: entry.line, hint: hint)
    }

    /// The section below `key` with the keys of a table; nil if it is absent. What has no key stands in
    /// `place`.
    func subsection(
        _ key: String, _ known: [ClusterKey], others: String, in place: String
    ) throws(ConfigurationError) -> SectionReader? {
        try subsection(
            key, known: known.map(\.name), hint: "\(others) that have no key stand in \(place).")
    }

    private func parse<Value>(
        _ value: YAMLValue, of key: String, _ format: ValueFormat<Value>
    ) throws(ConfigurationError) -> Value {
        do throws(ValueProblem) {
            guard case .scalar(let text) = value else { throw .mismatch }
            return try format.parse(text)
        } catch {
            throw .unsuitable(key, value, expected: format.expected, problem: error, location(key))
        }
    }

    private func mismatch(_ entry: YAMLEntry, expected: String) -> ConfigurationError {
        .unsuitable(entry.key, entry.value, expected: expected, problem: .mismatch, location(entry.key))
    }
}
