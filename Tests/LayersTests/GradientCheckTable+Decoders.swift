// The gradient checks of the layers that decoders and language-model heads are made of.

import Kernels
import Layers
import Tensors

private let width = 6
private let tokens = 9

let decoderChecks: [GradientCheck] =
    biaslessChecks + residualNormChecks + gatedChecks + groupedQueryChecks + crossChecks + transformChecks
    + vocabularyChecks + preNormChecks + decoderBlockChecks

private let biaslessChecks = [false, true].map { (isTransposed: Bool) in
    GradientCheck(
        layer: name(of: Linear.self), variant: isTransposed ? "stored transposed" : "no bias, unequal parts",
        inputs: [[tokens, width]],
        build: { layout in
            let layer =
                isTransposed
                ? Linear(
                    &layout, "linear", inputs: width, outputs: 7, standardDeviation: 1, isTransposed: true)
                : Linear(
                    &layout, "linear", inputs: width, outputs: 7, standardDeviation: 1,
                    parts: ["a", "b", "c"],
                    shares: [4, 2, 1], hasBias: false)
            let saved = SavedInput()
            return CheckedLayer(
                forward: { inputs, pass in
                    saved.x = inputs[0]
                    return layer.forward(inputs[0], pass)
                },
                backward: { dy, gradients, pass in
                    guard let x = saved.x else { return }
                    layer.backward(gradient: dy, input: x, pass, into: gradients[0])
                    layer.finishBackward(pass)
                })
        })
}

/// Both outputs of a residual norm side by side: the norm and the stream.
func beside(_ a: Tensor, _ b: Tensor, _ pass: Pass) -> Tensor {
    let both = pass.workspace.tensor(rows: a.rows, columns: 2 * a.columns)
    both.columns(0..<a.columns).copy(from: a)
    both.columns(a.columns..<2 * a.columns).copy(from: b)
    return both
}

func halves(_ dy: Tensor, _ pass: Pass) -> (Tensor, Tensor) {
    let parts = [0..<width, width..<2 * width].map { columns in
        let part = pass.workspace.tensor(rows: dy.rows, columns: width)
        part.copy(from: dy.columns(columns))
        return part
    }
    return (parts[0], parts[1])
}

private let residualNormChecks = [ResidualNorm.Kind.rms, .layer].flatMap { kind in
    [(false, Float(0)), (true, 0), (true, 0.3)].map { (hasResidual: Bool, probability: Float) in
        GradientCheck(
            layer: name(of: ResidualNorm.self),
            variant: "\(kind), residual \(hasResidual), dropout \(probability)",
            inputs: hasResidual ? [[tokens, width], [tokens, width]] : [[tokens, width]],
            build: { layout in
                let layer = ResidualNorm(
                    &layout, "norm", width: width, kind: kind, epsilon: 1e-5, dropoutProbability: probability)
                return CheckedLayer(
                    forward: { inputs, pass in
                        let y = layer.forward(inputs[0], residual: hasResidual ? inputs[1] : nil, pass)
                        return beside(y, inputs[0], pass)
                    },
                    backward: { dy, gradients, pass in
                        let (dnormed, dstream) = halves(dy, pass)
                        let dx = layer.backward(
                            gradient: dnormed, streamGradient: dstream, accumulating: true,
                            branchGradient: pass.workspace.tensor(rows: tokens, columns: width), pass)
                        gradients[0].copy(from: dx)
                        if hasResidual { gradients[1].copy(from: dstream) }
                    })
            })
    }
}

private let gatedChecks = [false, true].map { (hasBias: Bool) in
    GradientCheck(
        layer: name(of: GatedFeedForward.self), variant: "bias \(hasBias)", inputs: [[tokens, width]],
        build: { layout in
            let layer = GatedFeedForward(
                &layout, gateName: "gate", upName: "up", downName: "down", width: width, innerWidth: 10,
                hasBias: hasBias, standardDeviation: 1)
            return CheckedLayer(
                forward: { inputs, pass in layer.forward(inputs[0], pass) },
                backward: { dy, gradients, pass in layer.backward(gradient: dy, into: gradients[0], pass) })
        })
}

