// Which tensor of a file fills which part of a model: by name, strictly.

internal import Layers
internal import Models
internal import Safetensors

/// A match of a file's tensor names with those that a model's slots want.
struct TensorAssignment {
    /// A tensor of the file and the place that it fills.
    struct Match {
        let slot: ParameterSlot
        let tensor: CheckpointTensor
        /// Its name in the file, which may be an old or a bare one.
        let fileName: String
    }

    /// In the order of the slots.
    private(set) var matches: [Match] = []
    /// Tensors of slots that the file does not have.
    private(set) var missing: [(slot: ParameterSlot, tensor: CheckpointTensor)] = []
    /// Names in the file for which the model has no slot.
    private(set) var surplus: [String] = []
    /// Names in the file that the model allows to leave unread.
    private(set) var ignored: [String] = []
    /// Those of the ignored ones that the model has under another name as long as they equal it.
    private(set) var copies: [(tied: TiedTensor, fileName: String)] = []

    /// Matches `names` with and without the encoder's prefix, and with the old names of LayerNorm's
    /// parameters. `path` is named in the error about two tensors for one place.
    init(_ model: any TrainableModel, names: [String], path: String) throws(CheckpointError) {
        try self.init(
            slots: model.parameters.layout.slots.filter { $0.adaptedSlot == nil }, tied: model.tiedTensors,
            names: names, path: path, places: { [$0, model.encoderPrefix + $0] },
            mayIgnore: model.mayIgnore(tensor:))
    }

    /// Matches `names` with the tensors of `slots`; `places` lists the names that a name in the file may
    /// stand for, the likeliest first.
    init(
        slots: [ParameterSlot], tied: [TiedTensor], names: [String], path: String,
        places: (String) -> [String], mayIgnore: (String) -> Bool
    ) throws(CheckpointError) {
        let wanted = Set(slots.flatMap { $0.tensors.map(\.name) })
        var found: [String: String] = [:]
        for name in names {
            let places = places(Self.modern(name))
            guard let target = places.first(where: wanted.contains) else {
                if mayIgnore(name) { ignored.append(name) } else { surplus.append(name) }
                if let copy = tied.first(where: { places.contains($0.copy) }) { copies.append((copy, name)) }
                continue
            }
            if let other = found.updateValue(name, forKey: target) {
                throw .tensorTwice(target, names: [other, name], in: path)
            }
        }
        for slot in slots {
            for tensor in slot.tensors {
                if let fileName = found[tensor.name] {
                    matches.append(Match(slot: slot, tensor: tensor, fileName: fileName))
                } else {
                    missing.append((slot, tensor))
                }
            }
        }
    }

    /// TensorFlow's `gamma` and `beta` became `weight` and `bias`; old files still have them.
    private static func modern(_ name: String) -> String {
        for (old, new) in [("gamma", "weight"), ("beta", "bias")] where name.hasSuffix("LayerNorm." + old) {
            return name.dropLast(old.count) + new
        }
        return name
    }

    /// Throws unless every slot outside `fresh` is filled and every tensor of the file has a place.
    func requireComplete(except fresh: Set<Int>, path: String) throws(CheckpointError) {
        let lost = missing.filter { !fresh.contains($0.slot.index) }.map(\.tensor.name)
        guard lost.isEmpty, surplus.isEmpty else {
            throw .unmatched(missing: lost, surplus: surplus, in: path)
        }
    }

    /// Throws unless the tensors outside `fresh` have the shapes of their places.
    func requireShapes(
        of files: SafetensorsCollection, except fresh: Set<Int>, path: String
    ) throws(CheckpointError) {
        var wrong: [String] = []
        for match in matches where !fresh.contains(match.slot.index) {
            let shape = try files.checkpointShape(of: match.fileName)
            if shape != match.tensor.shape {
                wrong.append("\(match.fileName) expected shape \(match.tensor.shape), found \(shape)")
            }
        }
        guard wrong.isEmpty else { throw .wrongShapes(wrong, in: path) }
    }
}

extension SafetensorsCollection {
    static func weights(in directory: String) throws(CheckpointError) -> SafetensorsCollection {
        do {
            return try open(directory: directory)
        } catch { throw CheckpointError(error) }
    }

    func checkpointShape(of name: String) throws(CheckpointError) -> [Int] {
        do {
            return try shape(of: name)
        } catch { throw CheckpointError(error) }
    }

    /// The file that holds a tensor, for messages.
    func path(of name: String) -> String {
        files.first { $0.contains(name) }?.path ?? files.map(\.path).joined(separator: ", ")
    }
}
