// Which layers get a low-rank adapter, and of which shape.

internal import Arguments
internal import JSON
internal import Layers
internal import Machine
internal import Models
internal import Phrases

extension TrainableParameters {
    /// The word that stands for every dense layer outside the head.
    static let allLinear = "all-linear"

    /// A tensor that may get an adapter, with the modules that stand for it: its own, and those tied to it.
    private struct Candidate {
        let slot: ParameterSlot
        let tensor: CheckpointTensor
        let modules: [String]

        init(_ slot: ParameterSlot, _ tensor: CheckpointTensor, _ model: any TrainableModel) {
            (self.slot, self.tensor) = (slot, tensor)
            let copies = model.tiedTensors.filter { $0.original == tensor.name }.map(\.copy)
            modules =
                [LoRAAdapter.module(of: tensor)]
                + copies.map { $0.hasSuffix(".weight") ? String($0.dropLast(7)) : $0 }
        }

        /// Dense layers are named by any pattern; embeddings and output layers, which hardly anybody means by
        /// a `*`, by the last part of their names in full.
        func isNamed(by pattern: NamePattern) -> Bool {
            guard !slot.isLinear else { return pattern.matches(endOf: modules[0]) }
            let last = pattern.text.split(separator: ".").last ?? ""
            return !last.contains { "*?[{".contains($0) } && modules.contains(where: pattern.matches(endOf:))
        }
    }

    /// The parts of layers that the recipe names, in forward order, with the shapes of their adapters.
    static func adapterTargets(
        _ arguments: AdaptationArguments, _ options: LoRAOptions, _ model: any TrainableModel
    ) throws(TrainingError) -> [(slot: Int, tensor: CheckpointTensor, options: LoRAOptions)] {
        let candidates = model.parameters.layout.slots
            .filter { $0.takesAdapter && (!$0.isLinear || !model.isHead($0)) }
            .flatMap { slot in slot.tensors.map { Candidate(slot, $0, model) } }
            // A convolution, as of image patches, is no dense layer, for PEFT either; its rows have no keys
            // of tokens.
            .filter { $0.tensor.shape.count == 2 }
        let family = model.configurationJSON["model_type"]?.string.flatMap(ModelFamily.named)
        let patterns = arguments.loraTargetModules
        let chosen = patterns.isEmpty ? family?.adapterTargets ?? [allLinear] : patterns
        var named: Set<CheckpointTensor> = []
        for text in chosen {
            if text == allLinear {
                named.formUnion(candidates.filter(\.slot.isLinear).map(\.tensor))
                continue
            }
            let pattern = try pattern(text, key: "lora_target_modules")
            let found = candidates.filter { $0.isNamed(by: pattern) }
            guard !found.isEmpty else {
                throw unmatchedTarget(text, pattern, candidates.filter(\.slot.isLinear).map(\.tensor), model)
            }
            named.formUnion(found.map(\.tensor))
        }
        let targets = candidates.filter { named.contains($0.tensor) }
        let shaped = try shaped(targets.map { ($0.slot.index, $0.tensor) }, options, arguments.loraPatterns)
        try checkMemory(shaped.map { (shape: $0.tensor.shape, rank: $0.options.rank) })
        return shaped
    }

    /// Refuses adapters whose values, gradients and moments alone are more than the memory of this machine.
    package static func checkMemory(
        _ adapters: [(shape: [Int], rank: Int)], memory: Int? = HostFacts.current.memoryByteCount
    ) throws(TrainingError) {
        // Shapes and ranks have limits of their own, so that no sum overflows.
        let count = adapters.reduce(0) { $0 + $1.rank * $1.shape.reduce(0, +) }
        guard let memory, 16 * count > memory else { return }
        throw TrainingError(
            "lora_r: adapters of rank \(adapters.map(\.rank).max() ?? 0) have \(count, "parameter"), with "
                + "gradients and moments \(16 * count >> 20) MiB, more than the \(memory >> 20) MiB of this "
                + "machine; lower lora_r or lora_rank_pattern")
    }

    /// Gives each target its shape. Throws when a pattern is none, or fits no target.
    private static func shaped(
        _ targets: [(slot: Int, tensor: CheckpointTensor)], _ options: LoRAOptions, _ patterns: LoRAPatterns
    ) throws(TrainingError) -> [(slot: Int, tensor: CheckpointTensor, options: LoRAOptions)] {
        let modules = targets.map { LoRAAdapter.module(of: $0.tensor) }
        do {
            for (key, texts) in [
                ("lora_rank_pattern", patterns.ranks.map(\.pattern)),
                ("lora_alpha_pattern", patterns.alphas.map(\.pattern)),
            ] {
                for text in texts {
                    var isFound = false
                    for module in modules where try LoRAPatterns.matches(text, module) { isFound = true }
                    guard isFound else {
                        throw TrainingError(
                            "\(key): the pattern \"\(text)\" fits no adapter; it is a regular expression for a whole "
                                + "name, or its end behind a dot, such as \(modules.first ?? "none")")
                    }
                }
            }
            var result: [(slot: Int, tensor: CheckpointTensor, options: LoRAOptions)] = []
            for (target, module) in zip(targets, modules) {
                result.append((target.slot, target.tensor, try patterns.options(options, for: module)))
            }
            return result
        } catch let error as TrainingError {
            throw error
        } catch { throw TrainingError("lora_rank_pattern or lora_alpha_pattern: \(error)") }
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
