// The gradient checks of attention with a bias by distance, and of what else T5 and BART have of their own.

import Kernels
import Layers
import Tensors

private let width = 6
private let tokens = 9

let pretrainedWriterChecks = relativeBiasChecks + feedForwardChecks + crossChecks

/// Two layers, one behind the other, that share a table.
private let relativeBiasChecks = [(false, Float(0)), (true, 0), (true, 0.3)].map {
    (isCausal: Bool, probability: Float) in
    GradientCheck(
        layer: name(of: RelativePositionBias.self), variant: "causal \(isCausal), dropout \(probability)",
        inputs: [[tokens, width]],
        build: { layout in
            let bias = RelativePositionBias(
                &layout, "bias", buckets: 4, maximumDistance: 4, heads: 4, isBidirectional: !isCausal,
                standardDeviation: 1)
            func attention(_ name: String, _ layout: inout ParameterLayout) -> GroupedQueryAttention {
                GroupedQueryAttention(
                    &layout, name, .separate(query: name + "q", key: name + "k", value: name + "v"),
                    outputName: name + "o",
                    shape: .init(
                        width: width, heads: 4, keyValueHeads: 2, headSize: 4, isCausal: isCausal,
                        hasProjectionBias: false, hasOutputBias: false, scale: 1),
                    positionBias: bias, dropoutProbability: probability, standardDeviation: 0.4)
            }
            let first = attention("first", &layout)
            let second = attention("second", &layout)
            bias.belongs(to: first)
            return CheckedLayer(
                forward: { inputs, pass in second.forward(first.forward(inputs[0], pass), pass) },
                backward: { dy, gradients, pass in
                    let between = pass.workspace.tensor(rows: tokens, columns: width)
                    second.backward(gradient: dy, into: between, pass)
                    first.backward(gradient: between, into: gradients[0], pass)
                })
        })
}

private let feedForwardChecks = [false, true].map { (isGated: Bool) in
    GradientCheck(
        layer: isGated ? name(of: GatedFeedForward.self) : name(of: FeedForward.self),
        variant: "no bias, dropout 0.3", inputs: [[tokens, width]],
        build: { layout in
            let layer: any BlockFeedForward =
                isGated
                ? GatedFeedForward(
                    &layout, gateName: "gate", upName: "up", downName: "down", width: width, innerWidth: 10,
                    activation: .geluTanh, hasBias: false, dropoutProbability: 0.3, standardDeviation: 1)
                : FeedForward(
                    &layout, innerName: "inner", outerName: "outer", width: width, innerWidth: 10,
                    activation: .gelu, standardDeviation: 1, hasBias: false, dropoutProbability: 0.3)
            return CheckedLayer(
                forward: { inputs, pass in layer.forward(inputs[0], pass) },
                backward: { dy, gradients, pass in layer.backward(gradient: dy, into: gradients[0], pass) })
        })
}

/// Heads that are wider than their share of the width, no biases, scores that are not scaled.
private let crossChecks = [Float(0), 0.3].map { (probability: Float) in
    GradientCheck(
        layer: name(of: CrossAttention.self), variant: "wide heads, no bias, dropout \(probability)",
        inputs: [[tokens, width], [7, 5]],
        build: { layout in
            let layer = CrossAttention(
                &layout, "cross", .separate(query: "q", key: "k", value: "v"), outputName: "o", width: width,
                sourceWidth: 5, heads: 2, headSize: 5, hasBias: false, scale: 1,
                dropoutProbability: probability, standardDeviation: 0.4)
            return CheckedLayer(
                forward: { inputs, pass in
                    layer.forward(
                        inputs[0], CrossAttentionSource(states: inputs[1], offsets: [0, 2, 6, 7]), pass)
                },
                backward: { dy, gradients, pass in
                    layer.backward(
                        gradient: dy, into: gradients[0], sourceGradient: gradients[1], pass)
                })
        })
}
