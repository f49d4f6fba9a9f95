// The sum of word, position and type embeddings with its norm and dropout, as in BERT, RoBERTa and
// DistilBERT.

internal import Kernels
internal import Layers
internal import Tensors

/// x = dropout(norm(words[token] + types[type] + positions[position])), the types only where a family has
/// them.
final class TextEmbeddings {
    /// Sizes and rates.
    struct Shape: Sendable {
        var vocabularySize, width, positionCount: Int
        /// Number of token types; nil for a family without.
        var typeCount: Int?
        /// The token whose embedding gets no gradient, if it is one of the vocabulary.
        var paddingID: Int
        /// Whether positions start behind the padding id, and padding keeps that id (Liu et al. 2019).
        var positionsFollowPadding = false
        var layerNormEpsilon, dropout, initializerRange: Float
    }

    let words: Embedding
    let shape: Shape
    let positions: Embedding
    let types: Embedding?
    let norm: LayerNorm
    private let site: String
    private var saved: (positionIDs: [Int32], dropout: Dropout)?

    /// Adds the slots `prefix` + `embeddings.…`.
    init(_ layout: inout ParameterLayout, _ shape: Shape, prefix: String) {
        self.shape = shape
        site = prefix + "embeddings"
        func table(_ name: String, _ count: Int, _ layout: inout ParameterLayout, padding: Int? = nil)
            -> Embedding
        {
            Embedding(
                &layout, prefix + "embeddings." + name, count: count, width: shape.width,
                standardDeviation: shape.initializerRange, paddingID: padding)
        }
        let hasPadding = (0..<shape.vocabularySize).contains(shape.paddingID)
        words = table(
            "word_embeddings", shape.vocabularySize, &layout, padding: hasPadding ? shape.paddingID : nil)
        positions = table(
            "position_embeddings", shape.positionCount, &layout,
            padding: shape.positionsFollowPadding ? shape.paddingID : nil)
        types = shape.typeCount.map { table("token_type_embeddings", $0, &layout) }
        norm = LayerNorm(
            &layout, prefix + "embeddings.LayerNorm", width: shape.width, epsilon: shape.layerNormEpsilon)
    }

    /// `[T, C]`.
    func forward(_ pass: Pass) -> Tensor {
        let positionIDs = positionIDs(pass.batch)
        let sum = pass.activation(rows: pass.batch.tokenCount, columns: shape.width)
        var parts = [(table: words, ids: pass.batch.tokens)]
        if let types { parts.append((types, pass.batch.typeIDs)) }
        parts.append((positions, positionIDs))
        Embedding.forwardSum(parts, pass, into: sum)
        let embedded = norm.forward(sum, keys: pass.tokenKeys, pass)
        let dropout = pass.dropout(site, probability: shape.dropout)
        dropout.apply(to: embedded, keys: pass.tokenKeys, into: embedded)
        saved = (positionIDs, dropout)
        return embedded
    }

    /// Gradients of all tables from `dy`, which is overwritten, as is `spare`; both `[T, C]`.
    func backward(gradient dy: Tensor, spare: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        saved.dropout.apply(to: dy, keys: pass.tokenKeys, into: dy)
        let dsum = norm.backward(gradient: dy, residualGradient: spare, pass)
        types?.backward(gradient: dsum, pass.batch.typeIDs, pass)
        positions.backward(gradient: dsum, saved.positionIDs, pass)
        words.backward(gradient: dsum, pass.batch.tokens, pass)
    }

    /// RoBERTa counts the tokens that are not padding from behind the padding id; a padding token keeps that
    /// id.
    private func positionIDs(_ batch: TokenBatch) -> [Int32] {
        guard shape.positionsFollowPadding else { return batch.positions }
        let padding = Int32(shape.paddingID)
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
