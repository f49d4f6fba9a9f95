// The layers of a classifier of texts, images or tokens behind its encoder, as the families have them.

internal import Kernels
internal import Layers
internal import Tensors

/// From a state, which stands for a sequence or a token, to its K numbers: [dropout, dense, activation,
/// norm,] dropout, output.
final class ClassificationLayers {
    /// Which layers, by their names in files.
    struct Plan: Sendable {
        /// A dense layer with an activation before the output layer.
        struct Dense: Sendable {
            var name: String
            var activation: Activation
            /// Names the random numbers of a dropout before the layer; nil where there is none.
            var inputDropoutSite: String?
            var hasBias = true
            /// The layer norm behind the activation; nil where there is none.
            var norm: Norm?
            /// Of new weights; nil for the model's.
            var standardDeviation: Float?
        }

        /// A layer norm.
        struct Norm: Sendable {
            var name: String
            var epsilon: Float
            var hasBias: Bool
        }

        /// What stands for a sequence, where one state does.
        var pooling = SequencePooling.first
        var dense: Dense?
        /// What the names of the layers start with that only a fine-tuned model has.
        var headPrefixes = ["classifier."]
        /// What the names of a pooler's tensors start with, which a pretrained model may lack.
        var poolerPrefix: String?
        /// The output layer, which also names the random numbers of the dropout before it.
        var output: String
        var dropout: Float
        /// Of the output layer's new weights; nil for the model's.
        var outputDeviation: Float?

        /// What the names of its tensors start with where each token has an output: other layers of a
        /// classifier of sequences may start with the name of the output layer.
        var tensorPrefixesOfTokens: [String] {
            [output + ".weight", output + ".bias"] + (poolerPrefix.map { [$0] } ?? [])
        }
    }

    let plan: Plan
    let dense: Linear?
    let norm: LayerNorm?
    let output: Linear
    private var saved: Saved?

    private struct Saved {
        let denseInput, slope: Tensor?
        let inputDropout: Dropout?
        let outputInput: Tensor
        let outputDropout: Dropout
        let keys: RowRandomKeys
    }

    /// Adds the slots of the layers over states of `width`.
    init(
        _ layout: inout ParameterLayout, _ plan: Plan, width: Int, outputs: Int, standardDeviation: Float
    ) {
        self.plan = plan
        dense = plan.dense.map {
            Linear(
                &layout, $0.name, inputs: width, outputs: width,
                standardDeviation: $0.standardDeviation ?? standardDeviation, hasBias: $0.hasBias)
        }
        norm = plan.dense?.norm.map {
            LayerNorm(&layout, $0.name, width: width, epsilon: $0.epsilon, hasBias: $0.hasBias)
        }
        output = Linear(
            &layout, plan.output, inputs: width, outputs: outputs,
            standardDeviation: plan.outputDeviation ?? standardDeviation)
    }

    /// Logits `[N, K]` in float32 from the states `[N, C]`, whose random keys are `keys`.
    func forward(_ states: Tensor, keys: RowRandomKeys, _ pass: Pass) -> Tensor {
        let (x, denseInput, slope, inputDropout) = denseStates(states, keys, pass)
        let outputDropout = pass.dropout(plan.output, probability: plan.dropout)
        let last = dropped(x, outputDropout, keys, pass)
        saved = Saved(
            denseInput: denseInput, slope: slope, inputDropout: inputDropout, outputInput: last,
            outputDropout: outputDropout, keys: keys)
        return output.forward(last, pass, type: .float32)
    }

    /// What the output layer reads, before its dropout, `[N, C]`: BERT's pooled states.
    func pooled(_ states: Tensor, keys: RowRandomKeys, _ pass: Pass) -> Tensor {
        denseStates(states, keys, pass).states
    }

    private func denseStates(
        _ states: Tensor, _ keys: RowRandomKeys, _ pass: Pass
    ) -> (states: Tensor, input: Tensor?, slope: Tensor?, dropout: Dropout?) {
        guard let dense, let plan = plan.dense else { return (states, nil, nil, nil) }
        let dropout = plan.inputDropoutSite.map { pass.dropout($0, probability: self.plan.dropout) }
        let input = dropout.map { dropped(states, $0, keys, pass) } ?? states
        let slope = dense.forward(input, pass)
        let activated = pass.activation(rows: slope.rows, columns: slope.columns)
        plan.activation.forward(replacingBySlope: slope, into: activated)
        return (norm?.forward(activated, keys: keys, pass) ?? activated, input, slope, dropout)
    }

    private func dropped(_ x: Tensor, _ dropout: Dropout, _ keys: RowRandomKeys, _ pass: Pass) -> Tensor {
        if dropout.isIdentity { return x }
        let y = pass.activation(rows: x.rows, columns: x.columns)
        dropout.apply(to: x, keys: keys, into: y)
        return y
    }

    /// The gradient of the states `[N, C]`; adds those of all parameters. `dlogits` may be overwritten.
    func backward(gradient dlogits: Tensor, _ pass: Pass) -> Tensor {
        guard let saved else { preconditionFailure("backward without forward") }
        let input = saved.outputInput
        var dlast = pass.activation(rows: input.rows, columns: input.columns)
        output.backward(gradient: dlogits, input: input, pass, into: dlast)
        output.finishBackward(pass)
        saved.outputDropout.apply(to: dlast, keys: saved.keys, into: dlast)
        guard let dense, let denseInput = saved.denseInput, let slope = saved.slope else { return dlast }
        if let norm { dlast = norm.backward(gradient: dlast, residualGradient: dlast, pass) }
        Elementwise.multiply(dlast, by: slope)
        let dstates = pass.activation(rows: denseInput.rows, columns: denseInput.columns)
        dense.backward(gradient: dlast, input: denseInput, pass, into: dstates)
        dense.finishBackward(pass)
        saved.inputDropout?.apply(to: dstates, keys: saved.keys, into: dstates)
        return dstates
    }
}
