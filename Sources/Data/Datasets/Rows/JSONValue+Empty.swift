// Columns that hold nothing.

package import JSON

extension JSONValue {
    /// Whether it says nothing: null, a text of white space, a list without a value that says something.
    package var isEmpty: Bool {
        switch self {
        case .null: true
        case .string(let text): text.allSatisfy(\.isWhitespace)
        case .array(let values): values.allSatisfy(\.isEmpty)
        case .bool, .number, .object: false
        }
    }
}

/// A column that a row must have something in to be used.
package struct NeededColumn: Sendable, Hashable {
    package let name: String
    /// Whether an empty list says something, such as that no label is right.
    package let takesEmptyList: Bool

    package init(_ name: String, takesEmptyList: Bool = false) {
        (self.name, self.takesEmptyList) = (name, takesEmptyList)
    }

    /// Whether the row has the column and nothing in it.
    package func isEmpty(in row: Row) -> Bool {
        guard let value = row[name] else { return false }
        if takesEmptyList, case .array = value { return false }
        return value.isEmpty
    }
}
