// The gradient checks of what newer encoders have: windows with rotary positions, gates of any activation,
// norms without biases, first blocks without a norm of their attention.

import Kernels
import Layers
import Tensors

private let width = 6
private let tokens = 9

let encoderChecks: [GradientCheck] = windowChecks + gateChecks + plainNormChecks + firstBlockChecks

/// Some tokens of the first and third sequence.
private let someTokens: [Int32] = [1, 4, 6, 8]

/// Three heads of two dimensions that see two tokens on each side, or all without `window`.
private func windowedAttention(
    _ layout: inout ParameterLayout, window: Int?, probability: Float
) -> GroupedQueryAttention {
    GroupedQueryAttention(
        &layout, "attention", .stacked("qkv"), outputName: "output",
        shape: .init(
            width: width, heads: 3, isCausal: false, window: window, hasProjectionBias: false,
            hasOutputBias: false),
        rotary: RotaryEmbedding(headSize: 2, base: 20, scaling: .none), dropoutProbability: probability,
        standardDeviation: 0.5)
}

private let windowChecks = [
    (2, false, false, Float(0)), (1, false, false, 0.3), (2, true, false, 0.3), (nil, true, false, 0),
    (2, true, true, 0), (1, false, true, 0.3),
].map { (window: Int?, isSelected: Bool, isAdapted: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: GroupedQueryAttention.self),
        variant: "stacked, window \(window.map { "\($0)" } ?? "none"), selected rows \(isSelected), "
            + "adapters \(isAdapted), dropout \(probability)",
        inputs: [[tokens, width]],
        build: { layout in
            let layer = windowedAttention(&layout, window: window, probability: probability)
            return CheckedLayer(
                forward: { inputs, pass in
                    let rows = isSelected ? SelectedRows(someTokens, of: pass) : nil
                    pass.selectedRows = rows
                    return layer.forward(inputs[0], rows: rows, pass)
                },
                backward: { dy, gradients, pass in
                    layer.backward(gradient: dy, into: gradients[0], pass)
                })
        },
        prepare: { store in
            // The adapter of the whole matrix is computed in pieces, for queries and for keys and values.
            guard isAdapted else { return }
            store.addAdapters(
                [(slot: 0, tensor: store.layout.slots[0].tensors[0])],
                LoRAOptions(rank: 2, alpha: 3, dropout: Double(probability)))
            for slot in store.layout.slots where slot.adaptedSlot != nil {
                store.value(slot.index).copy(
                    from: randomTensor(slot.rows, slot.columns, seed: 400 + UInt64(slot.index), scale: 0.5))
            }
        })
}

private func gated(
    _ layout: inout ParameterLayout, _ activation: Activation, probability: Float
) -> GatedFeedForward {
    GatedFeedForward(
        &layout, stackedName: "Wi", downName: "Wo", width: width, innerWidth: 7, activation: activation,
        hasBias: false, dropoutProbability: probability, standardDeviation: 1, downStandardDeviation: 1)
}

/// Of ReLU's kink a finite step could fall on the other side.
private let gateChecks: [GradientCheck] = Activation.allCases.filter { $0 != .relu }.flatMap { activation in
    (activation == .gelu ? [Float(0), 0.3] : [0]).map { (probability: Float) in
        GradientCheck(
            layer: name(of: GatedFeedForward.self),
            variant: "stacked, \(activation), dropout \(probability)", inputs: [[tokens, width]],
            build: { layout in
                let layer = gated(&layout, activation, probability: probability)
                return CheckedLayer(
                    forward: { inputs, pass in layer.forward(inputs[0], pass) },
                    backward: { dy, gradients, pass in
                        layer.backward(gradient: dy, into: gradients[0], pass)
                    })
            })
    }
}

private let plainNormChecks = [
    GradientCheck(
        layer: name(of: LayerNorm.self), variant: "without bias", inputs: [[tokens, width]],
        build: { layout in
            let layer = LayerNorm(&layout, "norm", width: width, epsilon: 1e-5, hasBias: false)
            return CheckedLayer(
                forward: { inputs, pass in layer.forward(inputs[0], keys: pass.tokenKeys, pass) },
                backward: { dy, gradients, pass in
                    gradients[0].copy(from: layer.backward(gradient: dy, residualGradient: dy, pass))
                })
        }),
    GradientCheck(
        layer: name(of: LMHeadTransform.self), variant: "without biases", inputs: [[tokens, width]],
        build: { layout in
            let layer = LMHeadTransform(
                &layout, denseName: "dense", normName: "norm", width: width, activation: .gelu, epsilon: 1e-5,
                standardDeviation: 1, hasDenseBias: false, hasNormBias: false)
            return CheckedLayer(
                forward: { inputs, pass in layer.forward(inputs[0], keys: pass.tokenKeys, pass) },
                backward: { dy, gradients, pass in layer.backward(gradient: dy, into: gradients[0], pass) })
        }),
]

private let firstBlockChecks = [(false, Float(0)), (true, 0), (false, 0.2), (true, 0.2)].map {
    (isSelected: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: PreNormBlock.self),
        variant: "without attention norm, selected rows \(isSelected), dropout \(probability)",
        inputs: [[tokens, width]],
        build: { layout in
            let attention = windowedAttention(&layout, window: 2, probability: probability)
            let norm = ResidualNorm(
                &layout, "norm", width: width, kind: .layer, epsilon: 1e-5, dropoutProbability: probability,
                hasBias: false)
            let block = PreNormBlock(
                attentionNorm: nil, attention: attention, feedForwardNorm: norm,
                feedForward: gated(&layout, .gelu, probability: probability))
            return CheckedLayer(
                forward: { inputs, pass in
                    let rows = isSelected ? SelectedRows(someTokens, of: pass) : nil
                    pass.selectedRows = rows
                    let (branch, stream) = block.forward(inputs[0], stream: nil, rows: rows, pass)
                    return beside(branch, stream, pass)
                },
                backward: { dy, gradients, pass in
                    let (dbranch, dstream) = halves(dy, pass)
                    func wide() -> Tensor { pass.workspace.tensor(rows: tokens, columns: width) }
                    let dx: Tensor
                    if isSelected {
                        dx = block.backward(
                            gradient: dbranch, selectedStreamGradient: dstream, streamGradient: wide(),
                            spare: wide(), pass)
                    } else {
                        dx = block.backward(
                            gradient: dbranch, streamGradient: dstream, spare: wide(), pass)
                    }
                    gradients[0].copy(from: dx)
                })
        })
}
