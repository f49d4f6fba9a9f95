// BERTSum (Liu and Lapata 2019, "Text Summarization with Pretrained Encoders"): a score for each sentence of
// a document.

internal import Foundation
package import JSON
internal import Kernels
package import Layers
package import Tensors

/// Where the sentences of a batch of windows stand.
package struct SentenceBatch: Sendable {
    /// The token of the batch that stands for each sentence, its [CLS], `[N]`.
    package let places: [Int32]
    /// The number of each sentence in its document, from 0, `[N]`.
    package let positions: [Int32]
    /// Window s has the sentences `offsets[s]..<offsets[s + 1]`; `[S + 1]`.
    package let offsets: [Int32]

    package init(places: [Int32], positions: [Int32], offsets: [Int32]) {
        precondition(places.count == positions.count, "expected one position a sentence")
        precondition(
            offsets.first == 0 && offsets.last == Int32(places.count), "offsets must cover the sentences")
        self.places = places
        self.positions = positions
        self.offsets = offsets
    }

    /// The sentence of each token, `[T]`: each reaches from its place to the next one's.
    func sentenceOfToken(_ batch: TokenBatch) -> [Int32] {
        var sentences = [Int32](repeating: 0, count: batch.tokenCount)
        for (sentence, (start, end)) in zip(places, places.dropFirst() + [Int32(batch.tokenCount)])
            .enumerated()
        {
            for token in start..<end { sentences[Int(token)] = Int32(sentence) }
        }
        return sentences
    }
}

