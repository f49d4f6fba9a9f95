// The members of an object while it is made.

/// Names and values; it says whether a name is new.
struct JSONMemberList {
    private(set) var names: [String] = []
    private(set) var values: [JSONValue] = []
    private var indices: [ByteString: Int] = [:]

    init() {
        names.reserveCapacity(4)
        values.reserveCapacity(4)
    }

    /// Returns whether the name is new. If it is not, the value replaces the old one where `replacing` is
    /// set.
    mutating func add(_ name: String, _ value: JSONValue, replacing: Bool = true) -> Bool {
        if let index = index(of: name) {
            if replacing { values[index] = value }
            return false
        }
        names.append(name)
        values.append(value)
        if names.count == 17 {
            for (index, name) in names.enumerated() { indices[ByteString(name)] = index }
        } else if names.count > 17 {
            indices[ByteString(name)] = names.count - 1
        }
        return true
    }

    /// Compares one by one while there are few, which is quicker than hashing.
    private func index(of name: String) -> Int? {
        names.count > 16 ? indices[ByteString(name)] : names.firstIndex { $0.hasSameBytes(as: name) }
    }
}
