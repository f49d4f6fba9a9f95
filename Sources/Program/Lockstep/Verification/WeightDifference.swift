// How far the weights of two checkpoints are apart.

internal import Files
internal import Safetensors

/// The difference of two checkpoints of one model.
enum WeightDifference {
    /// The largest absolute difference of two weights at the same place; NaN where one is no number.
    static func largest(_ first: String, _ second: String) throws -> Double {
        let name = ["model.safetensors", "adapter_model.safetensors"].first {
            FileSystem.isFile(first + "/" + $0)
        }
        guard let name else {
            throw VerificationError(description: "\(first) holds no weights that can be compared")
        }
        let (a, b) = (
            try SafetensorsFile(path: first + "/" + name), try SafetensorsFile(path: second + "/" + name)
        )
        var largest = 0.0
        for tensor in a.tensorNames {
            let (left, right) = (try a.readBytes(tensor), try b.readBytes(tensor))
            for index in stride(from: 0, to: min(left.count, right.count) / 4 * 4, by: 4) {
                let difference = abs(Double(float(left, index)) - Double(float(right, index)))
                if difference.isNaN { return .nan }
                largest = max(largest, difference)
            }
        }
        return largest
    }

    /// The float32 at a place in little-endian bytes.
    private static func float(_ bytes: [UInt8], _ index: Int) -> Float {
        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
        return Float(bitPattern: bits)
    }
}
