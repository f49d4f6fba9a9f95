// Which dense layers get a low-rank adapter.

internal import JSON
internal import Layers
internal import Models

extension TrainableParameters {
    /// The word that stands for every dense layer outside the head.
    static let allLinear = "all-linear"

    /// The parts of dense layers that patterns name, in forward order.
    static func adapterTargets(
        _ patterns: [String], _ model: any TrainableModel
    ) throws(TrainingError) -> [(slot: Int, tensor: CheckpointTensor)] {
        let key = "lora_target_modules"
        let candidates = model.parameters.layout.slots.filter { $0.isLinear && !model.isHead($0) }
            .flatMap { slot in slot.tensors.map { (slot: slot.index, tensor: $0) } }
            // A convolution, as of image patches, is no dense layer, for PEFT either; its rows have no keys
            // of tokens.
            .filter { $0.tensor.shape.count == 2 }
        let family = model.configurationJSON["model_type"]?.string.flatMap(ModelFamily.named)
        let chosen = patterns.isEmpty ? family?.adapterTargets ?? [allLinear] : patterns
        if chosen == [allLinear] { return candidates }
        var named: Set<String> = []
        for text in chosen {
            let pattern = try pattern(text, key: key)
            let found = candidates.map { LoRAAdapter.module(of: $0.tensor) }
                .filter { pattern.matches(endOf: $0) }
            guard !found.isEmpty else {
                throw unmatchedTarget(text, pattern, candidates.map(\.tensor), model)
            }
            named.formUnion(found)
        }
        return candidates.filter { named.contains(LoRAAdapter.module(of: $0.tensor)) }
    }

    private static func unmatchedTarget(
        _ text: String, _ pattern: NamePattern, _ candidates: [CheckpointTensor],
        _ model: any TrainableModel
    ) -> TrainingError {
        let others = model.parameters.layout.slots.flatMap(\.tensors)
        if let other = others.first(where: { pattern.matches(endOf: LoRAAdapter.module(of: $0)) }) {
            return TrainingError(
                "lora_target_modules: the pattern \"\(text)\" names \(LoRAAdapter.module(of: other)), which is no "
                    + "dense layer or belongs to the head; adapters fit such as "
                    + "\(candidates.first.map(LoRAAdapter.module) ?? "none")")
        }
        return unmatched(
            text, key: "lora_target_modules", names: candidates.map(LoRAAdapter.module))
    }
}
