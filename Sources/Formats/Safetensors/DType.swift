// The number formats of the safetensors format, in the order in which files store them.

package import Tensors

/// The format of one element as a file names it.
///
/// The cases stand in the order of the reference implementation: files hold the last of them first, so that
/// every tensor is aligned without gaps.
package enum DType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case float8E5M2 = "F8_E5M2"
    case float8E4M3 = "F8_E4M3"
    case float8E8M0 = "F8_E8M0"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case float64 = "F64"
    case int64 = "I64"
    case uint64 = "U64"

    /// The format that stores a tensor of this type unchanged.
    package init(_ type: ElementType) {
        switch type {
        case .float32: self = .float32
        case .bfloat16: self = .bfloat16
        case .float16: self = .float16
        }
    }

    /// Size of one element in bytes.
    package var byteCount: Int {
        switch self {
        case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0: 1
        case .int16, .uint16, .float16, .bfloat16: 2
        case .int32, .uint32, .float32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// The tensor type of the same bits, if there is one.
    package var elementType: ElementType? {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .float16: .float16
        default: nil
        }
    }

    /// Whether this is one of the 8-bit floats, which can be listed but not read as numbers.
    package var isFloat8: Bool {
        switch self {
        case .float8E5M2, .float8E4M3, .float8E8M0: true
        default: false
        }
    }
}
