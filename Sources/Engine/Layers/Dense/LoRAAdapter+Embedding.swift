// Low-rank adaptation of a table of embeddings, also where an output layer is tied to it, as PEFT has it.

internal import Kernels
internal import Tensors

extension ParameterSlot {
    /// Whether a low-rank adapter can be added to it.
    package var takesAdapter: Bool { isLinear || isTable || isOutputLayer }
}

/// out += s · A[ids]·Bᵀ with A `[count, r]`, whose rows are looked up, and B `[width, r]`; the inputs are
/// ids, and there is no dropout. Files hold A as `lora_embedding_A [r, count]`. An output layer that is tied
/// to the table adds s · (h·B)·Aᵀ to its logits: the table is one, W + s·A·Bᵀ, wherever it is read.
extension LoRAAdapter {
    /// Adds the slots of A, which starts as zeros, and of B, normal as PyTorch starts embeddings.
    static func addEmbeddingSlots(
        _ layout: inout ParameterLayout, _ module: String, _ weight: ParameterSlot, _ options: LoRAOptions
    ) -> (down: Int, up: Int) {
        func add(_ name: String, _ rows: Int, isTransposed: Bool, _ start: ParameterInitialization) -> Int {
            let rank = options.rank
            let tensor = CheckpointTensor(
                name: "\(module).\(name)", shape: isTransposed ? [rank, rows] : [rows, rank],
                isTransposed: isTransposed)
            return layout.add(
                tensor.name, rows: rows, columns: rank, hasWeightDecay: true, initialization: start,
                tensors: [tensor], adaptedSlot: weight.index)
        }
        return (
            add("lora_embedding_A", weight.rows, isTransposed: true, .zeros),
            add("lora_embedding_B", weight.columns, isTransposed: false, .normal(standardDeviation: 1))
        )
    }

    /// Adds to `out [T, width]`, which holds the rows `ids` of the table.
    func forward(ids: [Int32], addingTo out: Tensor, _ pass: Pass) {
        pass.temporarily {
            pass.multiply(lookedUp(ids, pass), pass.parameters.operand(up), into: out, accumulating: true)
        }
    }

    /// Adds the gradients of A and B. `dy` is that of the rows `ids`; the row of A for the padding id gets
    /// none.
    func backward(gradient dy: Tensor, ids: [Int32], padding: Int32?, _ pass: Pass) {
        let parameters = pass.parameters
        pass.temporarily {
            let dy = operand(pass.converted(dy), pass)
            addProduct(
                dy, lookedUp(ids, pass), toGradientOf: up, rows: 0..<parameters.layout.slots[up].rows,
                parameters)
            guard parameters.isTrainable(down) else { return }
            let dh = pass.activation(rows: dy.rows, columns: options.rank)
            product(dy, parameters.operand(up), transposing: false, into: dh)
            for (row, id) in ids.enumerated() where id == padding { dh.rows(row..<row + 1).clear() }
            EmbeddingTable.scatterAdd(dh, ids: ids, to: parameters.gradient(down))
        }
    }

    /// s · A[ids] in the pass's format.
    private func lookedUp(_ ids: [Int32], _ pass: Pass) -> Tensor {
        let rows = pass.workspace.tensor(rows: ids.count, columns: options.rank)
        EmbeddingTable.gather(pass.parameters.value(down), ids: ids, into: rows)
        Elementwise.scale(rows, by: Float(options.scale))
        return pass.converted(rows)
    }

    /// Adds to the logits `[N, count]` of an output layer that is tied to the table and reads `h [N, width]`.
    func forward(tied h: Tensor, addingTo logits: Tensor, _ pass: Pass) {
        pass.temporarily {
            pass.multiply(
                tiedHidden(h, pass), pass.parameters.operand(down), into: logits, accumulating: true)
        }
    }

    /// Adds the gradients of A and B and that of `h` to `dh`; `dlogits` is in the pass's format.
    func backward(tiedGradient dlogits: Tensor, input h: Tensor, addingTo dh: Tensor, _ pass: Pass) {
        let parameters = pass.parameters
        pass.temporarily {
            addProduct(
                dlogits, tiedHidden(h, pass), toGradientOf: down,
                rows: 0..<parameters.layout.slots[down].rows, parameters)
            let du = pass.activation(rows: h.rows, columns: options.rank)
            product(dlogits, parameters.operand(down), transposing: false, into: du)
            addProduct(
                h, du, toGradientOf: up, rows: 0..<parameters.layout.slots[up].rows, parameters)
            MatrixProduct.run(du, parameters.operand(up), transposingB: true, into: dh, accumulating: true)
        }
    }

    /// s · h·B, `[N, r]`.
    private func tiedHidden(_ h: Tensor, _ pass: Pass) -> Tensor {
        let u = pass.activation(rows: h.rows, columns: options.rank)
        product(h, pass.parameters.operand(up), transposing: false, into: u)
        return u
    }

    /// W += s·A·Bᵀ.
    func mergeEmbedding(into parameters: ParameterStore) {
        let a = parameters.value(down)
        let scaled = Tensor(rows: a.rows, columns: a.columns)
        scaled.copy(from: a)
        Elementwise.scale(scaled, by: Float(options.scale))
        MatrixProduct.run(
            scaled, parameters.value(up), transposingB: true, into: parameters.value(weight),
            accumulating: true)
    }
}
