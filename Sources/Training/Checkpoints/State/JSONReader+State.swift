// What trainer_state.json needs beyond JSON: numbers that JSON lacks, and integers beyond its readers.

package import JSON

extension CheckpointError: JSONReadingError {
    package init(_ mismatch: JSONMismatch) {
        self = .badState(
            mismatch.path, isThere: mismatch.found != nil, expected: mismatch.expected, in: mismatch.file)
    }
}

extension JSONReader where Failure == CheckpointError {
    func unsigned() throws(CheckpointError) -> UInt64 {
        try converted("a whole number from 0 on") { value in
            value.integer.flatMap(UInt64.init(exactly:)) ?? value.string.flatMap { UInt64($0) }
        }
    }

    /// What `JSONValue.exact` wrote.
    package func exactDouble() throws(CheckpointError) -> Double { try converted("a number", \.exactDouble) }
}

extension JSONValue {
    /// A number; NaN and the infinities, which JSON lacks, as their names.
    package static func exact(_ value: Double) -> JSONValue {
        value.isFinite ? .shortest(value) : .string(JSONNumber(value).text)
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
    package var withFiniteNumbers: JSONValue {
        switch self {
        case .number(let number): number.double.isFinite ? self : .exact(number.double)
        case .array(let values): .array(values.map(\.withFiniteNumbers))
        case .object(let members): .object(members.mapValues(\.withFiniteNumbers))
        case .null, .bool, .string: self
        }
    }
}
