// The number formats of tensors: their numbers in files, their blocks, and which of them can be read.

/// How a tensor's elements are stored: plain numbers, or blocks of small integers with common scales.
///
/// Numbers and block sizes are those of ggml (ggml.h, `enum ggml_type`).
package enum GGUFTensorType: UInt32, Sendable, CaseIterable {
    case f32 = 0
    case f16 = 1
    case q40 = 2
    case q41 = 3
    case q50 = 6
    case q51 = 7
    case q80 = 8
    case q81 = 9
    case q2K = 10
    case q3K = 11
    case q4K = 12
    case q5K = 13
    case q6K = 14
    case q8K = 15
    case iq2XXS = 16
    case iq2XS = 17
    case iq3XXS = 18
    case iq1S = 19
    case iq4NL = 20
    case iq3S = 21
    case iq2S = 22
    case iq4XS = 23
    case i8 = 24
    case i16 = 25
    case i32 = 26
    case i64 = 27
    case f64 = 28
    case iq1M = 29
    case bf16 = 30
    case tq10 = 34
    case tq20 = 35
    case mxfp4 = 39

    /// ggml's name, for example "Q4_K".
    package var name: String {
        let word = "\(self)"
        // The format's number stands behind an underscore, which Swift's names do not have: q4K is Q4_K.
        guard let index = word.firstIndex(of: "q"), let digit = word[index...].dropFirst().first else {
            return word.uppercased()
        }
        let head = word[...index].uppercased() + String(digit)
        return head + "_" + word[index...].dropFirst(2).uppercased()
    }

    /// Elements of a block; 1 for plain numbers.
    package var blockElementCount: Int {
        switch self {
        case .f32, .f16, .bf16, .f64, .i8, .i16, .i32, .i64: 1
        case .q40, .q41, .q50, .q51, .q80, .q81, .iq4NL, .mxfp4: 32
        case .q2K, .q3K, .q4K, .q5K, .q6K, .q8K, .iq2XXS, .iq2XS, .iq3XXS, .iq1S, .iq3S, .iq2S,
            .iq4XS, .iq1M, .tq10, .tq20:
            256
        }
    }

    /// Bytes of a block.
    package var blockByteCount: Int {
        switch self {
        case .i8: 1
        case .f16, .bf16, .i16: 2
        case .f32, .i32: 4
        case .f64, .i64: 8
        case .mxfp4: 17
        case .q40, .iq4NL: 18
        case .q41: 20
        case .q50: 22
        case .q51: 24
        case .q80: 34
        case .q81: 40
        case .iq1S: 50
        case .tq10: 54
        case .iq1M: 56
        case .iq2XXS, .tq20: 66
        case .iq2XS: 74
        case .iq2S: 82
        case .q2K: 84
        case .iq3XXS: 98
        case .q3K, .iq3S: 110
        case .iq4XS: 136
        case .q4K: 144
        case .q5K: 176
        case .q6K: 210
        case .q8K: 292
        }
    }

    /// The types that `GGUFFile.read` turns into float32.
    package static let supported: [GGUFTensorType] = [
        .f32, .f16, .bf16, .q80, .q40, .q41, .q50, .q51, .q2K, .q3K, .q4K, .q5K, .q6K,
    ]

    static var supportedNames: String { supported.map(\.name).joined(separator: ", ") }
}

/// What the header says about one tensor.
package struct GGUFTensorInfo: Sendable, Equatable {
    package let name: String
    /// Extents, outermost first: the reverse of the file's order. The last is the length of a row.
    package let shape: [Int]
    package let type: GGUFTensorType
    /// The first byte, counted from the start of the data.
    let offset: Int

    package var elementCount: Int { shape.reduce(1, *) }
    /// Bytes in the file.
    package var byteCount: Int { elementCount / type.blockElementCount * type.blockByteCount }
}
