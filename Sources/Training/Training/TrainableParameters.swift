// Prepares a model's parameters as a recipe says: adapters, frozen parameters, learning rates.

package import Arguments
internal import Datasets
internal import Layers
package import Models
package import Tensors

/// What is trained of a model.
package enum TrainableParameters {
    /// Adds adapters, freezes, and sets learning rates. `newModules` are parameters that no checkpoint
    /// brought, besides the head: they are always trained. Every rank comes to the same result. Throws when a
    /// pattern names nothing.
    package static func apply(
        _ arguments: AdaptationArguments, learningRate: Double, to model: any TrainableModel,
        newParameters: Set<String> = [], adapterKey: RandomKey
    ) throws(TrainingError) {
        let parameters = model.parameters
        var isFrozen = Set<Int>()
        if let options = arguments.lora {
            var targets = try adapterTargets(arguments, options, model)
            let saved = try slots(arguments.modulesToSave, key: "modules_to_save", model)
            if arguments.loraTargetModules.contains(allLinear) {
                // All others, as PEFT has it.
                targets.removeAll { saved.contains($0.slot) }
            }
            if let both = targets.first(where: { saved.contains($0.slot) }) {
                throw TrainingError(
                    "modules_to_save: \(LoRAAdapter.module(of: both.tensor)) would be trained whole and gets an adapter "
                        + "too; name it there or in lora_target_modules")
            }
            // Only the output layer of a causal language model always comes with the weights.
            let hasNewHead = !(model is CausalLanguageModel)
            let adapted = Set(targets.map(\.slot))
            isFrozen = Set(
                parameters.layout.slots.filter {
                    let isNew = hasNewHead && model.isHead($0) || newParameters.contains($0.name)
                    return !saved.contains($0.index) && (!isNew || adapted.contains($0.index))
                }.map(\.index))
            parameters.addAdapters(targets)
            parameters.initialize(key: adapterKey) { $0.adaptedSlot != nil }
        }
        isFrozen.formUnion(try slots(arguments.freeze, key: "freeze", model))
        guard isFrozen.count < parameters.layout.slots.count else {
            throw TrainingError(
                "freeze: every parameter is frozen, so nothing is left to train; take a pattern out")
        }
        let factors = try learningRateFactors(arguments, learningRate: learningRate, model)
        parameters.rearrange { layout in
            layout.freeze { isFrozen.contains($0.index) }
            layout.setLearningRateFactors { factors[$0.index] }
        }
    }

    static func pattern(_ text: String, key: String) throws(TrainingError) -> NamePattern {
        do {
            return try NamePattern(text)
        } catch { throw TrainingError("\(key): \(error)") }
    }

    /// The slots that patterns name, those of modules to save also by what is tied to them. A slot that holds
    /// several matrices of a file must be named whole.
    static func slots(
        _ patterns: [String], key: String, _ model: any TrainableModel
    ) throws(TrainingError) -> Set<Int> {
        let copies = key == "modules_to_save" ? model.tiedTensors : []
        let tied = Dictionary(grouping: copies, by: \.original).mapValues { $0.map(\.copy) }
        var result: Set<Int> = []
        for text in patterns {
            let pattern = try pattern(text, key: key)
            let component = component(text, model)
            var isFound = false
            for slot in model.parameters.layout.slots {
                let named = slot.tensors.filter { tensor in
                    let names = [tensor.name] + (tied[tensor.name] ?? [])
                    return component.map { tensor.name.hasPrefix($0) }
                        ?? names.contains(where: pattern.matches(partsOf:))
                }
                guard !named.isEmpty else { continue }
                isFound = true
                if let missed = slot.tensors.first(where: { !named.contains($0) }) {
                    throw TrainingError(
                        "\(key): the pattern \"\(text)\" names \(named[0].name) but not \(missed.name), and both are "
                            + "stored as one matrix; name all of its parts, or none")
                }
                result.insert(slot.index)
            }
            guard isFound else {
                throw unmatched(
                    text, key: key, names: model.parameters.layout.slots.flatMap(\.tensors).map(\.name))
            }
        }
        return result
    }

    /// The prefix of the half of an encoder–decoder that a pattern names as a whole, such as `encoder` or
    /// `encoder.*`: what is called encoder within the decoder does not belong to it.
    private static func component(_ text: String, _ model: any TrainableModel) -> String? {
        guard model is any SequenceToSequenceModel else { return nil }
        return ["encoder", "decoder"].first { text == $0 || text == $0 + ".*" }.map { $0 + "." }
    }

    /// The error about a pattern that names nothing, with the nearest name.
    static func unmatched(_ text: String, key: String, names: [String]) -> TrainingError {
        var known: [String] = []
        var seen: Set<String> = []
        for name in names {
            let parts = name.split(separator: ".")
            for start in parts.indices {
                for end in start..<parts.count {
                    let run = parts[start...end].joined(separator: ".")
                    if seen.insert(run).inserted { known.append(run) }
                }
            }
        }
        let words = text.split(separator: ".").filter { !$0.contains { "*?[{".contains($0) } }
        let near =
            NearestName.suggestion(for: text, in: known)
            ?? NearestName.suggestion(for: words.joined(separator: "."), in: known)
        let advice = near.map { "did you mean \"\($0)\"?" } ?? "names are such as \(examples(names))"
        return TrainingError("\(key): the pattern \"\(text)\" names nothing in this model; \(advice)")
    }

    /// The first, the middle and the last name.
    private static func examples(_ names: [String]) -> String {
        guard let first = names.first, let last = names.last else { return "none" }
        return "\(first), \(names[names.count / 2]) and \(last)"
    }
}
