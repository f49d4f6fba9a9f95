// Rotary positions: base and scaling, from metadata and from the table of factors that Llama 3 files hold.

internal import Foundation
internal import GGUF
internal import JSON
internal import Models
internal import Tensors

/// Hugging Face's `rope_theta` and `rope_scaling`.
struct GGUFRope {
    let theta: Double
    let scaling: JSONValue

    init(
        _ file: GGUFFile, _ keys: GGUFKeys, headSize: Int, contextLength: Int
    ) throws(GGUFImportError) {
        theta = try keys.positive(".rope.freq_base") ?? 10_000
        if let table = file.tensor("rope_freqs.weight") {
            scaling = try Self.llama3(table, file, theta: theta, headSize: headSize)
            return
        }
        let oldFactor = try keys.positive(".rope.scale_linear")
        let type = try keys.string(".rope.scaling.type") ?? (oldFactor == nil ? "none" : "linear")
        let factor = try keys.positive(".rope.scaling.factor") ?? oldFactor ?? 1
        switch type {
        case "none": scaling = .null
        case "linear":
            scaling =
                factor == 1 ? .null : .object(["rope_type": .string("linear"), "factor": .shortest(factor)])
        case "yarn":
            let original = try keys.optionalSize(".rope.scaling.original_context_length") ?? contextLength
            scaling = .object([
                "rope_type": .string("yarn"), "factor": .shortest(factor),
                "original_max_position_embeddings": .integer(original),
            ])
        default:
            throw .unsupportedFeature(
                "the rotary scaling '\(type)' is none of none, linear, yarn and Llama 3's", in: keys.path)
        }
    }

    /// Finds the parameters that give the table: with the factor of the lowest frequency and Llama 3's
    /// published wavelengths (`_compute_llama3_parameters` of transformers).
    private static func llama3(
        _ table: GGUFTensorInfo, _ file: GGUFFile, theta: Double, headSize: Int
    ) throws(GGUFImportError) -> JSONValue {
        guard table.shape == [headSize / 2] else {
            throw .wrongTensorShapes(
                ["rope_freqs.weight has shape \(table.shape), expected [\(headSize / 2)]"], in: file.path)
        }
        let values = Tensor(rows: 1, columns: headSize / 2)
        do { try file.read(table.name, into: values) } catch { throw .format(error) }
        let factors = values.values().map(Double.init)
        guard factors.contains(where: { $0 != 1 }) else { return .null }
        let factor = factors[factors.count - 1]
        let (low, high, original) = (1.0, 4.0, 8_192.0)
        for (index, found) in factors.enumerated() {
            let wavelength = 2 * Double.pi * pow(theta, 2 * Double(index) / Double(headSize))
            let smooth = (original / wavelength - low) / (high - low)
            let expected =
                switch wavelength {
                case ..<(original / high): 1.0
                case (original / low).nextUp...: factor
                default: 1 / ((1 - smooth) / factor + smooth)
                }
            guard abs(found - expected) <= 1e-4 * expected else {
                throw .unsupportedFeature(
                    "the rotary factors in rope_freqs.weight are not those of Llama 3", in: file.path)
            }
        }
        return .object([
            "rope_type": .string("llama3"), "factor": .shortest(factor), "low_freq_factor": .shortest(low),
            "high_freq_factor": .shortest(high), "original_max_position_embeddings": .integer(Int(original)),
        ])
    }
}
