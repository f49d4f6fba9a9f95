// The sum of word, type and position embeddings with its norm and dropout, as in BERT and RoBERTa.

internal import Kernels
internal import Layers
internal import Tensors

/// x = dropout(norm(words[token] + types[type] + positions[position])).
final class BERTEmbeddings {
    let words: Embedding
    private let configuration: BERTConfiguration
    private let positions: Embedding
    private let types: Embedding
    private let norm: LayerNorm
    private let site: String
    private var saved: (positionIDs: [Int32], dropout: Dropout)?

    /// Adds the slots `prefix` + `embeddings.…`.
    init(_ layout: inout ParameterLayout, _ configuration: BERTConfiguration, prefix: String) {
        self.configuration = configuration
        site = prefix + "embeddings"
        func table(_ name: String, _ count: Int, _ layout: inout ParameterLayout, padding: Int? = nil)
            -> Embedding
        {
            Embedding(
                &layout, prefix + "embeddings." + name, count: count, width: configuration.hiddenSize,
                standardDeviation: configuration.initializerRange, paddingID: padding)
        }
        let paddingID = configuration.paddingID
        let hasPadding = (0..<configuration.vocabularySize).contains(paddingID)
        words = table(
            "word_embeddings", configuration.vocabularySize, &layout, padding: hasPadding ? paddingID : nil)
        positions = table(
            "position_embeddings", configuration.positionCount, &layout,
            padding: configuration.family == .roberta ? paddingID : nil)
        types = table("token_type_embeddings", configuration.typeCount, &layout)
        norm = LayerNorm(
            &layout, prefix + "embeddings.LayerNorm", width: configuration.hiddenSize,
            epsilon: configuration.layerNormEpsilon)
    }

    /// `[T, C]`.
    func forward(_ pass: Pass) -> Tensor {
        let positionIDs = positionIDs(pass.batch)
        let sum = pass.activation(rows: pass.batch.tokenCount, columns: configuration.hiddenSize)
        Embedding.forwardSum(
            [(words, pass.batch.tokens), (types, pass.batch.typeIDs), (positions, positionIDs)], pass,
            into: sum)
        let embedded = norm.forward(sum, keys: pass.tokenKeys, pass)
        let dropout = pass.dropout(site, probability: configuration.hiddenDropout)
        dropout.apply(to: embedded, keys: pass.tokenKeys, into: embedded)
        saved = (positionIDs, dropout)
        return embedded
    }

    /// Gradients of all tables from `dy`, which is overwritten, as is `spare`; both `[T, C]`.
    func backward(gradient dy: Tensor, spare: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        saved.dropout.apply(to: dy, keys: pass.tokenKeys, into: dy)
        let dsum = norm.backward(gradient: dy, residualGradient: spare, pass)
        types.backward(gradient: dsum, pass.batch.typeIDs, pass)
        positions.backward(gradient: dsum, saved.positionIDs, pass)
        words.backward(gradient: dsum, pass.batch.tokens, pass)
    }

    /// RoBERTa counts the tokens that are not padding from behind the padding id; a padding token keeps that id.
    private func positionIDs(_ batch: TokenBatch) -> [Int32] {
        guard configuration.family == .roberta else { return batch.positions }
        let padding = Int32(configuration.paddingID)
        guard batch.tokens.contains(padding) else { return batch.positions.map { $0 + padding + 1 } }
        var count: Int32 = 0
        return batch.tokens.indices.map { index in
            if batch.positions[index] == 0 { count = 0 }
            guard batch.tokens[index] != padding else { return padding }
            count += 1
            return padding + count
        }
    }
}
