// The members of a JSON object.

/// Named values in their order, the names all different by their bytes. Equality ignores the order.
package struct JSONObject: Sendable {
    package private(set) var names: [String]
    package private(set) var values: [JSONValue]

    package init() { (names, values) = ([], []) }

    /// - Parameter names: all different.
    package init(names: [String], values: [JSONValue]) {
        precondition(names.count == values.count)
        (self.names, self.values) = (names, values)
    }

    /// Of equal names the last value counts, in the place of the first.
    package init(_ members: some Sequence<(String, JSONValue)>) {
        var list = JSONMemberList()
        for (name, value) in members { _ = list.add(name, value) }
        self.init(names: list.names, values: list.values)
    }

    /// The members in the order of their names' bytes.
    package init(_ members: [String: JSONValue]) {
        let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        self.init(names: sorted.map(\.key), values: sorted.map(\.value))
    }

    /// The value of a name, nil if there is none. Setting nil removes the member; another value replaces the
    /// old one in its place, or is added at the end. Takes time in proportion to the count.
    package subscript(name: String) -> JSONValue? {
        get { index(of: name).map { values[$0] } }
        set {
            if let newValue { set(name, to: newValue) } else { remove(name) }
        }
    }

    /// Replaces the value of `name` in its place, or adds it at the end.
    package mutating func set(_ name: String, to value: JSONValue) {
        if let index = index(of: name) {
            values[index] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }

    /// Removes the member and returns its value, nil if there is none.
    @discardableResult
    package mutating func remove(_ name: String) -> JSONValue? {
        guard let index = index(of: name) else { return nil }
        names.remove(at: index)
        return values.remove(at: index)
    }

    /// These members with those of `others`, which replace members of the same name.
    package func merging(_ others: JSONObject) -> JSONObject {
        guard !isEmpty else { return others }
        return JSONObject(Array(zip(names, values)) + zip(others.names, others.values))
    }

    /// The same names with other values.
    package func mapValues<Failure: Error>(
        _ transform: (JSONValue) throws(Failure) -> JSONValue
    ) throws(Failure) -> JSONObject {
        JSONObject(names: names, values: try values.map(transform))
    }

    /// The members in the order of their names' bytes, which is that of code points.
    package var sorted: JSONObject {
        let order = names.indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
        return JSONObject(names: order.map { names[$0] }, values: order.map { values[$0] })
    }

    private func index(of name: String) -> Int? { names.firstIndex { $0.hasSameBytes(as: name) } }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { names.count }

    package subscript(position: Int) -> (key: String, value: JSONValue) {
        (names[position], values[position])
    }
}

extension JSONObject: Equatable {
    package static func == (first: Self, second: Self) -> Bool {
        guard first.count == second.count else { return false }
        if zip(first.names, second.names).allSatisfy({ $0.hasSameBytes(as: $1) }) {
            return first.values == second.values
        }
        let (first, second) = (first.sorted, second.sorted)
        return zip(first.names, second.names).allSatisfy { $0.hasSameBytes(as: $1) }
            && first.values == second.values
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Of equal names the last counts.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