/// Attention of four query heads over two key/value heads of four dimensions.
private func groupedQuery(
    _ layout: inout ParameterLayout, isRotary: Bool, isFused: Bool = false, probability: Float
) -> GroupedQueryAttention {
    GroupedQueryAttention(
        &layout, "attention", isFused ? .fused("qkv") : .separate(query: "q", key: "k", value: "v"),
        outputName: "output",
        shape: .init(
            width: width, heads: 4, keyValueHeads: 2, headSize: 4, hasProjectionBias: isRotary,
            hasOutputBias: !isRotary),
        rotary: isRotary ? RotaryEmbedding(headSize: 4, base: 20, scaling: .linear(factor: 2)) : nil,
        dropoutProbability: probability, standardDeviation: 0.5)
}

private let groupedQueryChecks = [
    (false, false, Float(0)), (true, false, 0), (true, false, 0.3), (false, true, 0),
]
.map { (isRotary: Bool, isFused: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: GroupedQueryAttention.self),
        variant: "rotary \(isRotary), fused \(isFused), dropout \(probability)",
        inputs: [[tokens, width]],
        build: { layout in
            let layer = groupedQuery(
                &layout, isRotary: isRotary, isFused: isFused, probability: probability)
            return CheckedLayer(
                forward: { inputs, pass in layer.forward(inputs[0], pass) },
                backward: { dy, gradients, pass in layer.backward(gradient: dy, into: gradients[0], pass) }
            )
        })
}

/// Sources of 2, 4 and 1 states for the three sequences.
private let sourceOffsets: [Int32] = [0, 2, 6, 7]
private let sourceWidth = 5

private func cross(_ layout: inout ParameterLayout, isFused: Bool, probability: Float) -> CrossAttention {
    CrossAttention(
        &layout, "cross",
        isFused
            ? .fused(query: "cross.q", keyValue: "cross.kv")
            : .separate(query: "cross.q", key: "cross.k", value: "cross.v"),
        outputName: "cross.output", width: width, sourceWidth: sourceWidth, heads: 2,
        dropoutProbability: probability, standardDeviation: 0.5)
}

private let crossChecks = [(false, Float(0)), (true, 0), (false, 0.3)].map {
    (isFused: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: CrossAttention.self), variant: "fused \(isFused), dropout \(probability)",
        inputs: [[tokens, width], [7, sourceWidth]],
        build: { layout in
            let layer = cross(&layout, isFused: isFused, probability: probability)
            return CheckedLayer(
                forward: { inputs, pass in
                    layer.forward(
                        inputs[0], CrossAttentionSource(states: inputs[1], offsets: sourceOffsets), pass)
                },
                backward: { dy, gradients, pass in
                    layer.backward(
                        gradient: dy, into: gradients[0], sourceGradient: gradients[1], pass)
                })
        })
}

private let transformChecks = [
    GradientCheck(
        layer: name(of: LMHeadTransform.self), variant: "", inputs: [[tokens, width]],
        build: { layout in
            let layer = LMHeadTransform(
                &layout, denseName: "dense", normName: "norm", width: width, activation: .gelu, epsilon: 1e-5,
                standardDeviation: 1)
            return CheckedLayer(
                forward: { inputs, pass in layer.forward(inputs[0], keys: pass.tokenKeys, pass) },
                backward: { dy, gradients, pass in layer.backward(gradient: dy, into: gradients[0], pass) })
        })
]

/// The functional is the loss: the layer's gradient comes from its loss alone.
private let vocabularyChecks = [(false, 0.0), (true, 0), (false, 0.2)].map {
    (hasBias: Bool, smoothing: Double) in
    GradientCheck(
        layer: name(of: LMHead.self), variant: "bias \(hasBias), label smoothing \(smoothing)",
        inputs: [[tokens, width]],
        build: { layout in
            let layer = LMHead(
                &layout, "head", vocabularySize: 7, width: width, standardDeviation: 1,
                biasName: hasBias ? "bias" : nil)
            let saved = SavedInput()
            func sums(_ pass: Pass, scale: Double, gradient: Tensor?) -> Double {
                guard let x = saved.x else { return .nan }
                return layer.lossSums(
                    x, targets: pass.batch.tokens, scale: scale, labelSmoothing: smoothing,
                    gradient: gradient,
                    pass
                ).loss
            }
            return CheckedLayer(
                forward: { inputs, pass in
                    saved.x = inputs[0]
                    let out = pass.workspace.tensor(rows: 1, columns: 1)
                    out[0, 0] = Float(sums(pass, scale: 1, gradient: nil))
                    return out
                },
                backward: { dy, gradients, pass in
                    _ = sums(pass, scale: Double(dy[0, 0]), gradient: gradients[0])
                })
        })
}

