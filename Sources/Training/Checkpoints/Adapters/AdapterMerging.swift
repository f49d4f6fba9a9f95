// How an adapter changes a model beyond W + s·B·A: biases, embeddings of some tokens, and what OLoRA takes
// off.

internal import Layers
internal import Models
internal import Safetensors
internal import Tensors

/// The changes of one adapter to one model.
struct AdapterMerging {
    let model: any TrainableModel
    let configuration: AdapterConfiguration
    /// The adapter's file, for errors.
    let path: String

    private var parameters: ParameterStore { model.parameters }

    /// Adds an adapter to each module that `tensors` has one for.
    func addAdapters(_ tensors: AdapterTensors) throws(CheckpointError) {
        var wanted: [(slot: Int, tensor: CheckpointTensor, options: LoRAOptions)] = []
        for slot in parameters.layout.slots where slot.takesAdapter {
            for tensor in slot.tensors {
                let module = LoRAAdapter.module(of: tensor)
                let name = module + (slot.isTable ? ".lora_embedding_A" : ".lora_A.weight")
                guard tensors.contains(name) else { continue }
                do {
                    let options = try configuration.patterns.options(configuration.options, for: module)
                    wanted.append((slot.index, tensor, options))
                } catch {
                    throw .badConfiguration(
                        "rank_pattern or alpha_pattern", found: error.description,
                        expected: "regular expressions", in: path)
                }
            }
        }
        parameters.addAdapters(wanted)
    }

    /// Adds s times the biases of B to those of the layers.
    func add(
        _ biases: [(adapter: LoRAAdapter, name: String)], from tensors: AdapterTensors
    ) throws(CheckpointError) {
        for (adapter, name) in biases {
            let place = parameters.layout.slots.lazy.flatMap { slot in slot.tensors.map { (slot, $0) } }
                .first { $0.1.name == adapter.module + ".bias" }
            guard let (slot, tensor) = place, tensor.count == adapter.outputs.count else {
                throw .adapterUnmatched(missing: [], surplus: [name], in: path)
            }
            let values = Tensor(rows: 1, columns: tensor.count)
            try read(name, into: values, shape: [tensor.count], from: tensors)
            let target = WeightReader.place(tensor, of: slot, in: parameters)
            for column in 0..<tensor.count {
                target[0, column] += Float(adapter.options.scale) * values[0, column]
            }
        }
    }

    /// Writes the embeddings that the adapter brings for single tokens over the table's.
    func replaceTokens(_ tensors: inout AdapterTensors) throws(CheckpointError) {
        let tables = parameters.layout.slots.filter(\.isTable)
        for slot in tables {
            let module = LoRAAdapter.module(of: slot.tensors[0])
            guard let name = tensors.take(module + ".token_adapter.trainable_tokens_delta") else { continue }
            let ids = configuration.tokenIDs
            guard ids.allSatisfy({ $0 < slot.rows }) else {
                throw .adapterUnmatched(
                    missing: [], surplus: ["\(name) of token \(ids.max() ?? 0)"], in: path)
            }
            let values = Tensor(rows: ids.count, columns: slot.columns)
            try read(name, into: values, shape: [ids.count, slot.columns], from: tensors)
            let table = parameters.value(slot.index)
            for (row, id) in ids.enumerated() {
                table.rows(id..<id + 1).copy(from: values.rows(row..<row + 1))
            }
        }
    }

    private func read(
        _ name: String, into values: Tensor, shape: [Int], from tensors: AdapterTensors
    ) throws(CheckpointError) {
        let found = try tensors.files.checkpointShape(of: name)
        guard found == shape else {
            throw .adapterUnmatched(
                missing: ["\(name) of shape \(shape)"], surplus: ["\(name) of shape \(found)"], in: path)
        }
        do { try tensors.files.read(name, into: values) } catch { throw CheckpointError(error) }
    }

    /// What PEFT takes off the weights when it starts an adapter: with OLoRA s·Q·R of the first r columns of
    /// Q and rows of R, which is s times the projection of W on its first r columns.
    func takeOffStart() throws(CheckpointError) {
        guard configuration.start == .orthonormal else { return }
        for adapter in parameters.adapters.values.joined() {
            let slot = parameters.layout.slots[adapter.weight]
            guard !adapter.isEmbedding, !slot.tensors.contains(where: \.isTransposed),
                adapter.options.rank <= min(adapter.outputs.count, slot.columns)
            else {
                throw .badConfiguration(
                    "init_lora_weights", found: "\"olora\"",
                    expected: "another start for \(adapter.module), which PEFT cannot start so", in: path)
            }
            let weight = parameters.value(adapter.weight).rows(adapter.outputs)
            Self.takeOff(projectionOnFirst: adapter.options.rank, scale: adapter.options.scale, from: weight)
        }
    }

    /// W −= s·Q·Qᵀ·W, Q being an orthonormal basis of the first `count` columns of W. In double precision.
    private static func takeOff(projectionOnFirst count: Int, scale: Double, from weight: Tensor) {
        func column(_ index: Int) -> [Double] { (0..<weight.rows).map { Double(weight[$0, index]) } }
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        var basis: [[Double]] = []
        for index in 0..<count {
            var vector = column(index)
            // Twice, because one pass leaves what rounding makes of nearly parallel columns.
            for _ in 0..<2 {
                for other in basis {
                    let share = dot(other, vector)
                    for row in vector.indices { vector[row] -= share * other[row] }
                }
            }
            let norm = dot(vector, vector).squareRoot()
            if norm > 0 { basis.append(vector.map { $0 / norm }) }
        }
        for index in 0..<weight.columns {
            let old = column(index)
            var new = old
            for vector in basis {
                let share = scale * dot(vector, old)
                for row in new.indices { new[row] -= share * vector[row] }
            }
            for row in new.indices { weight[row, index] = Float(new[row]) }
        }
    }
}
