// Learning rates by parameter: decay from layer to layer, and rates of their own.

internal import Arguments
internal import Layers
internal import Models

extension TrainableParameters {
    /// What the learning rate of each slot is multiplied by.
    static func learningRateFactors(
        _ arguments: AdaptationArguments, learningRate: Double, _ model: any TrainableModel
    ) throws(TrainingError) -> [Float] {
        let slots = model.parameters.layout.slots
        var factors = slots.map { _ in 1.0 }
        if let decay = arguments.layerwiseLRDecay {
            factors = LayerDepths(slots.map(\.name)).distances.map { power(decay, $0) }
        }
        guard !arguments.learningRates.isEmpty else { return factors.map { Float($0) } }
        guard learningRate > 0 else {
            throw TrainingError(
                "learning_rates: the schedule scales all rates by learning_rate, which is 0; set it above 0")
        }
        for entry in arguments.learningRates {
            for slot in try Self.slots([entry.pattern], key: "learning_rates", model) {
                factors[slot] = entry.rate / learningRate
            }
        }
        return factors.map { Float($0) }
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { result, _ in result * base }
    }
}

/// How far each parameter is from the model's output, counted in layers, for layer-wise decay.
///
/// What stands above the layers (pooler, final norm, head) has distance 0, the top layer of n 1, the first
/// layer n, and the embeddings below it n + 1. An encoder and a decoder are counted apart.
struct LayerDepths {
    private(set) var distances: [Int]

    /// `names` are those of the slots, in forward order.
    init(_ names: [String]) {
        let places = names.map(Self.place)
        var counts: [String: Int] = [:]
        for case .some(let place) in places {
            counts[place.stack] = max(counts[place.stack] ?? 0, place.layer + 1)
        }
        distances = places.map { place in
            place.map { (counts[$0.stack] ?? 0) - $0.layer } ?? 0
        }
        for (index, name) in names.enumerated() where places[index] == nil && Self.isEmbedding(name) {
            let above = places[index...].lazy.compactMap { $0 }.first
            distances[index] = above.map { (counts[$0.stack] ?? 0) + 1 } ?? 0
        }
    }

    private struct Place {
        let stack: String
        let layer: Int
    }

    /// The stack and number of the layer in names such as `bert.encoder.layer.3.output.dense.weight`.
    private static func place(_ name: String) -> Place? {
        let parts = name.split(separator: ".")
        for index in parts.indices.dropLast() {
            if ["layer", "layers", "h", "block", "blocks"].contains(parts[index]),
                let layer = Int(parts[index + 1])
            {
                return Place(stack: parts[...index].joined(separator: "."), layer: layer)
            }
        }
        return nil
    }

    private static func isEmbedding(_ name: String) -> Bool {
        name.split(separator: ".").contains { $0.contains("embed") || $0 == "wte" || $0 == "wpe" }
    }
}