private let preNormChecks = [
    (ResidualNorm.Kind.rms, false, Float(0)), (.rms, true, 0.2), (.layer, true, 0), (.layer, false, 0.2),
].map { (kind: ResidualNorm.Kind, isCross: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: PreNormBlock.self), variant: "\(kind), cross \(isCross), dropout \(probability)",
        inputs: [[tokens, width], [tokens, width]] + (isCross ? [[7, sourceWidth]] : []),
        build: { layout in
            let block = preNormBlock(&layout, kind: kind, isCross: isCross, probability: probability)
            return CheckedLayer(
                forward: { inputs, pass in
                    let source =
                        isCross ? CrossAttentionSource(states: inputs[2], offsets: sourceOffsets) : nil
                    let (branch, stream) = block.forward(inputs[0], stream: inputs[1], source: source, pass)
                    return beside(branch, stream, pass)
                },
                backward: { dy, gradients, pass in
                    let (dbranch, dstream) = halves(dy, pass)
                    let dx = block.backward(
                        gradient: dbranch, streamGradient: dstream,
                        spare: pass.workspace.tensor(rows: tokens, columns: width),
                        sourceGradient: isCross ? gradients[2] : nil, pass)
                    gradients[0].copy(from: dx)
                    gradients[1].copy(from: dstream)
                })
        })
}

private func preNormBlock(
    _ layout: inout ParameterLayout, kind: ResidualNorm.Kind, isCross: Bool, probability: Float
) -> PreNormBlock {
    func norm(_ name: String, _ layout: inout ParameterLayout) -> ResidualNorm {
        ResidualNorm(
            &layout, name, width: width, kind: kind, epsilon: 1e-5, dropoutProbability: probability)
    }
    let attentionNorm = norm("norm1", &layout)
    let attention = groupedQuery(&layout, isRotary: kind == .rms, probability: probability)
    let other =
        isCross
        ? (norm("norm2", &layout), cross(&layout, isFused: kind == .layer, probability: probability)) : nil
    let feedForwardNorm = norm("norm3", &layout)
    let feedForward: any BlockFeedForward =
        kind == .rms
        ? GatedFeedForward(
            &layout, gateName: "gate", upName: "up", downName: "down", width: width, innerWidth: 8,
            hasBias: false, standardDeviation: 0.4)
        : FeedForward(
            &layout, innerName: "inner", outerName: "outer", width: width, innerWidth: 8,
            activation: .geluTanh, standardDeviation: 0.4, isTransposed: true)
    return PreNormBlock(
        attentionNorm: attentionNorm, attention: attention, cross: other,
        feedForwardNorm: feedForwardNorm, feedForward: feedForward)
}

private let decoderBlockChecks = [(false, Float(0)), (true, 0), (true, 0.2)].map {
    (isCross: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: DecoderBlock.self), variant: "cross \(isCross), dropout \(probability)",
        inputs: [[tokens, width]] + (isCross ? [[7, sourceWidth]] : []),
        build: { layout in
            func norm(_ name: String, _ layout: inout ParameterLayout) -> LayerNorm {
                LayerNorm(
                    &layout, name, width: width, epsilon: 1e-5, dropoutProbability: probability)
            }
            let attention = groupedQuery(&layout, isRotary: false, probability: probability)
            let attentionNorm = norm("norm1", &layout)
            let other =
                isCross
                ? (cross(&layout, isFused: false, probability: probability), norm("norm2", &layout)) : nil
            let feedForward = FeedForward(
                &layout, innerName: "inner", outerName: "outer", width: width, innerWidth: 8,
                activation: .gelu, standardDeviation: 0.4)
            let block = DecoderBlock(
                attention: attention, attentionNorm: attentionNorm, cross: other, feedForward: feedForward,
                outputNorm: norm("norm3", &layout))
            return CheckedLayer(
                forward: { inputs, pass in
                    let source =
                        isCross ? CrossAttentionSource(states: inputs[1], offsets: sourceOffsets) : nil
                    return block.forward(inputs[0], source: source, pass)
                },
                backward: { dy, gradients, pass in
                    block.backward(
                        gradient: dy, into: gradients[0], sourceGradient: isCross ? gradients[1] : nil, pass)
                })
        })
}
