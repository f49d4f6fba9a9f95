// A network with an output layer over the vocabulary: the body of every language model.

internal import Kernels
internal import Layers
internal import Tensors

/// Hidden states of a network, the transform of a masked language model if there is one, and the output
/// layer.
final class LMHeadModel {
    let network: any Backbone
    let transform: LMHeadTransform?
    let output: LMHead
    /// Tensors that files may hold besides the tied ones that they equal.
    let tiedTensors: [TiedTensor]
    private let unusedTensors: [String]
    /// What the names of the tensors between network and logits start with, behind a prefix of the whole.
    let headPrefixes: [String]

    /// `unusedTensors` are names of tensors that files may hold and the output layer does not use.
    init(
        network: any Backbone, transform: LMHeadTransform? = nil, output: LMHead,
        headPrefixes: [String], tiedTensors: [TiedTensor] = [], unusedTensors: [String] = []
    ) {
        self.headPrefixes = headPrefixes
        self.network = network
        self.transform = transform
        self.output = output
        self.tiedTensors = tiedTensors
        self.unusedTensors = unusedTensors
    }

    /// Adds the slots of an output layer without a transform: tied to the embeddings, or `prefix` +
    /// `lm_head`.
    convenience init(
        _ layout: inout ParameterLayout, over network: any Backbone, prefix: String, isTied: Bool,
        standardDeviation: Float
    ) {
        let (words, name) = (network.words, prefix + "lm_head")
        guard isTied else {
            let output = LMHead(
                &layout, name, vocabularySize: words.count, width: words.width,
                standardDeviation: standardDeviation)
            self.init(network: network, output: output, headPrefixes: ["lm_head."])
            return
        }
        self.init(
            network: network, output: LMHead(&layout, tiedTo: words), headPrefixes: ["lm_head."],
            tiedTensors: [TiedTensor(copy: name + ".weight", original: words.tensorName)])
    }

    /// Whether a tensor of a file is a tied copy or unused.
    func mayIgnore(tensor name: String) -> Bool {
        tiedTensors.contains { $0.copy == name } || unusedTensors.contains(name)
    }

    var vocabularySize: Int { output.vocabularySize }

    /// What `LanguageModel.lossSums` says; `sourceGradient` is needed to train with a `source`.
    func lossSums(
        _ pass: Pass, source: CrossAttentionSource? = nil, sourceGradient: Tensor? = nil, targets: [Int32],
        scale: Double, labelSmoothing: Double
    ) -> TokenLossSums {
        let (rows, wanted) = wanted(targets, pass)
        let states = network.forward(pass, source: source, rows: rows)
        let h = transformed(states.states, pass)
        let sums = output.lossSums(
            h, targets: wanted, scale: scale, labelSmoothing: labelSmoothing,
            gradient: pass.isTraining ? h : nil, tokens: rows, pass)
        if pass.isTraining {
            transform?.backward(gradient: h, into: states.states, pass)
            network.backward(
                gradient: transform == nil ? h : states.states, of: states, sourceGradient: sourceGradient,
                pass)
        }
        return TokenLossSums(loss: sums.loss, correct: sums.correct, count: rows.count)
    }

    /// What `LanguageModel.sequenceLossSums` says.
    func sequenceLossSums(
        _ pass: Pass, source: CrossAttentionSource? = nil, sourceBatch: TokenBatch? = nil, targets: [Int32]
    ) -> [TokenLossSums] {
        precondition(!pass.isTraining, "sums of sequences come without a backward pass")
        let (rows, wanted) = wanted(targets, pass)
        let offsets = pass.batch.offsets
        var sums = [TokenLossSums](repeating: TokenLossSums(), count: offsets.count - 1)
        if rows.isEmpty { return sums }
        let found = losses(pass, source: source, rows: rows, wanted: wanted, sourceBatch: sourceBatch)
        var sequence = 0
        for (index, row) in rows.enumerated() {
            while row >= offsets[sequence + 1] { sequence += 1 }
            sums[sequence].loss += found.losses[index]
            sums[sequence].correct += found.isCorrect[index] ? 1 : 0
            sums[sequence].count += 1
        }
        return sums
    }

    /// The loss of each wanted token, and whether it is the most likely one; from the logits of this task's
    /// observer, if there is one.
    private func losses(
        _ pass: Pass, source: CrossAttentionSource?, rows: [Int32], wanted: [Int32], sourceBatch: TokenBatch?
    ) -> (losses: [Double], isCorrect: [Bool]) {
        guard let observer = OutputObservation.observer else {
            let states = network.forward(pass, source: source, rows: rows).states
            return output.losses(transformed(states, pass), targets: wanted, pass)
        }
        let step = ModelStep(
            batch: sourceBatch ?? pass.batch, target: sourceBatch == nil ? nil : pass.batch, rows: rows)
        let logits = observer.outputs(of: step) { self.logits(pass, source: source, rows: rows) }
        let losses = Losses.crossEntropy(
            logits, targets: wanted.map { Int($0) }, scale: 1, gradient: nil, labelSmoothing: 0)
        let isCorrect = wanted.enumerated().map { row, target in
            let values = logits.rows(row..<row + 1).values()
            return values.firstIndex(of: values.max() ?? 0) == Int(target)
        }
        return (losses, isCorrect)
    }

    /// The tokens that have a target, and these targets.
    private func wanted(_ targets: [Int32], _ pass: Pass) -> (rows: [Int32], targets: [Int32]) {
        precondition(targets.count == pass.batch.tokenCount, "expected one target a token")
        let rows = targets.indices.filter { targets[$0] != ignoredTarget }.map { Int32($0) }
        return (rows, rows.map { targets[Int($0)] })
    }

    /// Logits `[rows.count, V]` at the tokens `rows`.
    func logits(_ pass: Pass, source: CrossAttentionSource? = nil, rows: [Int32]) -> Tensor {
        let logits = pass.workspace.tensor(rows: rows.count, columns: vocabularySize)
        pass.temporarily {
            let states = network.forward(pass, source: source, rows: rows).states
            logits.copy(from: output.logits(transformed(states, pass), pass))
        }
        return logits
    }

    private func transformed(_ x: Tensor, _ pass: Pass) -> Tensor {
        guard let transform else { return x }
        let keys = RowRandomKeys(sampleIDs: [UInt64](repeating: 0, count: x.rows))
        return transform.forward(x, keys: keys, pass)
    }
}

/// The target that stands for "none", as in PyTorch.
let ignoredTarget: Int32 = -100
