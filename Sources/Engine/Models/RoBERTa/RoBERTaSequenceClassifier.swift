// RoBERTa (Liu et al. 2019) and XLM-R (Conneau et al. 2020) with a classification or regression head over <s>.

internal import Kernels
public import Layers
public import Tensors

/// Hugging Face's RobertaForSequenceClassification and XLMRobertaForSequenceClassification.
public final class RoBERTaSequenceClassifier: SequenceClassifier {
    public let parameters: ParameterStore
    public let head: ClassificationHead
    public let encoderPrefix = "roberta."
    public let configuration: BERTConfiguration
    private let json: JSONValue
    private let encoder: BERTEncoder
    private let dense: Linear
    private let output: Linear
    private var saved: Saved?

    private struct Saved {
        let dropped, slope, outputInput: Tensor
        let inputDropout, outputDropout: Dropout
    }

    /// Builds the network of `json`, a RoBERTa config.json, with zero parameters. `file` is named in errors.
    public init(_ json: JSONValue, head: ClassificationHead, file: String) throws(ModelError) {
        configuration = try BERTConfiguration(json, file: file)
        self.json = json
        self.head = head
        var layout = ParameterLayout()
        encoder = BERTEncoder(&layout, configuration, prefix: encoderPrefix, hasPooler: false)
        let c = configuration.hiddenSize
        dense = Linear(
            &layout, "classifier.dense", inputs: c, outputs: c,
            standardDeviation: configuration.initializerRange)
        output = Linear(
            &layout, "classifier.out_proj", inputs: c, outputs: head.labels.count,
            standardDeviation: configuration.initializerRange)
        parameters = ParameterStore(layout: layout)
    }

    public var maximumLength: Int { configuration.maximumLength }

    public func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix("classifier.") }

    public func mayIgnore(tensor name: String) -> Bool {
        name.hasPrefix("lm_head.") || name.hasSuffix("embeddings.position_ids") || name.contains("pooler.")
    }

    public var configurationJSON: JSONValue {
        let isXLM = json["model_type"]?.string == "xlm-roberta"
        return json.described(
            by: (isXLM ? "XLMRoberta" : "Roberta") + "ForSequenceClassification", head: head)
    }

    public func validate(_ batch: TokenBatch) throws(ModelError) { try configuration.validate(batch) }

    /// Hidden states of all tokens after the last block, `[T, C]`.
    public func hiddenStates(_ pass: Pass) -> Tensor { encoder.hiddenStates(pass) }

    public func forward(_ pass: Pass) -> Tensor {
        let first = encoder.firstStates(pass)
        func dropout(_ site: String) -> Dropout {
            pass.dropout(site, probability: configuration.classifierDropout)
        }
        func dropped(_ x: Tensor, _ dropout: Dropout) -> Tensor {
            let y = pass.activation(rows: x.rows, columns: x.columns)
            dropout.apply(to: x, keys: pass.sequenceKeys, into: y)
            return y
        }
        let (inputDropout, outputDropout) = (dropout("classifier"), dropout("classifier.out_proj"))
        let input = dropped(first, inputDropout)
        let slope = dense.forward(input, pass)
        let activated = pass.activation(rows: slope.rows, columns: slope.columns)
        Activation.tanh.forward(replacingBySlope: slope, into: activated)
        let last = dropped(activated, outputDropout)
        saved = Saved(
            dropped: input, slope: slope, outputInput: last, inputDropout: inputDropout,
            outputDropout: outputDropout)
        return output.forward(last, pass, type: .float32)
    }

    public func backward(gradient dlogits: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        let dhidden = pass.activation(rows: saved.slope.rows, columns: saved.slope.columns)
        output.backward(gradient: dlogits, input: saved.outputInput, pass, into: dhidden)
        output.finishBackward(pass)
        saved.outputDropout.apply(to: dhidden, keys: pass.sequenceKeys, into: dhidden)
        Elementwise.multiply(dhidden, by: saved.slope)
        let dfirst = pass.activation(rows: dhidden.rows, columns: dhidden.columns)
        dense.backward(gradient: dhidden, input: saved.dropped, pass, into: dfirst)
        dense.finishBackward(pass)
        saved.inputDropout.apply(to: dfirst, keys: pass.sequenceKeys, into: dfirst)
        encoder.backward(selectedGradient: dfirst, pass)
    }
}
