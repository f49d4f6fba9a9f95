// The table of gradient checks: at least one entry for every type that conforms to `Layer`.

import Kernels
import Layers
import Tensors

/// The name of a type that conforms to `Layer`.
func name<Checked: Layer>(of type: Checked.Type) -> String { "\(type)" }

/// Width of the checked layers.
private let width = 6
private let tokens = 9
private let sequences = 3

let gradientChecks: [GradientCheck] =
    linearChecks + adapterChecks + tableChecks + normChecks + attentionChecks + feedForwardChecks
    + blockChecks + decoderChecks + encoderChecks + imageChecks + vocabularyAdapterChecks
    + pretrainedWriterChecks

private let linearChecks = [nil, 2..<7].map { (range: Range<Int>?) in
    GradientCheck(
        layer: name(of: Linear.self), variant: range.map { "outputs \($0)" } ?? "",
        inputs: [[tokens, width]],
        build: { layout in
            let layer = Linear(&layout, "linear", inputs: width, outputs: 7, standardDeviation: 1)
            let saved = SavedInput()
            return CheckedLayer(
                forward: { inputs, pass in
                    saved.x = inputs[0]
                    return layer.forward(inputs[0], pass, outputs: range)
                },
                backward: { dy, gradients, pass in
                    guard let x = saved.x else { return }
                    layer.backward(gradient: dy, input: x, pass, into: gradients[0], outputs: range)
                    layer.finishBackward(pass)
                })
        })
}

/// The whole of a dense layer, one part of a fused one, and a part beside outputs that are not computed.
private let adapterChecks = [
    (["a"], nil, Float(0)), (["a"], nil, 0.3), (["a", "b", "c"], nil, 0), (["a", "b", "c"], 2..<6, 0.3),
].map { (parts: [String], range: Range<Int>?, dropout: Float) in
    GradientCheck(
        layer: name(of: LoRAAdapter.self),
        variant: "\(parts.count) parts, outputs \(range.map { "\($0)" } ?? "all"), dropout \(dropout)",
        inputs: [[tokens, width]],
        build: { layout in
            let layer = Linear(
                &layout, "linear", inputs: width, outputs: 6, standardDeviation: 1, parts: parts)
            let saved = SavedInput()
            return CheckedLayer(
                forward: { inputs, pass in
                    saved.x = inputs[0]
                    return layer.forward(inputs[0], pass, outputs: range)
                },
                backward: { dy, gradients, pass in
                    guard let x = saved.x else { return }
                    layer.backward(gradient: dy, input: x, pass, into: gradients[0], outputs: range)
                    layer.finishBackward(pass)
                })
        },
        prepare: { store in
            // Two adapters of a fused layer lie inside the computed outputs, the first part stays without.
            let tensors = store.layout.slots[0].tensors
            store.addAdapters(
                tensors.suffix(max(1, tensors.count - 1)).map { (slot: 0, tensor: $0) },
                LoRAOptions(rank: 2, alpha: 3, dropout: Double(dropout)))
            for slot in store.layout.slots where slot.adaptedSlot != nil {
                store.value(slot.index).copy(
                    from: randomTensor(slot.rows, slot.columns, seed: 400 + UInt64(slot.index), scale: 0.5))
            }
        })
}

/// The input of a forward pass, for layers that leave it to their caller.
final class SavedInput {
    var x: Tensor?
}

private let tableChecks = [nil, 2].map { (padding: Int?) in
    GradientCheck(
        layer: name(of: Embedding.self), variant: padding.map { "padding id \($0)" } ?? "", inputs: [],
        build: { layout in
            let layer = Embedding(
                &layout, "table", count: 8, width: width, standardDeviation: 1, paddingID: padding)
            return CheckedLayer(
                forward: { _, pass in
                    let out = pass.workspace.tensor(rows: tokens, columns: width)
                    layer.forward(pass.batch.tokens, pass, into: out)
                    layer.forward(pass.batch.tokens, pass, into: out, accumulating: true)
                    return out
                },
                backward: { dy, _, pass in
                    // Looked up twice, so the gradient is twice that of the output.
                    Elementwise.scale(dy, by: 2)
                    layer.backward(gradient: dy, pass.batch.tokens, pass)
                })
        },
        frozen: padding.map { ["table.weight": $0 * width..<($0 + 1) * width] } ?? [:])
}

