// Typed look-ups in a config.json.

internal import Kernels

/// Typed look-ups with the file and key in each error.
struct ConfigurationReader {
    let json: JSONValue
    let file: String

    func size(_ key: String, default fallback: Int? = nil) throws(ModelError) -> Int {
        guard let value = json[key], value != .null else {
            guard let fallback else { throw .missingKey(key, in: file) }
            return fallback
        }
        guard let size = value.integer, size > 0, size < 1 << 31 else {
            throw .badValue(key, found: "\(value.text)", expected: "a positive whole number", in: file)
        }
        return size
    }

    /// The activation function of `key`.
    func activation(_ key: String, default fallback: String) throws(ModelError) -> Activation {
        let name = json[key]?.string ?? fallback
        guard let activation = Activation(huggingFaceName: name) else {
            let known = Activation.huggingFaceNames.joined(separator: ", ")
            throw .badValue(key, found: "\"\(name)\"", expected: "one of \(known)", in: file)
        }
        return activation
    }

    /// A key that must have this value where it is given.
    func require(_ key: String, _ expected: Bool) throws(ModelError) {
        guard let value = json[key], value != .null, value.bool != expected else { return }
        throw .badValue(key, found: value.text, expected: "\(expected): the other is not supported", in: file)
    }

    /// A flag that may be missing.
    func flag(_ key: String, default fallback: Bool) throws(ModelError) -> Bool {
        guard let value = json[key], value != .null else { return fallback }
        guard let flag = value.bool else {
            throw .badValue(key, found: value.text, expected: "true or false", in: file)
        }
        return flag
    }

    func probability(_ key: String, default fallback: Float) throws(ModelError) -> Float {
        guard let value = json[key], value != .null else { return fallback }
        guard let number = value.double, number >= 0, number < 1 else {
            throw .badValue(
                key, found: value.text, expected: "a number from 0 up to, not including, 1", in: file)
        }
        return Float(number)
    }

    func positive(_ key: String, default fallback: Float) throws(ModelError) -> Float {
        guard let value = json[key], value != .null else { return fallback }
        guard let number = value.double, number > 0, number.isFinite else {
            throw .badValue(key, found: value.text, expected: "a positive number", in: file)
        }
        return Float(number)
    }
}

extension JSONValue {
    /// The value as JSON on one line, for messages.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .array(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        case .object(let members): "{" + members.keys.sorted().joined(separator: ", ") + "}"
        }
    }
}
