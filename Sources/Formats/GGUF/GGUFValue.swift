// A value of the metadata, of any of the format's thirteen types.

/// The types of metadata values, with the numbers that files hold.
package enum GGUFValueType: UInt32, Sendable, CaseIterable {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// The specification's word for it.
    package var name: String { "\(self)".uppercased() }

    /// The fewest bytes that a value of this type takes in a file.
    var minimumByteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .string, .uint64, .int64, .float64: 8
        case .array: 12
        }
    }
}

/// One metadata value.
package enum GGUFValue: Sendable, Equatable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case float32(Float)
    case bool(Bool)
    case string(String)
    /// Values that are all of the type `of`.
    case array([GGUFValue], of: GGUFValueType)
    case uint64(UInt64)
    case int64(Int64)
    case float64(Double)

    package var type: GGUFValueType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .float32: .float32
        case .bool: .bool
        case .string: .string
        case .array: .array
        case .uint64: .uint64
        case .int64: .int64
        case .float64: .float64
        }
    }

    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var array: [GGUFValue]? { if case .array(let values, _) = self { values } else { nil } }

    /// The value of any integer type; nil for other types and beyond `Int`.
    package var integer: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(value)
        case .float32, .bool, .string, .array, .float64: nil
        }
    }

    /// The value of a float; that of a float32 is the shortest decimal that reads back as the same float32,
    /// as its writer had it: 1e-05, not 9.999999747378752e-06.
    package var float: Double? {
        switch self {
        case .float32(let value): Double(value.description)
        case .float64(let value): value
        default: nil
        }
    }
}