private let normChecks = [(false, Float(0)), (true, 0), (false, 0.3), (true, 0.3)].map {
    (hasResidual: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: LayerNorm.self), variant: "residual \(hasResidual), dropout \(probability)",
        inputs: hasResidual ? [[tokens, width], [tokens, width]] : [[tokens, width]],
        build: { layout in
            let layer = LayerNorm(
                &layout, "norm", width: width, epsilon: 1e-5, dropoutProbability: probability)
            return CheckedLayer(
                forward: { inputs, pass in
                    layer.forward(
                        inputs[0], residual: hasResidual ? inputs[1] : nil, keys: pass.tokenKeys, pass)
                },
                backward: { dy, gradients, pass in
                    let residual = hasResidual ? gradients[1] : dy
                    let dx = layer.backward(gradient: dy, residualGradient: residual, pass)
                    gradients[0].copy(from: dx)
                })
        })
}

private let attentionChecks = [
    (false, false, Float(0)), (true, false, 0), (false, true, 0), (false, false, 0.3), (true, false, 0.3),
    (false, true, 0.3),
].map { (isCausal: Bool, isSelected: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: SelfAttention.self),
        variant: (isCausal ? "causal" : "bidirectional") + (isSelected ? ", selected rows" : "")
            + ", dropout \(probability)",
        inputs: isSelected ? [[tokens, width], [sequences, width]] : [[tokens, width]],
        build: { layout in
            let layer = SelfAttention(
                &layout, "attention", parts: ["q", "k", "v"], outputName: "output", width: width, heads: 2,
                isCausal: isCausal, dropoutProbability: probability, standardDeviation: 1)
            return CheckedLayer(
                forward: { inputs, pass in
                    layer.forward(
                        inputs[0], selected: isSelected ? (.first(of: pass), inputs[1]) : nil, pass)
                },
                backward: { dy, gradients, pass in
                    layer.backward(
                        gradient: dy, addingTo: gradients[0],
                        selectedGradient: isSelected ? gradients[1] : nil, pass)
                })
        })
}

private let feedForwardChecks = Activation.allCases.map { activation in
    GradientCheck(
        layer: name(of: FeedForward.self), variant: "\(activation)", inputs: [[tokens, width]],
        build: { layout in
            let layer = FeedForward(
                &layout, innerName: "inner", outerName: "outer", width: width, innerWidth: 10,
                activation: activation, standardDeviation: 1)
            return CheckedLayer(
                forward: { inputs, pass in layer.forward(inputs[0], pass) },
                backward: { dy, gradients, pass in
                    layer.backward(gradient: dy, addingTo: gradients[0], pass)
                })
        },
        prepare: { store in
            // No finite step may cross ReLU's kink: half of the units are on, half are off.
            guard activation == .relu else { return }
            store.value(1).copy(from: (0..<10).map { $0 % 2 == 0 ? 8 : -8 })
        })
}

private let blockChecks = [(false, Float(0)), (true, 0), (false, 0.2), (true, 0.2)].map {
    (isSelected: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: EncoderBlock.self),
        variant: (isSelected ? "selected rows" : "all rows") + ", dropout \(probability)",
        inputs: [[tokens, width]],
        build: { layout in
            let block = encoderBlock(&layout, width: width, probability: probability)
            return CheckedLayer(
                forward: { inputs, pass in
                    // The second of the three sequences has none.
                    let rows = isSelected ? SelectedRows([0, 3, 7, 8], of: pass) : nil
                    return block.forward(inputs[0], rows: rows, pass)
                },
                backward: { dy, gradients, pass in
                    block.backward(gradient: dy, into: gradients[0], pass)
                })
        })
}

/// A post-norm block with two heads and a feed-forward width of twice `width`.
func encoderBlock(_ layout: inout ParameterLayout, width: Int, probability: Float) -> EncoderBlock {
    let attention = SelfAttention(
        &layout, "attention", parts: ["q", "k", "v"], outputName: "attention.output", width: width, heads: 2,
        isCausal: false, dropoutProbability: probability, standardDeviation: 0.4)
    let attentionNorm = LayerNorm(
        &layout, "attention.norm", width: width, epsilon: 1e-5, dropoutProbability: probability)
    let feedForward = FeedForward(
        &layout, innerName: "inner", outerName: "outer", width: width, innerWidth: 2 * width,
        activation: .gelu, standardDeviation: 0.4)
    let outputNorm = LayerNorm(
        &layout, "output.norm", width: width, epsilon: 1e-5, dropoutProbability: probability)
    return EncoderBlock(
        attention: attention, attentionNorm: attentionNorm, feedForward: feedForward, outputNorm: outputNorm)
}
