// What tokenizer files need of JSON values.

package import JSON

extension Value {
    /// Parses the contents of the file at `path`, which is used in messages only. Nesting deeper than 64 levels is
    /// refused.
    package init(parsing bytes: [UInt8], path: String) throws(TokenizerError) {
        do throws(JSONSyntaxError) {
            try self.init(parsing: bytes, maximumDepth: 64)
        } catch {
            let (line, column) = error.place(in: bytes)
            throw .malformedJSON(path: path, line: line, column: column, reason: error.problem)
        }
    }

    /// The value of `key` if this is an object that has it; JSON null counts as absent.
    subscript(key: String) -> Value? {
        guard case .object(let fields) = self,
            let index = fields.names.firstIndex(where: { $0.utf8.elementsEqual(key.utf8) }),
            fields.values[index] != .null
        else { return nil }
        return fields.values[index]
    }

    /// Whether this is an object with `key`, be it null.
    func has(_ key: String) -> Bool {
        guard case .object(let fields) = self else { return false }
        return fields.names.contains(key)
    }

    /// What this is, in words for an error message.
    var kind: String {
        switch self {
        case .object: "an object"
        case .list: "an array"
        case .string(let text): "the string '\(text)'"
        case .number(let number): "the number \(number)"
        case .bool(let flag): "\(flag)"
        case .null: "null"
        }
    }

    /// The string, if this is one.
    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The truth value, if this is one.
    var boolean: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The whole number, if this is one that an `Int32` can hold.
    var integer: Int32? {
        guard case .number(let number) = self else { return nil }
        return number.integer.map { Int32(exactly: $0) } ?? Int32(exactly: number.double)
    }

    /// The number, if this is one.
    var double: Double? {
        if case .number(let number) = self { number.double } else { nil }
    }
}
