// The sum of word, position and type embeddings with its norm and dropout, as in BERT, RoBERTa, DistilBERT
// and the pairs of encoder and decoder that share their words.

internal import Kernels
internal import Layers
internal import Tensors

/// x = dropout(norm(scale·words[token] + types[type] + positions[position])); types, positions and norm only
/// where a family has them.
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
        /// The row of a sequence's first position.
        var firstPosition = 0
        /// What the embeddings of words are multiplied by.
        var scale: Float = 1
    }

    let words: Embedding
    let shape: Shape
    let positions: Embedding?
    let types: Embedding?
    let norm: LayerNorm?
    private let site: String
    /// Whether no other network's backward pass adds to the words' gradient after this one.
    private let isLastOfWords: Bool
    private var saved: (positionIDs: [Int32], dropout: Dropout)?

    /// Adds the slots `prefix` + `embeddings.…`.
    init(_ layout: inout ParameterLayout, _ shape: Shape, prefix: String) {
        self.shape = shape
        isLastOfWords = true
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

    /// Embeddings of given layers, whose dropout is named `site`. Of networks that share `words` only the one
    /// whose backward pass comes last `isLastOfWords`.
    init(
        _ shape: Shape, words: Embedding, positions: Embedding?, norm: LayerNorm?, site: String,
        isLastOfWords: Bool
    ) {
        self.shape = shape
        self.words = words
        self.positions = positions
        self.norm = norm
        types = nil
        self.site = site
        self.isLastOfWords = isLastOfWords
    }

    /// `[T, C]`.
    func forward(_ pass: Pass) -> Tensor {
        let positionIDs = positionIDs(pass.batch)
        let sum = pass.activation(rows: pass.batch.tokenCount, columns: shape.width)
        if shape.scale == 1 {
            var parts = [(table: words, ids: pass.batch.tokens)]
            if let types { parts.append((types, pass.batch.typeIDs)) }
            if let positions { parts.append((positions, positionIDs)) }
            Embedding.forwardSum(parts, pass, into: sum)
        } else {
            words.forward(pass.batch.tokens, pass, into: sum)
            Elementwise.scale(sum, by: shape.scale)
            positions?.forward(positionIDs, pass, into: sum, accumulating: true)
        }
        let embedded = norm?.forward(sum, keys: pass.tokenKeys, pass) ?? sum
        let dropout = pass.dropout(site, probability: shape.dropout)
        dropout.apply(to: embedded, keys: pass.tokenKeys, into: embedded)
        saved = (positionIDs, dropout)
        return embedded
    }

    /// Gradients of all tables from `dy`, which is overwritten, as is `spare`; both `[T, C]`.
    func backward(gradient dy: Tensor, spare: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        saved.dropout.apply(to: dy, keys: pass.tokenKeys, into: dy)
        let dsum = norm?.backward(gradient: dy, residualGradient: spare, pass) ?? dy
        types?.backward(gradient: dsum, pass.batch.typeIDs, pass)
        positions?.backward(gradient: dsum, saved.positionIDs, pass)
        if shape.scale != 1 { Elementwise.scale(dsum, by: shape.scale) }
        words.backward(gradient: dsum, pass.batch.tokens, isLast: isLastOfWords, pass)
    }

    /// RoBERTa counts the tokens that are not padding from behind the padding id; a padding token keeps that
    /// id.
    private func positionIDs(_ batch: TokenBatch) -> [Int32] {
        guard shape.positionsFollowPadding else {
            return shape.firstPosition == 0
                ? batch.positions : batch.positions.map { $0 + Int32(shape.firstPosition) }
        }
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
