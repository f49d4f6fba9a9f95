// The output layer over a vocabulary with its loss, a chunk of rows at a time.

internal import Kernels
package import Tensors

/// logits = h·Wᵀ (+ b), W being its own or the table of a tied embedding.
package final class LMHead: Layer {
    package let vocabularySize: Int
    package let width: Int
    let weight: Int
    let isTied: Bool
    let bias: Int?
    /// Elements of the largest chunk of logits: 64 MB.
    private static let chunkElements = 1 << 24

    /// A head over the table of `embedding`, whose slot is reported by the embedding; `biasName` names the
    /// bias in the file, if there is one, or `constantBiasName` one that is never trained.
    package init(
        _ layout: inout ParameterLayout, tiedTo embedding: Embedding, biasName: String? = nil,
        constantBiasName: String? = nil
    ) {
        vocabularySize = embedding.count
        width = embedding.width
        weight = embedding.table
        layout.addOperand(weight)
        isTied = true
        bias =
            biasName.map { Self.addBias(&layout, $0, embedding.count) }
            ?? Self.addConstantBias(&layout, constantBiasName, embedding.count)
    }

    /// A head with weights of its own, `name.weight`.
    package init(
        _ layout: inout ParameterLayout, _ name: String, vocabularySize: Int, width: Int,
        standardDeviation: Float, biasName: String? = nil, constantBiasName: String? = nil
    ) {
        self.vocabularySize = vocabularySize
        self.width = width
        isTied = false
        weight = layout.add(
            name + ".weight", rows: vocabularySize, columns: width, hasWeightDecay: true,
            initialization: .normal(standardDeviation: standardDeviation),
            tensors: [CheckpointTensor(name: name + ".weight", shape: [vocabularySize, width])])
        layout.addOutputLayer(weight)
        bias =
            biasName.map { Self.addBias(&layout, $0, vocabularySize) }
            ?? Self.addConstantBias(&layout, constantBiasName, vocabularySize)
    }

    private static func addBias(_ layout: inout ParameterLayout, _ name: String, _ count: Int) -> Int {
        layout.add(
            name, rows: 1, columns: count, hasWeightDecay: false, initialization: .zeros,
            tensors: [CheckpointTensor(name: name, shape: [count])])
    }

    /// A bias `[1, count]` that belongs to no training, such as BART's `final_logits_bias`.
    private static func addConstantBias(
        _ layout: inout ParameterLayout, _ name: String?, _ count: Int
    ) -> Int? {
        guard let name else { return nil }
        let slot = layout.add(
            name, rows: 1, columns: count, hasWeightDecay: false, initialization: .zeros,
            tensors: [CheckpointTensor(name: name, shape: [1, count])])
        layout.addConstant(slot)
        return slot
    }

    /// Logits `[N, V]` of the rows `h [N, C]`.
    package func logits(_ h: Tensor, _ pass: Pass) -> Tensor {
        let logits = pass.workspace.tensor(rows: h.rows, columns: vocabularySize)
        project(h, into: logits, keys: nil, pass)
        return logits
    }

    /// `keys` are those of the rows, for dropout of an adapter's inputs.
    private func project(_ h: Tensor, into logits: Tensor, keys: RowRandomKeys?, _ pass: Pass) {
        pass.multiply(
            h, slot: weight, outputs: 0..<vocabularySize, bias: bias.map(pass.parameters.value), into: logits)
        for adapter in pass.parameters.adapters[weight] ?? [] {
            if isTied {
                adapter.forward(tied: h, addingTo: logits, pass)
            } else {
                adapter.forward(h, addingTo: logits, outputs: 0..<vocabularySize, keys: keys, pass)
            }
        }
    }

    /// The sum of the losses of the rows `h [N, C]` with their targets, and how many have their largest logit
    /// at the target. With `dh` it adds the gradients of `Σ losses · scale` to weights and bias, writes that
    /// of `h` into `dh`, which may be `h`, and reports its slots. Logits exist for a chunk of rows at a time.
    /// `tokens` are those of the batch that the rows belong to, all by default.
    package func lossSums(
        _ h: Tensor, targets: [Int32], scale: Double, labelSmoothing: Double, gradient dh: Tensor?,
        tokens: [Int32]? = nil, _ pass: Pass
    ) -> (loss: Double, correct: Int) {
        var (loss, correct) = (0.0, 0)
        let hasAdapters = pass.parameters.adapters[weight] != nil
        let all = hasAdapters ? tokens.map { RowRandomKeys(pass.tokenKeys, rows: $0) } : nil
        func keys(of rows: Range<Int>) -> RowRandomKeys? {
            all.map { RowRandomKeys($0, rows: rows.map { Int32($0) }) }
        }
        forEachChunk(h, keys: keys(of:), pass) { rows, logits in
            let dlogits = dh.map { $0.type == .float32 ? logits : like(logits, pass) }
            let sums = TokenCrossEntropy.run(
                logits, targets: Array(targets[rows]), labelSmoothing: labelSmoothing, scale: scale,
                gradient: dlogits)
            loss += sums.loss
            correct += sums.correct
            if let dh, let dlogits {
                differentiate(dlogits, h.rows(rows), into: dh.rows(rows), keys: keys(of: rows), pass)
            }
        }
        if dh != nil {
            if let bias { pass.markReady(bias) }
            if !isTied {
                for adapter in pass.parameters.adapters[weight] ?? [] { adapter.finishBackward(pass) }
                pass.markReady(weight)
            }
        }
        return (loss, correct)
    }

    /// The loss of each row of `h [N, C]` with its target, and whether its largest logit is there; without a
    /// backward pass.
    package func losses(
        _ h: Tensor, targets: [Int32], _ pass: Pass
    ) -> (losses: [Double], isCorrect: [Bool]) {
        var (losses, isCorrect): ([Double], [Bool]) = ([], [])
        forEachChunk(h, pass) { rows, logits in
            let found = TokenCrossEntropy.rows(logits, targets: Array(targets[rows]), labelSmoothing: 0)
            losses += found.losses
            isCorrect += found.isCorrect
        }
        return (losses, isCorrect)
    }

    /// Rows of the largest chunk of logits.
    package static func chunkRows(_ vocabularySize: Int) -> Int {
        max(32, min(512, chunkElements / vocabularySize / 16 * 16))
    }

    /// Gives `body` the logits of a chunk of the rows of `h` at a time.
    private func forEachChunk(
        _ h: Tensor, keys: ((Range<Int>) -> RowRandomKeys?)? = nil, _ pass: Pass,
        _ body: (Range<Int>, Tensor) -> Void
    ) {
        let chunk = Self.chunkRows(vocabularySize)
        for start in stride(from: 0, to: h.rows, by: chunk) {
            let rows = start..<min(start + chunk, h.rows)
            pass.temporarily {
                let logits = pass.workspace.tensor(rows: rows.count, columns: vocabularySize)
                project(h.rows(rows), into: logits, keys: keys?(rows), pass)
                body(rows, logits)
            }
        }
    }

    /// The logits' gradient in the pass's format.
    private func like(_ logits: Tensor, _ pass: Pass) -> Tensor {
        pass.activation(rows: logits.rows, columns: logits.columns)
    }

    private func differentiate(
        _ dlogits: Tensor, _ h: Tensor, into dh: Tensor, keys: RowRandomKeys?, _ pass: Pass
    ) {
        let parameters = pass.parameters
        if parameters.isTrainable(weight) {
            let (gradient, isAdded) = parameters.gradientForProduct(weight)
            MatrixProduct.run(dlogits, transposingA: true, h, into: gradient, accumulating: isAdded)
        }
        if let bias, parameters.isTrainable(bias) {
            Elementwise.addColumnSums(of: dlogits, to: parameters.gradient(bias))
        }
        guard let adapters = parameters.adapters[weight] else {
            return MatrixProduct.run(dlogits, parameters.operand(weight), into: dh)
        }
        // `dh` may be `h`, which the adapters' gradients need.
        pass.temporarily {
            let sum = pass.workspace.tensor(rows: dh.rows, columns: dh.columns, type: dh.type)
            MatrixProduct.run(dlogits, parameters.operand(weight), into: sum)
            for adapter in adapters {
                if isTied {
                    adapter.backward(tiedGradient: dlogits, input: h, addingTo: sum, pass)
                } else {
                    adapter.backward(
                        gradient: dlogits, input: h, addingTo: sum, outputs: 0..<vocabularySize, keys: keys,
                        pass)
                }
            }
            dh.copy(from: sum)
        }
    }
}
