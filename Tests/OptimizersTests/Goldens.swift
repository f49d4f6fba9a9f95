// The goldens of generate.py as values.

import Foundation

/// Rates of transformers' schedules and updates of torch's optimisers.
struct Goldens: Decodable {
    struct Schedule: Decodable {
        let kind: String
        let peak: Double
        let warmup: Int
        let total: Int
        let steps: [Int]
        let rates: [Double]
    }

    struct Step: Decodable {
        /// Before clipping, by parameter.
        let gradients: [String: [Float]]
        /// Norm of all gradients; 0 where nothing was clipped.
        let norm: Double
    }

    struct Updates: Decodable {
        let name: String
        let maximumNorm: Double
        let rates: [Double]
        let initial: [String: [Float]]
        let steps: [Step]
        let final: [String: [Float]]
    }

    let schedules: [Schedule]
    let optimizers: [Updates]

    static func load() throws -> Goldens {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appendingPathComponent("Goldens/optimizers.json"))
        return try JSONDecoder().decode(Goldens.self, from: data)
    }
}
