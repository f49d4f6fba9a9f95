// CIDEr of image captions, equal to pycocoevalcap 1.2 on the same tokens.

import Foundation

/// How many images have each n-gram in some reference caption: CIDEr's first pass.
///
/// Every rank adds its own rows; ranks gather `counts` and sum `imageCount`, and all then score with the
/// totals.
package struct CIDErDocumentFrequencies: Sendable {
    /// The longest n-grams that count.
    package static let maximumOrder = 4

    package private(set) var counts: NGramCounts
    /// Number of images whose references were added.
    package private(set) var imageCount: Int64
    /// By node, the last image that counted.
    private var lastImage: [Int64] = [0]

    /// No images.
    package init() { self.init(counts: NGramCounts(maximumOrder: Self.maximumOrder), imageCount: 0) }

    /// Counts and number of images, for example gathered from ranks.
    package init(counts: NGramCounts, imageCount: Int64) {
        precondition(counts.maximumOrder == Self.maximumOrder, "CIDEr counts n-grams of orders 1 to 4")
        self.counts = counts
        self.imageCount = imageCount
        lastImage = [Int64](repeating: 0, count: counts.table.count)
    }

    /// Adds the tokenised reference captions of one image.
    package mutating func add(references: [[String]]) {
        imageCount += 1
        var last = lastImage
        lastImage = []
        for reference in references {
            let ids = reference.map { token in
                let bytes = Array(token.utf8)
                return counts.insert(token: bytes, 0..<bytes.count)
            }
            counts.forEachNode(of: ids) { counts, node in
                while last.count <= node { last.append(0) }
                if last[node] == imageCount { return }
                last[node] = imageCount
                counts.add(1, to: node)
            }
        }
        lastImage = last
    }

    /// Adds the images of another part of the data.
    package mutating func merge(_ other: CIDErDocumentFrequencies) {
        var counts = counts
        counts.merge(other.counts)
        self = CIDErDocumentFrequencies(counts: counts, imageCount: imageCount + other.imageCount)
    }
}

/// Scores captions once all references are known: CIDEr's second pass.
///
/// The corpus score is the mean over images; sum `score` with `ExactAccumulator` over ranks.
///
/// Source: Vedantam, Zitnick, Parikh 2015, "CIDEr: consensus-based image description evaluation", with the
/// clipping and the length penalty (σ = 6) of CIDEr-D that the program `Cider` of pycocoevalcap has.
package struct CIDErScorer: Sendable {
    private let counts: NGramCounts
    private let logarithmOfImages: Double

    package init(_ frequencies: CIDErDocumentFrequencies) {
        counts = frequencies.counts
        logarithmOfImages = log(Double(frequencies.imageCount))
    }

    /// The score of one image in 0...10, of a tokenised caption against tokenised references (at least one).
    package func score(prediction: [String], references: [[String]]) -> Double {
        precondition(!references.isEmpty, "CIDEr needs a reference for each image")
        var nodes = Nodes()
        let hypothesis = vector(prediction, &nodes)
        var total = 0.0
        for reference in references {
            let vector = vector(reference, &nodes)
            total += similarity(hypothesis, vector, nodes.orders)
        }
        return total / Double(CIDErDocumentFrequencies.maximumOrder) / Double(references.count) * 10
    }

    /// N-grams of one image's captions, and their nodes in the corpus (0 for those that it lacks).
    private struct Nodes {
        var tokens = TokenTable()
        var table = NGramTable()
        var corpusNodes = [0]
        var orders = [0]
    }

    /// Weights of a caption's n-grams.
    private struct Vector {
        /// Nodes in the order of their first appearance.
        var nodes: [Int] = []
        /// By node, 0 for n-grams that the caption lacks.
        var weights: [Double] = []
        /// Squared length by order.
        var norms = [Double](repeating: 0, count: CIDErDocumentFrequencies.maximumOrder)
        var bigramCount = 0
    }

    /// Term frequency times log(images / document frequency) of each n-gram.
    private func vector(_ caption: [String], _ nodes: inout Nodes) -> Vector {
        var vector = Vector()
        vector.bigramCount = max(0, caption.count - 1)
        let tokens = caption.map { token in
            let bytes = Array(token.utf8)
            return (
                local: nodes.tokens.insert(bytes, 0..<bytes.count),
                corpus: counts.tokens.find(bytes, 0..<bytes.count)
            )
        }
        var frequencies: [Double] = []
        for order in 1...CIDErDocumentFrequencies.maximumOrder where order <= tokens.count {
            for start in 0...tokens.count - order {
                let node = node(tokens[start..<start + order], &nodes)
                while frequencies.count <= node { frequencies.append(0) }
                if frequencies[node] == 0 { vector.nodes.append(node) }
                frequencies[node] += 1
            }
        }
        vector.weights = [Double](repeating: 0, count: frequencies.count)
        for node in vector.nodes {
            let documents = Double(counts.count(of: nodes.corpusNodes[node]))
            let weight = frequencies[node] * (logarithmOfImages - log(max(1, documents)))
            vector.weights[node] = weight
            vector.norms[nodes.orders[node] - 1] += weight * weight
        }
        vector.norms = vector.norms.map { $0.squareRoot() }
        return vector
    }

    private func node(_ ngram: ArraySlice<(local: Int32, corpus: Int32)>, _ nodes: inout Nodes) -> Int {
        var (node, corpusNode) = (0, 0)
        var isKnown = true
        for (index, token) in ngram.enumerated() {
            node = nodes.table.insert(prefix: node, token: token.local)
            corpusNode = isKnown ? counts.table.find(prefix: corpusNode, token: token.corpus) : 0
            isKnown = corpusNode > 0
            if node == nodes.corpusNodes.count {
                nodes.corpusNodes.append(corpusNode)
                nodes.orders.append(index + 1)
            }
        }
        return node
    }

    /// Σ over orders of the clipped cosine, times exp(−(difference in bigrams)² / (2·6²)).
    private func similarity(_ hypothesis: Vector, _ reference: Vector, _ orders: [Int]) -> Double {
        var values = [Double](repeating: 0, count: CIDErDocumentFrequencies.maximumOrder)
        for node in hypothesis.nodes where node < reference.weights.count {
            let weight = reference.weights[node]
            values[orders[node] - 1] += min(hypothesis.weights[node], weight) * weight
        }
        let difference = Double(hypothesis.bigramCount - reference.bigramCount)
        let penalty = exp(-(difference * difference) / 72)
        var total = 0.0
        for order in values.indices {
            let scale = hypothesis.norms[order] * reference.norms[order]
            total += (scale == 0 ? values[order] : values[order] / scale) * penalty
        }
        return total
    }
}
