// Typed look-ups in trainer_state.json, with the file and the field in each error.

internal import Models

/// The members of a JSON object and where they stand.
struct StateFields {
    let members: [String: JSONValue]
    private let path: String
    private let parents: String

    /// The top level of a file.
    init(json: JSONValue, path: String) { self.init(members: json.object ?? [:], path: path, parents: "") }

    private init(members: [String: JSONValue], path: String, parents: String) {
        self.members = members
        self.path = path
        self.parents = parents
    }

    private func value<Value>(
        _ key: String, expected: String, _ convert: (JSONValue) -> Value?
    ) throws(CheckpointError) -> Value {
        guard let value = members[key], let result = convert(value) else {
            throw .badState(parents + key, isThere: members[key] != nil, expected: expected, in: path)
        }
        return result
    }

    func integer(_ key: String) throws(CheckpointError) -> Int {
        try value(key, expected: "a whole number", \.integer)
    }

    func unsigned(_ key: String) throws(CheckpointError) -> UInt64 {
        try value(key, expected: "a whole number from 0 on") { value in
            value.integer.flatMap(UInt64.init(exactly:)) ?? value.string.flatMap { UInt64($0) }
        }
    }

    func double(_ key: String) throws(CheckpointError) -> Double {
        try value(key, expected: "a number", \.exactDouble)
    }

    func string(_ key: String) throws(CheckpointError) -> String {
        try value(key, expected: "a text", \.string)
    }

    func array(_ key: String) throws(CheckpointError) -> [JSONValue] {
        try value(key, expected: "a list", \.array)
    }

    func object(_ key: String) throws(CheckpointError) -> StateFields {
        let members = try value(key, expected: "an object", \.object)
        return StateFields(members: members, path: path, parents: parents + key + ".")
    }

    /// The field by `read`, or nil when it is missing or null.
    func optional<Value>(
        _ key: String, _ read: (String) throws(CheckpointError) -> Value
    ) throws(CheckpointError) -> Value? {
        guard let value = members[key], value != .null else { return nil }
        return try read(key)
    }
}

extension JSONValue {
    /// A number; NaN and the infinities, which JSON lacks, as their names.
    static func exact(_ value: Double) -> JSONValue {
        if value.isFinite { return .number(value) }
        return .string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
    }

    /// What `exact` wrote.
    var exactDouble: Double? {
        switch string {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: double
        }
    }

    /// The same document with every NaN and infinity as its name.
    var withFiniteNumbers: JSONValue {
        switch self {
        case .number(let value): .exact(value)
        case .array(let values): .array(values.map(\.withFiniteNumbers))
        case .object(let members): .object(members.mapValues(\.withFiniteNumbers))
        case .null, .bool, .integer, .string: self
        }
    }
}
