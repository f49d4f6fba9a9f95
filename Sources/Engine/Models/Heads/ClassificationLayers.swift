// The layers of a classifier or a regression behind its encoder, as the families have them.

internal import Kernels
internal import Layers
internal import Tensors

/// From the state that stands for a sequence to its K numbers: [dropout, dense, activation, norm,] dropout, output.
final class ClassificationLayers {
    /// Which layers, by their names in files.
    struct Plan: Sendable {
        /// A dense layer with an activation before the output layer.
        struct Dense: Sendable {
            var name: String
            var activation: Activation
            /// Names the random numbers of a dropout before the layer; nil where there is none.
            var inputDropoutSite: String?
        }

        var dense: Dense?
        /// What the names of the layers start with that only a fine-tuned model has.
        var headPrefixes = ["classifier."]
        /// What the names of a pooler's tensors start with, which a pretrained model may lack.
        var poolerPrefix: String?
        /// The output layer, which also names the random numbers of the dropout before it.
        var output: String
        var dropout: Float
    }

    private let plan: Plan
    private let dense: Linear?
    private let output: Linear
    private var saved: Saved?

    private struct Saved {
        let denseInput, slope: Tensor?
        let inputDropout: Dropout?
        let outputInput: Tensor
        let outputDropout: Dropout
    }

    /// Adds the slots of the layers over states of `width`.
    init(
        _ layout: inout ParameterLayout, _ plan: Plan, width: Int, outputs: Int, standardDeviation: Float
    ) {
        self.plan = plan
        dense = plan.dense.map {
            Linear(
                &layout, $0.name, inputs: width, outputs: width, standardDeviation: standardDeviation)
        }
        output = Linear(
            &layout, plan.output, inputs: width, outputs: outputs, standardDeviation: standardDeviation)
    }

    /// Logits `[S, K]` in float32 from the states `[S, C]`.
    func forward(_ states: Tensor, _ pass: Pass) -> Tensor {
        let (x, denseInput, slope, inputDropout) = denseStates(states, pass)
        let outputDropout = pass.dropout(plan.output, probability: plan.dropout)
        let last = dropped(x, outputDropout, pass)
        saved = Saved(
            denseInput: denseInput, slope: slope, inputDropout: inputDropout, outputInput: last,
            outputDropout: outputDropout)
        return output.forward(last, pass, type: .float32)
    }

    /// What the output layer reads, before its dropout, `[S, C]`: BERT's pooled states.
    func pooled(_ states: Tensor, _ pass: Pass) -> Tensor { denseStates(states, pass).states }

    private func denseStates(
        _ states: Tensor, _ pass: Pass
    ) -> (states: Tensor, input: Tensor?, slope: Tensor?, dropout: Dropout?) {
        guard let dense, let plan = plan.dense else { return (states, nil, nil, nil) }
        let dropout = plan.inputDropoutSite.map { pass.dropout($0, probability: self.plan.dropout) }
        let input = dropout.map { dropped(states, $0, pass) } ?? states
        let slope = dense.forward(input, pass)
        let activated = pass.activation(rows: slope.rows, columns: slope.columns)
        plan.activation.forward(replacingBySlope: slope, into: activated)
        return (activated, input, slope, dropout)
    }

    private func dropped(_ x: Tensor, _ dropout: Dropout, _ pass: Pass) -> Tensor {
        if dropout.isIdentity { return x }
        let y = pass.activation(rows: x.rows, columns: x.columns)
        dropout.apply(to: x, keys: pass.sequenceKeys, into: y)
        return y
    }

    /// The gradient of the states `[S, C]`; adds those of all parameters. `dlogits` may be overwritten.
    func backward(gradient dlogits: Tensor, _ pass: Pass) -> Tensor {
        guard let saved else { preconditionFailure("backward without forward") }
        let input = saved.outputInput
        let dlast = pass.activation(rows: input.rows, columns: input.columns)
        output.backward(gradient: dlogits, input: input, pass, into: dlast)
        output.finishBackward(pass)
        saved.outputDropout.apply(to: dlast, keys: pass.sequenceKeys, into: dlast)
        guard let dense, let denseInput = saved.denseInput, let slope = saved.slope else { return dlast }
        Elementwise.multiply(dlast, by: slope)
        let dstates = pass.activation(rows: denseInput.rows, columns: denseInput.columns)
        dense.backward(gradient: dlast, input: denseInput, pass, into: dstates)
        dense.finishBackward(pass)
        saved.inputDropout?.apply(to: dstates, keys: pass.sequenceKeys, into: dstates)
        return dstates
    }
}
