// The metadata of a file: read completely, then asked by key.

internal import Files

/// Keys with their values, in the order of the file.
package struct GGUFMetadata: Sendable {
    /// The file that it stands in, for messages.
    package let path: String
    package let keys: [String]
    private let values: [String: GGUFValue]

    static let keyByteLimit = 65_535
    private static let nestingLimit = 8

    /// Reads `count` pairs.
    init(_ reader: inout HeaderReader, count: Int) throws(GGUFError) {
        path = reader.file.path
        var keys: [String] = []
        var values: [String: GGUFValue] = [:]
        for index in 0..<count {
            let key = try reader.string("metadata key number \(index)", limit: Self.keyByteLimit)
            guard !key.isEmpty, key.utf8.allSatisfy({ $0 < 0x80 }) else {
                throw .badKey(path: path, found: key)
            }
            let type = try Self.type(&reader, key: key)
            let value = try Self.value(&reader, type, key: key, depth: 0)
            guard values.updateValue(value, forKey: key) == nil else {
                throw .duplicateKey(path: path, key: key)
            }
            keys.append(key)
        }
        self.keys = keys
        self.values = values
    }

    private static func type(_ reader: inout HeaderReader, key: String) throws(GGUFError) -> GGUFValueType {
        let number = try reader.integer("the value type of metadata key '\(key)'", as: UInt32.self)
        guard let type = GGUFValueType(rawValue: number) else {
            throw .unknownValueType(path: reader.file.path, key: key, found: number)
        }
        return type
    }

    private static func value(
        _ reader: inout HeaderReader, _ type: GGUFValueType, key: String, depth: Int
    ) throws(GGUFError) -> GGUFValue {
        func what() -> String { "the value of metadata key '\(key)'" }
        switch type {
        case .uint8: return .uint8(try reader.integer(what()))
        case .int8: return .int8(try reader.integer(what()))
        case .uint16: return .uint16(try reader.integer(what()))
        case .int16: return .int16(try reader.integer(what()))
        case .uint32: return .uint32(try reader.integer(what()))
        case .int32: return .int32(try reader.integer(what()))
        case .uint64: return .uint64(try reader.integer(what()))
        case .int64: return .int64(try reader.integer(what()))
        case .float32: return .float32(Float(bitPattern: try reader.integer(what())))
        case .float64: return .float64(Double(bitPattern: try reader.integer(what())))
        case .string: return .string(try reader.string(what()))
        case .bool:
            let byte = try reader.integer(what(), as: UInt8.self)
            guard byte <= 1 else { throw .badBool(path: reader.file.path, key: key, found: byte) }
            return .bool(byte == 1)
        case .array: return try array(&reader, key: key, depth: depth + 1)
        }
    }

    private static func array(
        _ reader: inout HeaderReader, key: String, depth: Int
    ) throws(GGUFError) -> GGUFValue {
        guard depth <= nestingLimit else {
            throw .nestedTooDeep(path: reader.file.path, key: key, limit: nestingLimit)
        }
        let type = try type(&reader, key: key)
        let count = try reader.count(
            minimumByteCount: type.minimumByteCount, "the length of the array of metadata key '\(key)'")
        var elements: [GGUFValue] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try value(&reader, type, key: key, depth: depth)) }
        return .array(elements, of: type)
    }
}

// MARK: Values by key

extension GGUFMetadata {
    /// The value of a key, of any type; nil when the file does not have it.
    package subscript(key: String) -> GGUFValue? { values[key] }

    /// The text at `key`; nil when absent. Throws `wrongValueType`, as do the following.
    package func string(_ key: String) throws(GGUFError) -> String? {
        try value(key, "a string", \.string)
    }

    package func bool(_ key: String) throws(GGUFError) -> Bool? { try value(key, "a truth value", \.bool) }

    /// An integer of any width.
    package func integer(_ key: String) throws(GGUFError) -> Int? { try value(key, "an integer", \.integer) }

    /// A float of either width.
    package func float(_ key: String) throws(GGUFError) -> Double? { try value(key, "a float", \.float) }

    package func strings(_ key: String) throws(GGUFError) -> [String]? {
        try value(key, "an array of strings") { value in
            guard case .array(let elements, .string) = value else { return nil }
            return elements.compactMap(\.string)
        }
    }

    /// An array of integers of any width.
    package func integers(_ key: String) throws(GGUFError) -> [Int]? {
        try value(key, "an array of integers") { value in
            guard let elements = value.array else { return nil }
            let integers = elements.compactMap(\.integer)
            return integers.count == elements.count ? integers : nil
        }
    }

    /// An array of floats of either width.
    package func floats(_ key: String) throws(GGUFError) -> [Double]? {
        try value(key, "an array of floats") { value in
            guard let elements = value.array else { return nil }
            let floats = elements.compactMap(\.float)
            return floats.count == elements.count ? floats : nil
        }
    }

    private func value<Value>(
        _ key: String, _ expected: String, _ convert: (GGUFValue) -> Value?
    ) throws(GGUFError) -> Value? {
        guard let value = values[key] else { return nil }
        guard let converted = convert(value) else {
            var found = value.type.name
            if case .array(_, let type) = value { found += " of \(type.name)" }
            throw .wrongValueType(path: path, key: key, expected: expected, found: found)
        }
        return converted
    }
}
