// The number formats of tensors: their numbers in files, their blocks, and which of them can be read.

/// How a tensor's elements are stored: plain numbers, or blocks of small integers with common scales.
///
/// Numbers and block sizes are those of ggml (ggml.h, `enum ggml_type`).
public enum GGUFTensorType: UInt32, Sendable, CaseIterable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q8_1 = 9
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case q8_K = 15
    case iq2_XXS = 16
    case iq2_XS = 17
    case iq3_XXS = 18
    case iq1_S = 19
    case iq4_NL = 20
    case iq3_S = 21
    case iq2_S = 22
    case iq4_XS = 23
    case i8 = 24
    case i16 = 25
    case i32 = 26
    case i64 = 27
    case f64 = 28
    case iq1_M = 29
    case bf16 = 30
    case tq1_0 = 34
    case tq2_0 = 35
    case mxfp4 = 39

    /// ggml's name, for example "Q4_K".
    public var name: String { "\(self)".uppercased() }

    /// Elements of a block; 1 for plain numbers.
    public var blockElementCount: Int {
        switch self {
        case .f32, .f16, .bf16, .f64, .i8, .i16, .i32, .i64: 1
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q8_1, .iq4_NL, .mxfp4: 32
        case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .q8_K, .iq2_XXS, .iq2_XS, .iq3_XXS, .iq1_S, .iq3_S, .iq2_S,
            .iq4_XS, .iq1_M, .tq1_0, .tq2_0:
            256
        }
    }

    /// Bytes of a block.
    public var blockByteCount: Int {
        switch self {
        case .i8: 1
        case .f16, .bf16, .i16: 2
        case .f32, .i32: 4
        case .f64, .i64: 8
        case .mxfp4: 17
        case .q4_0, .iq4_NL: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q8_1: 40
        case .iq1_S: 50
        case .tq1_0: 54
        case .iq1_M: 56
        case .iq2_XXS, .tq2_0: 66
        case .iq2_XS: 74
        case .iq2_S: 82
        case .q2_K: 84
        case .iq3_XXS: 98
        case .q3_K, .iq3_S: 110
        case .iq4_XS: 136
        case .q4_K: 144
        case .q5_K: 176
        case .q6_K: 210
        case .q8_K: 292
        }
    }

    /// The types that `GGUFFile.read` turns into float32.
    public static let supported: [GGUFTensorType] = [
        .f32, .f16, .bf16, .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .q4_K, .q6_K,
    ]

    static var supportedNames: String { supported.map(\.name).joined(separator: ", ") }
}

/// What the header says about one tensor.
public struct GGUFTensorInfo: Sendable, Equatable {
    public let name: String
    /// Extents, outermost first: the reverse of the file's order. The last is the length of a row.
    public let shape: [Int]
    public let type: GGUFTensorType
    /// The first byte, counted from the start of the data.
    let offset: Int

    public var elementCount: Int { shape.reduce(1, *) }
    /// Bytes in the file.
    public var byteCount: Int { elementCount / type.blockElementCount * type.blockByteCount }
}
