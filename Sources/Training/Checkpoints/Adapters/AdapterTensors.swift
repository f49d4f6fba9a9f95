// The tensors of an adapter's file by the names of the model's: PEFT's prefixes and wrappers taken off.

internal import Layers
internal import Models
internal import Safetensors
internal import Tensors

/// What adapter_model.safetensors holds, until it is read.
struct AdapterTensors {
    let files: SafetensorsCollection
    let path: String
    /// Names in the file by those of the model.
    private var fileNames: [String: String] = [:]

    init(_ directory: String) throws(CheckpointError) {
        path = directory + "/" + AdapterDirectory.weightsFile
        do { files = SafetensorsCollection(file: try SafetensorsFile(path: path)) } catch {
            throw CheckpointError(error)
        }
        for name in files.tensorNames {
            let bare = Self.bare(name)
            if let other = fileNames.updateValue(name, forKey: bare) {
                throw .tensorTwice(bare, names: [other, name], in: path)
            }
        }
    }

    /// A name without PEFT's prefix, and without that of a layer that PEFT has wrapped.
    private static func bare(_ name: String) -> String {
        let prefix = AdapterDirectory.prefix
        let name = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        return name.replacing(".base_layer.", with: ".")
    }

    func contains(_ name: String) -> Bool { fileNames[name] != nil }

    /// The name in the file of a tensor, which counts as read from then on.
    mutating func take(_ name: String) -> String? { fileNames.removeValue(forKey: name) }

    /// The tied tensor that the adapter changes without the one that it is tied to, or each in its own way.
    /// With `ensuresTying` those that the file brings stay tied; PEFT ties no others, such as GPT-2's.
    func untied(of model: any TrainableModel, ensuresTying: Bool) -> TiedTensor? {
        func isChanged(_ tensor: String) -> Bool {
            let module = Self.module(of: tensor)
            let isSaved = fileNames[tensor].map { !$0.contains(".base_layer.") } ?? false
            return isSaved || contains(module + ".lora_A.weight") || contains(module + ".lora_embedding_A")
        }
        return model.tiedTensors.first { tied in
            guard tied.copy.hasSuffix(".weight") else { return false }
            let isCopied = isChanged(tied.copy)
            return ensuresTying ? !isCopied && isChanged(tied.original) : isCopied || isChanged(tied.original)
        }
    }

    /// Leaves out what belongs to modules that are tied to others, which bring the same.
    mutating func dropCopies(of model: any TrainableModel) {
        for tied in model.tiedTensors {
            let start = Self.module(of: tied.copy) + "."
            for name in fileNames.keys where name.hasPrefix(start) { fileNames[name] = nil }
        }
    }

    /// The name of a tensor's module.
    static func module(of tensor: String) -> String {
        tensor.lastIndex(of: ".").map { String(tensor[..<$0]) } ?? tensor
    }

    /// Takes the biases of B (`lora_bias`): the tensors that they are added to, with their names in the file.
    mutating func takeAdapterBiases(of model: any TrainableModel) -> [(adapter: LoRAAdapter, name: String)] {
        model.parameters.adapters.values.joined().compactMap { adapter in
            take(adapter.module + ".lora_B.bias").map { (adapter, $0) }
        }
    }

    /// Fills the slots of `model` that the file has tensors for, and all of its adapters. Throws when one is
    /// missing, or has no place.
    func read(into model: any TrainableModel) throws(CheckpointError) {
        var left = fileNames
        var matches: [TensorAssignment.Match] = []
        var missing: [String] = []
        for slot in model.parameters.layout.slots {
            for tensor in slot.tensors {
                if let fileName = left.removeValue(forKey: tensor.name) {
                    matches.append(.init(slot: slot, tensor: tensor, fileName: fileName))
                } else if slot.adaptedSlot != nil {
                    missing.append(AdapterDirectory.prefix + tensor.name)
                }
            }
        }
        for tied in model.tiedTensors {
            // The weights under the adapter of a tied layer are those of the table; of tied biases one is
            // read.
            let isTwice = !tied.copy.hasSuffix(".weight") && contains(tied.original)
            if let name = left[tied.copy], isTwice || name.contains(".base_layer.") { left[tied.copy] = nil }
        }
        guard missing.isEmpty, left.isEmpty else {
            throw .adapterUnmatched(missing: missing, surplus: left.values.sorted(), in: path)
        }
        for match in matches {
            let shape = try files.checkpointShape(of: match.fileName)
            guard shape == match.tensor.shape else {
                throw .adapterUnmatched(
                    missing: ["\(match.fileName) of shape \(match.tensor.shape)"],
                    surplus: ["\(match.fileName) of shape \(shape)"], in: path)
            }
            try WeightReader(parameters: model.parameters).read(match, from: files)
        }
    }
}
