// Low-rank adaptation of a dense layer (Hu et al. 2021), with PEFT's names and scaling.

internal import Kernels
internal import Tensors

/// How low-rank adapters are shaped, with the names of PEFT's LoraConfig.
package struct LoRAOptions: Sendable, Equatable {
    /// `r`: the rank of the product B·A.
    package var rank: Int
    /// `lora_alpha`.
    package var alpha: Double
    /// `lora_dropout`: of the adapter's input, 0 ≤ p < 1.
    package var dropout: Double
    /// `use_rslora`: the scale is alpha/√r instead of alpha/r (Kalajdzievski 2023).
    package var usesRankStabilizedScale: Bool

    package init(rank: Int, alpha: Double = 8, dropout: Double = 0, usesRankStabilizedScale: Bool = false) {
        self.rank = rank
        self.alpha = alpha
        self.dropout = dropout
        self.usesRankStabilizedScale = usesRankStabilizedScale
    }

    /// What the product is multiplied by.
    package var scale: Double {
        alpha / (usesRankStabilizedScale ? Double(rank).squareRoot() : Double(rank))
    }
}

/// y += s · dropout(x)·Aᵀ·Bᵀ with A `[r, inputs]` and B `[outputs, r]`, for a dense layer, a part of a fused
/// one, or an output layer. Of a table of embeddings see `LoRAAdapter+Embedding.swift`.
package final class LoRAAdapter: Layer {
    /// Name of the adapted module in the checkpoint file, for example
    /// `bert.encoder.layer.0.attention.self.query`.
    package let module: String
    /// The slot of the weight that is adapted.
    package let weight: Int
    /// The outputs of the weight that are adapted: all, or those of one part of a fused matrix.
    package let outputs: Range<Int>
    /// Whether it adapts rows that are looked up by id.
    package let isEmbedding: Bool
    /// Slot of A, `lora_A`.
    package let down: Int
    /// Slot of B, `lora_B`.
    package let up: Int
    package let options: LoRAOptions
    /// s · x·Aᵀ of the last training pass and the input that it belongs to. Its memory lives as long as the
    /// adapter: layers decide for themselves when what they took from the workspace goes back.
    private var kept: (x: Tensor, h: Tensor)?
    private var keptMemory = Storage(byteCount: 0)

    /// Adds the slots of A and B for `part`, a tensor that fills `weight` or some of its rows.
    init(
        _ layout: inout ParameterLayout, weight: ParameterSlot, part: CheckpointTensor,
        options: LoRAOptions
    ) {
        precondition(weight.takesAdapter, "\(weight.name) is not the weight of a layer that takes adapters")
        let module = Self.module(of: part)
        self.module = module
        self.weight = weight.index
        self.options = options
        isEmbedding = weight.isTable
        let inputs = weight.columns
        outputs = part.offset / inputs..<(part.offset + part.count) / inputs
        if weight.isTable {
            (down, up) = Self.addEmbeddingSlots(&layout, module, weight, options)
            return
        }
        func add(_ name: String, _ rows: Int, _ columns: Int, _ start: ParameterInitialization) -> Int {
            let full = "\(module).\(name).weight"
            return layout.add(
                full, rows: rows, columns: columns, hasWeightDecay: true, initialization: start,
                tensors: [CheckpointTensor(name: full, shape: [rows, columns])],
                adaptedSlot: weight.index)
        }
        // PyTorch's kaiming_uniform with a = √5, as PEFT starts A.
        let bound = 1 / Float(inputs).squareRoot()
        down = add("lora_A", options.rank, inputs, .uniform(bound: bound))
        up = add("lora_B", outputs.count, options.rank, .zeros)
    }

    /// The module that a tensor of a checkpoint file belongs to: its name without `.weight`.
    package static func module(of part: CheckpointTensor) -> String {
        part.name.hasSuffix(".weight") ? String(part.name.dropLast(7)) : part.name
    }

    /// Adds to `y`, which holds the outputs in `range`. `keys` are those of the rows of `x` where the pass
    /// cannot tell them.
    func forward(
        _ x: Tensor, addingTo y: Tensor, outputs range: Range<Int>, keys: RowRandomKeys? = nil, _ pass: Pass
    ) {
        guard let common = common(with: range) else { return }
        pass.temporarily {
            let h = memory(for: x, pass)
            pass.multiply(
                dropped(x, keys, pass), pass.parameters.operand(down), scale: Float(options.scale), into: h)
            pass.multiply(
                h, pass.parameters.operand(up).rows(common.rows), into: y.columns(common.columns),
                accumulating: true)
        }
    }

    /// Adds the gradients of A and B and, if wanted, that of `x` to `dx`. `dy` is the gradient of the outputs
    /// in `range`.
    func backward(
        gradient dy: Tensor, input x: Tensor, addingTo dx: Tensor?, outputs range: Range<Int>,
        keys: RowRandomKeys? = nil, _ pass: Pass
    ) {
        guard let common = common(with: range) else { return }
        let parameters = pass.parameters
        pass.temporarily {
            let part = operand(dy.columns(common.columns), pass)
            let input = dropped(x, keys, pass)
            let h = hidden(of: x, dropped: input, pass)
            addProduct(part, h, toGradientOf: up, rows: common.rows, parameters)
            let dh = pass.activation(rows: dy.rows, columns: options.rank)
            product(part, parameters.operand(up).rows(common.rows), transposing: false, into: dh)
            addProduct(dh, input, toGradientOf: down, rows: 0..<options.rank, parameters)
            if let dx { add(dh, to: dx, keys, pass) }
        }
    }

    /// dx += dropout(dh·A).
    private func add(_ dh: Tensor, to dx: Tensor, _ keys: RowRandomKeys?, _ pass: Pass) {
        let dropout = dropout(pass)
        guard !dropout.isIdentity else {
            return MatrixProduct.run(dh, pass.parameters.operand(down), into: dx, accumulating: true)
        }
        let dinput = pass.workspace.tensor(rows: dx.rows, columns: dx.columns)
        MatrixProduct.run(dh, pass.parameters.operand(down), into: dinput)
        dropout.add(dinput, keys: keys ?? pass.keys(of: dx), to: dx)
    }

    /// out = s · x·W, or s · x·Wᵀ.
    func product(_ x: Tensor, _ w: Tensor, transposing: Bool, into out: Tensor) {
        MatrixProduct.run(x, w, transposingB: transposing, scale: Float(options.scale), into: out)
    }

    /// Adds aᵀ·b to `rows` of the gradient of a slot, or writes it when it covers all and nothing of this
    /// step is there.
    func addProduct(
        _ a: Tensor, _ b: Tensor, toGradientOf slot: Int, rows: Range<Int>, _ parameters: ParameterStore
    ) {
        guard parameters.isTrainable(slot) else { return }
        if rows.count < parameters.layout.slots[slot].rows {
            return MatrixProduct.run(
                a, transposingA: true, b, into: parameters.gradient(slot).rows(rows), accumulating: true)
        }
        let (gradient, isAdded) = parameters.gradientForProduct(slot)
        MatrixProduct.run(a, transposingA: true, b, into: gradient, accumulating: isAdded)
    }

    /// `part` of an activation for two products: without gaps between its rows in bfloat16, for which
    /// oneDNN's fastest kernels take nothing else. In float32 the copy costs what it brings.
    func operand(_ part: Tensor, _ pass: Pass) -> Tensor {
        guard part.type == .bfloat16, !part.isContiguous else { return part }
        let copy = pass.workspace.tensor(rows: part.rows, columns: part.columns, type: part.type)
        Conversion.copyRows(part, to: copy)
        return copy
    }

    /// Says that the gradients of this pass are complete.
    func finishBackward(_ pass: Pass) {
        pass.markReady(up)
        pass.markReady(down)
    }

    /// W += s·B·A.
    func merge(into parameters: ParameterStore) {
        guard !isEmbedding else { return mergeEmbedding(into: parameters) }
        let scaled = Tensor(rows: outputs.count, columns: options.rank)
        scaled.copy(from: parameters.value(up))
        Elementwise.scale(scaled, by: Float(options.scale))
        MatrixProduct.run(
            scaled, parameters.value(down), into: parameters.value(weight).rows(outputs), accumulating: true)
    }

    /// The adapted outputs in `range`: where they stand there, and their rows of B; nil if there are none.
    private func common(with range: Range<Int>) -> (columns: Range<Int>, rows: Range<Int>)? {
        guard range.overlaps(outputs) else { return nil }
        let common = range.clamped(to: outputs)
        return (
            common.lowerBound - range.lowerBound..<common.upperBound - range.lowerBound,
            common.lowerBound - outputs.lowerBound..<common.upperBound - outputs.lowerBound
        )
    }

    /// Memory for s · x·Aᵀ, `[T, r]`: of this adapter when the backward pass will read it, and blocks do not
    /// compute again to save memory.
    private func memory(for x: Tensor, _ pass: Pass) -> Tensor {
        kept = nil
        guard pass.isTraining, !pass.recomputesActivations else {
            return pass.activation(rows: x.rows, columns: options.rank)
        }
        let (rows, rank) = (x.rows, options.rank)
        let spareRows = MatrixProduct.roundedRows(rows) - rows
        let byteCount = (rows + spareRows) * rank * pass.activationType.byteCount
        if keptMemory.byteCount < byteCount { keptMemory = Storage(byteCount: byteCount + byteCount / 2) }
        let h = Tensor(
            keptMemory, rows: rows, columns: rank, type: pass.activationType, spareRows: spareRows)
        kept = (x, h)
        return h
    }

    /// What the forward pass computed from `x`, or the same anew.
    private func hidden(of x: Tensor, dropped input: Tensor, _ pass: Pass) -> Tensor {
        if let kept, kept.x.storage === x.storage, kept.x.offset == x.offset, kept.x.rows == x.rows {
            return kept.h
        }
        let h = pass.activation(rows: x.rows, columns: options.rank)
        product(input, pass.parameters.operand(down), transposing: true, into: h)
        return h
    }

    private func dropped(_ x: Tensor, _ keys: RowRandomKeys?, _ pass: Pass) -> Tensor {
        let dropout = dropout(pass)
        guard !dropout.isIdentity else { return x }
        let copy = pass.workspace.tensor(rows: x.rows, columns: x.columns, type: x.type)
        dropout.apply(to: x, keys: keys ?? pass.keys(of: x), into: copy)
        return copy
    }

    private func dropout(_ pass: Pass) -> Dropout {
        pass.dropout(module + ".lora", probability: Float(options.dropout))
    }
}
