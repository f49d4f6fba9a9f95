// The gradient checks of low-rank adapters of embeddings and output layers, the tied table among them.

import Kernels
import Layers
import Tensors

private let width = 6
private let tokens = 9

let vocabularyAdapterChecks: [GradientCheck] = tableChecks + outputChecks + [tiedCheck]

/// An adapter of rank 2 on the first slot, with values for all of its parameters.
private func addAdapter(_ store: ParameterStore, dropout: Double = 0) {
    store.addAdapters(
        [(slot: 0, tensor: store.layout.slots[0].tensors[0])],
        LoRAOptions(rank: 2, alpha: 3, dropout: dropout))
    for slot in store.layout.slots where slot.adaptedSlot != nil {
        store.value(slot.index).copy(
            from: randomTensor(slot.rows, slot.columns, seed: 500 + UInt64(slot.index), scale: 0.5))
    }
}

private let tableChecks = [nil, 2].map { (padding: Int?) in
    GradientCheck(
        layer: name(of: Embedding.self), variant: "adapter, \(padding.map { "padding id \($0)" } ?? "")",
        inputs: [],
        build: { layout in
            let layer = Embedding(
                &layout, "table", count: 8, width: width, standardDeviation: 1, paddingID: padding)
            return CheckedLayer(
                forward: { _, pass in
                    let out = pass.workspace.tensor(rows: tokens, columns: width)
                    Embedding.forwardSum([(table: layer, ids: pass.batch.tokens)], pass, into: out)
                    return out
                },
                backward: { dy, _, pass in layer.backward(gradient: dy, pass.batch.tokens, pass) })
        }, prepare: { addAdapter($0) },
        frozen: padding.map {
            [
                "table.weight": $0 * width..<($0 + 1) * width,
                "table.lora_embedding_A": $0 * 2..<($0 + 1) * 2,
            ]
        } ?? [:])
}

/// The loss of an output layer, which is its functional, and its gradient for `x`.
private func loss(_ layer: LMHead, _ x: Tensor, _ pass: Pass, scale: Double, gradient: Tensor?) -> Double {
    layer.lossSums(
        x, targets: pass.batch.tokens, scale: scale, labelSmoothing: 0, gradient: gradient,
        tokens: (0..<Int32(tokens)).map { $0 }, pass
    ).loss
}

private let outputChecks = [0.0, 0.3].map { (dropout: Double) in
    GradientCheck(
        layer: name(of: LMHead.self), variant: "adapter, dropout \(dropout)", inputs: [[tokens, width]],
        build: { layout in
            let layer = LMHead(
                &layout, "head", vocabularySize: 7, width: width, standardDeviation: 1, biasName: "bias")
            let saved = SavedInput()
            return CheckedLayer(
                forward: { inputs, pass in
                    saved.x = inputs[0]
                    let out = pass.workspace.tensor(rows: 1, columns: 1)
                    out[0, 0] = Float(loss(layer, inputs[0], pass, scale: 1, gradient: nil))
                    return out
                },
                backward: { dy, gradients, pass in
                    guard let x = saved.x else { return }
                    _ = loss(layer, x, pass, scale: Double(dy[0, 0]), gradient: gradients[0])
                })
        }, prepare: { addAdapter($0, dropout: dropout) })
}

/// Embeddings straight into the output layer that is tied to them: one adapter, read in both places.
private let tiedCheck = GradientCheck(
    layer: name(of: LMHead.self), variant: "tied, adapter of the table", inputs: [],
    build: { layout in
        let table = Embedding(&layout, "table", count: 8, width: width, standardDeviation: 1)
        let layer = LMHead(&layout, tiedTo: table)
        func embedded(_ pass: Pass) -> Tensor {
            let x = pass.workspace.tensor(rows: tokens, columns: width)
            table.forward(pass.batch.tokens, pass, into: x)
            return x
        }
        return CheckedLayer(
            forward: { _, pass in
                let out = pass.workspace.tensor(rows: 1, columns: 1)
                out[0, 0] = Float(loss(layer, embedded(pass), pass, scale: 1, gradient: nil))
                return out
            },
            backward: { dy, _, pass in
                let x = embedded(pass)
                // The gradient may take the place of the input.
                _ = loss(layer, x, pass, scale: Double(dy[0, 0]), gradient: x)
                table.backward(gradient: x, pass.batch.tokens, pass)
            })
    }, prepare: { addAdapter($0) })
