// Typed look-ups in a JSON file, with the file and the path of the value in each error.

/// A value that is not what its reader needs.
package struct JSONMismatch: Error, Equatable, CustomStringConvertible {
    /// The file, for messages.
    package let file: String
    /// From the root, such as `rope_scaling.factor` or `merges[3]`; empty at the root.
    package let path: String
    package let expected: String
    /// Nil when it is missing.
    package let found: JSONValue?

    package init(file: String, path: String, expected: String, found: JSONValue?) {
        (self.file, self.path, self.expected, self.found) = (file, path, expected, found)
    }

    package var description: String {
        "\(file): \(path.isEmpty ? "the document" : path): expected \(expected),"
            + " found \(found?.kind ?? "nothing")"
    }
}

/// An error of a target that reads JSON.
package protocol JSONReadingError: Error {
    init(_ mismatch: JSONMismatch)
}

extension JSONMismatch: JSONReadingError {
    package init(_ mismatch: JSONMismatch) { self = mismatch }
}

/// A place in a JSON file, which may be missing. Errors come as the `Failure` of the target that reads.
package struct JSONReader<Failure: JSONReadingError>: Sendable {
    /// What stands there; nil when nothing does.
    package let value: JSONValue?
    package let file: String
    /// From the root; empty at the root.
    package let path: String

    package init(_ value: JSONValue?, file: String, path: String = "") {
        (self.value, self.file, self.path) = (value, file, path)
    }

    /// The member `name`; missing when this is no object or lacks it.
    package subscript(name: String) -> JSONReader {
        JSONReader(value?[name], file: file, path: path.isEmpty ? name : "\(path).\(name)")
    }

    /// The element at `index`; missing when this is no array or shorter.
    package subscript(index: Int) -> JSONReader {
        let elements = value?.array ?? []
        return JSONReader(
            elements.indices.contains(index) ? elements[index] : nil, file: file, path: "\(path)[\(index)]")
    }

    /// Whether there is nothing, or null.
    package var isAbsent: Bool { value?.isNull ?? true }

    /// This place, nil where there is nothing or null.
    package var ifPresent: JSONReader? { isAbsent ? nil : self }

    /// The error that this is not `expected`.
    package func mismatch(_ expected: String) -> Failure {
        Failure(JSONMismatch(file: file, path: path, expected: expected, found: value))
    }

    /// What `convert` makes of the value.
    package func converted<Result>(
        _ expected: String, _ convert: (JSONValue) -> Result?
    ) throws(Failure) -> Result {
        guard let value, let result = convert(value) else { throw mismatch(expected) }
        return result
    }

    package func string() throws(Failure) -> String { try converted("a string", \.string) }

    package func bool() throws(Failure) -> Bool { try converted("true or false", \.bool) }

    /// A whole number, however it is written, that an `Int` holds.
    package func integer() throws(Failure) -> Int { try converted("a whole number", \.integer) }

    /// A whole number of `range`, which `expected` puts in words.
    package func integer(in range: ClosedRange<Int>, _ expected: String) throws(Failure) -> Int {
        try converted(expected) { value in value.integer.flatMap { range.contains($0) ? $0 : nil } }
    }

    package func double() throws(Failure) -> Double { try converted("a number", \.double) }

    /// A number for which `isValid` holds, which `expected` puts in words.
    package func double(_ expected: String, where isValid: (Double) -> Bool) throws(Failure) -> Double {
        try converted(expected) { value in value.double.flatMap { isValid($0) ? $0 : nil } }
    }

    package func object() throws(Failure) -> JSONObject { try converted("an object", \.object) }

    /// The members of an object, each with its place.
    package func members() throws(Failure) -> [(name: String, reader: JSONReader)] {
        try object().map { ($0, JSONReader($1, file: file, path: path.isEmpty ? $0 : "\(path).\($0)")) }
    }

    /// The elements of an array, each with its place.
    package func array() throws(Failure) -> [JSONReader] {
        try converted("an array", \.array).enumerated().map {
            JSONReader($1, file: file, path: "\(path)[\($0)]")
        }
    }

    /// The case of `Choice` that a string names.
    package func choice<Choice>(_ type: Choice.Type = Choice.self) throws(Failure) -> Choice
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try converted("one of \(known)") { $0.string.flatMap(Choice.init(rawValue:)) }
    }
}

extension JSONValue {
    /// What this is, in words for an error message.
    package var kind: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string(let text): "the string '\(text)'"
        case .number(let number): "the number \(number)"
        case .bool(let flag): "\(flag)"
        case .null: "null"
        }
    }

    /// The value as JSON on one line, of objects the names alone, for an error message.
    package var summary: String {
        switch self {
        case .null, .bool, .number: json
        case .string(let text): "\"\(text)\""
        case .array(let values): "[" + values.map(\.summary).joined(separator: ", ") + "]"
        case .object(let members): "{" + members.names.sorted().joined(separator: ", ") + "}"
        }
    }
}
