// The members of a JSON object.

/// Named values in their order, the names all different.
public struct Fields: Sendable, Equatable {
    public private(set) var names: [String]
    public private(set) var values: [Value]

    public init() { (names, values) = ([], []) }

    package init(names: [String], values: [Value]) {
        precondition(names.count == values.count)
        (self.names, self.values) = (names, values)
    }

    /// The value of a name, nil if there is none. Takes time in proportion to the count.
    public subscript(name: String) -> Value? {
        names.firstIndex { $0 == name }.map { values[$0] }
    }

    /// Names with their values, in order.
    package var members: Zip2Sequence<[String], [Value]> { zip(names, values) }

    /// Replaces the value of `name` in its place, or adds it at the end.
    public mutating func set(_ name: String, to value: Value) {
        if let index = names.firstIndex(where: { $0.hasSameBytes(as: name) }) {
            values[index] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }
}