/// An encoder of texts with transformer layers over the first tokens of sentences.
///
/// The state of each sentence's [CLS], or the mean of its tokens' states, gets a sinusoidal position, as in
/// Vaswani et al. 2017, passes through post-norm layers that see the sentences of the window, and becomes one
/// number, whose sigmoid says how much the sentence belongs into the summary.
package final class ExtractiveSummarizer: TrainableModel {
    package let parameters: ParameterStore
    package let configuration: ExtractiveConfiguration
    private let family: ModelFamily
    private let json: JSONValue
    let encoder: SourceEncoder
    let blocks: [EncoderBlock]
    private let blockStarts: [Int]
    let output: Linear
    private var sinusoids = Tensor(rows: 0, columns: 0)
    private var saved: (pass: Pass, states: Tensor, encoded: SelectedStates?, sentences: SentenceBatch)?

    private static let prefix = "extractor."

    static let heads: Set<ModelFamily.Head> = [.extractiveSummarizer]

    /// Builds the network of `json`, the config.json of an encoder of texts, with zero parameters. `file` is
    /// named in errors.
    package init(_ json: JSONValue, file: String) throws(ModelError) {
        family = try ModelFamily.of(json, having: Self.heads, file: file)
        let network = try family.encoderConfiguration(json, file: file)
        guard let shape = network.blockShape else {
            preconditionFailure("the family \(family.modelType) has no blocks over sentences")
        }
        self.json = json
        configuration = try ExtractiveConfiguration(json, file: file)
        var layout = ParameterLayout()
        encoder = SourceEncoder(&layout, network, prefix: family.prefix)
        var blocks: [EncoderBlock] = []
        var starts: [Int] = []
        for index in 0..<configuration.layerCount {
            starts.append(layout.slots.count)
            blocks.append(shape.block(&layout, .bert(Self.prefix + "layer.\(index).")))
        }
        self.blocks = blocks
        blockStarts = starts + [layout.slots.count]
        output = Linear(
            &layout, Self.prefix + "classifier", inputs: network.hiddenSize, outputs: 1,
            standardDeviation: network.initializerRange)
        parameters = try layout.store(file: file)
    }

    package var encoderPrefix: String { family.prefix }
    package var maximumLength: Int { encoder.maximumLength }

    /// Number of token types: with one, segments cannot alternate.
    package var typeCount: Int { encoder.text.typeCount }

    package func isHead(_ slot: ParameterSlot) -> Bool { slot.name.hasPrefix(Self.prefix) }

    package func mayIgnore(tensor name: String) -> Bool {
        family.mayIgnore(tensor: name, besides: [Self.prefix, family.prefix + "pooler."])
    }

    package var configurationJSON: JSONValue {
        let members = json.object ?? [:]
        return JSONValue.object(members.merging(configuration.members))
            .described(by: family.architecture(Self.heads))
    }

    package func validate(_ batch: TokenBatch) throws(ModelError) { try encoder.encoder.validate(batch) }

    /// Logits `[N, 1]` of the sentences, in float32.
    package func forward(_ pass: Pass, sentences: SentenceBatch) -> Tensor {
        OutputObservation.outputs(pass, sentences: sentences) { scores(pass, sentences) }
    }

    private func scores(_ pass: Pass, _ sentences: SentenceBatch) -> Tensor {
        let positionCount = Int(sentences.positions.max() ?? 0) + 1
        var states: Tensor
        var encoded: SelectedStates?
        switch configuration.pooling {
        case .cls:
            let firsts = encoder.states(of: sentences.places, pass)
            (states, encoded) = (firsts.states, firsts)
            prepareSinusoids(count: positionCount, width: states.columns)
            EmbeddingTable.gather(sinusoids, ids: sentences.positions, into: states, accumulating: true)
        case .mean:
            let hidden = encoder.hiddenStates(pass)
            states = pass.activation(rows: sentences.places.count, columns: hidden.columns)
            prepareSinusoids(count: positionCount, width: states.columns)
            pass.temporarily {
                let means = means(of: hidden, sentences, pass)
                EmbeddingTable.gatherSum(
                    [(means, sentences.places.indices.map { Int32($0) }), (sinusoids, sentences.positions)],
                    into: states)
            }
        }
        let inner = Self.sentencePass(pass, sentences)
        for block in blocks {
            if pass.isTraining {
                states = block.forward(states, inner)
            } else {
                pass.temporarily { states.copy(from: block.forward(states, inner)) }
            }
        }
        saved = (inner, states, encoded, sentences)
        return output.forward(states, inner, type: .float32)
    }

    /// Adds the gradients of all parameters from that of the logits, which may be overwritten.
    package func backward(gradient dlogits: Tensor, _ pass: Pass) {
        guard let (inner, states, encoded, sentences) = saved else {
            preconditionFailure("backward without forward")
        }
        var dx = pass.activation(rows: states.rows, columns: states.columns)
        var spare = pass.activation(rows: states.rows, columns: states.columns)
        output.backward(gradient: dlogits, input: states, inner, into: dx)
        output.finishBackward(inner)
        for index in blocks.indices.reversed() {
            guard parameters.hasTrainableSlot(before: blockStarts[index + 1]) else { return }
            blocks[index].backward(gradient: dx, into: spare, inner)
            swap(&dx, &spare)
        }
        guard parameters.hasTrainableSlot(before: blockStarts[0]) else { return }
        if let encoded { return encoder.backward(gradient: dx, of: encoded, pass) }
        let shares = pass.workspace.tensor(rows: dx.rows, columns: dx.columns)
        Conversion.copy(dx, to: shares)
        Self.divideByLengths(shares, sentences, pass.batch)
        let dhidden = pass.activation(rows: pass.batch.tokenCount, columns: states.columns)
        EmbeddingTable.gather(shares, ids: sentences.sentenceOfToken(pass.batch), into: dhidden)
        encoder.backward(statesGradient: dhidden, pass)
    }

    /// The mean state of each sentence's tokens, its [CLS] and [SEP] among them, `[N, C]` in float32.
    private func means(of hidden: Tensor, _ sentences: SentenceBatch, _ pass: Pass) -> Tensor {
        let means = pass.workspace.tensor(rows: sentences.places.count, columns: hidden.columns)
        means.clear()
        EmbeddingTable.scatterAdd(hidden, ids: sentences.sentenceOfToken(pass.batch), to: means)
        Self.divideByLengths(means, sentences, pass.batch)
        return means
    }

    /// Divides the row of each sentence, in float32, by the number of its tokens.
    private static func divideByLengths(_ x: Tensor, _ sentences: SentenceBatch, _ batch: TokenBatch) {
        let ends = sentences.places.dropFirst() + [Int32(batch.tokenCount)]
        for (row, (start, end)) in zip(sentences.places, ends).enumerated() {
            Elementwise.scale(x.rows(row..<row + 1), by: 1 / Float(end - start))
        }
    }

    /// A pass whose sequences are the sentences of each window.
    private static func sentencePass(_ pass: Pass, _ sentences: SentenceBatch) -> Pass {
        let zeros = [Int32](repeating: 0, count: sentences.places.count)
        let batch = TokenBatch(
            tokens: zeros, typeIDs: zeros, positions: sentences.positions, offsets: sentences.offsets,
            sampleIDs: pass.batch.sampleIDs)
        return Pass(
            parameters: pass.parameters, workspace: pass.workspace, batch: batch,
            trainingKey: pass.isTraining ? pass.key : nil, completesGradients: pass.completesGradients)
    }

    /// PE(p, 2i) = sin(p / 10000^(2i/C)), PE(p, 2i + 1) = cos of the same, for the positions below `count`.
    private func prepareSinusoids(count: Int, width: Int) {
        guard sinusoids.rows < count else { return }
        let rows = max(count, 2 * sinusoids.rows, 64)
        sinusoids = Tensor(rows: rows, columns: width)
        for column in 0..<width {
            let rate = exp(-Double(column / 2 * 2) / Double(width) * log(10_000))
            for row in 0..<rows {
                let angle = Double(row) * rate
                sinusoids[row, column] = Float(column % 2 == 0 ? sin(angle) : cos(angle))
            }
        }
    }
}
