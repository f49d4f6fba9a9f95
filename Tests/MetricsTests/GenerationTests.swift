// CIDEr against pycocoevalcap, distinct-n, and perplexity against torch.

import Metrics
import Testing

@Suite struct GenerationTests {
    private let goldens: TextGoldens

    init() throws { goldens = try TextGoldens.loaded.get() }

    /// Prediction and references of each image, tokenised.
    private typealias Image = (prediction: [String], references: [[String]])

    private func images(_ golden: TextGoldens.CIDEr) -> [Image] {
        let rows = goldens.rows.dropFirst(golden.rows[0]).prefix(golden.rows[1]).map { [$0.p] + $0.r }
        return (golden.texts ?? rows).map { texts in
            (CaptionTokenizer.tokens(texts[0]), texts.dropFirst().map(CaptionTokenizer.tokens))
        }
    }

    private func frequencies(_ images: [Image]) -> CIDErDocumentFrequencies {
        images.reduce(into: CIDErDocumentFrequencies()) { $0.add(references: $1.references) }
    }

    private func scores(_ images: [Image], _ frequencies: CIDErDocumentFrequencies) -> [Double] {
        let scorer = CIDErScorer(frequencies)
        return images.map { scorer.score(prediction: $0.prediction, references: $0.references) }
    }

    @Test("CIDEr of 342 images in 14 corpora equals pycocoevalcap's, image by image")
    func cider() {
        #expect(goldens.cider.reduce(0) { $0 + $1.scores.count } == 343 && goldens.cider.count == 14)
        for golden in goldens.cider {
            let images = images(golden)
            #expect(images.count == golden.scores.count)
            let found = scores(images, frequencies(images))
            for (index, (score, expected)) in zip(found, golden.scores).enumerated() {
                expectClose(score, expected, "image \(index) of \(golden.kind) \(golden.rows)")
            }
            expectClose(ExactAccumulator(found).value / Double(found.count), golden.score, "\(golden.rows)")
        }
    }

    @Test("CIDEr has the same bits when ranks gather their document frequencies")
    func shardedCIDEr() throws {
        let images = images(goldens.cider[1])
        let whole = scores(images, frequencies(images)).map(\.bitPattern).sorted()
        for split in splits(images) {
            var gathered = CIDErDocumentFrequencies()
            for shard in split {
                let part = frequencies(shard)
                let received = try NGramCounts(serialized: part.counts.serialized)
                gathered.merge(CIDErDocumentFrequencies(counts: received, imageCount: part.imageCount))
            }
            #expect(gathered.imageCount == images.count)
            let bits = split.flatMap { scores($0, gathered) }.map(\.bitPattern).sorted()
            #expect(bits == whole)
        }
    }

    @Test("captions are cut as the rules say, in 60 cases and for contractions")
    func captionTokens() {
        #expect(goldens.captionTokens.count == 60)
        for (row, expected) in zip(goldens.rows, goldens.captionTokens) {
            #expect(CaptionTokenizer.tokens(row.p).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        }
        let tokens = CaptionTokenizer.tokens(
            "A man's dog can’t catch 1,000.5 (at 10:30) well-known T-shirts, he'll try!")
        let expected = "a man 's dog ca n't catch 1,000.5 at 10:30 well-known t-shirts he 'll try"
        #expect(tokens.joined(separator: " ") == expected)
    }

    @Test("distinct-1 and -2 of 200 corpora equal the counts of Python sets, however they are split")
    func distinct() throws {
        for golden in goldens.corpora {
            let texts = goldens.rows(of: golden).map(\.p)
            func counted(_ texts: [String]) -> DistinctNGrams {
                texts.reduce(into: DistinctNGrams()) { $0.add($1) }
            }
            let whole = counted(texts)
            for order in 1...2 {
                expectClose(
                    whole.ratio(order: order), golden.distinct[order - 1], "\(order) of \(golden.rows)")
            }
            var gathered = DistinctNGrams()
            for index in 0..<3 {
                let part = counted(texts.enumerated().filter { $0.offset % 3 == index }.map(\.element))
                let received = try NGramCounts(serialized: part.counts.serialized)
                gathered.merge(DistinctNGrams(counts: received, totals: part.totals))
            }
            for order in 1...2 { #expect(gathered.ratio(order: order) == whole.ratio(order: order)) }
        }
        #expect(DistinctNGrams().ratio(order: 1) == 0)
    }

    @Test("broken n-gram counts are refused with the place")
    func malformedCounts() throws {
        var counts = CIDErDocumentFrequencies()
        counts.add(references: [["a", "b"], ["b", "c", "é"]])
        let bytes = counts.counts.serialized
        #expect(try NGramCounts(serialized: bytes).serialized == bytes)
        for length in 0..<bytes.count {
            #expect(throws: MetricsError.self) { try NGramCounts(serialized: Array(bytes[..<length])) }
        }
        #expect(throws: MetricsError.malformedCounts(offset: bytes.count, byteCount: bytes.count + 1)) {
            try NGramCounts(serialized: bytes + [0])
        }
        for index in bytes.indices {
            var broken = bytes
            broken[index] ^= 0xFF
            // Only letters and counts may be anything.
            guard let read = try? NGramCounts(serialized: broken) else { continue }
            #expect(read.serialized == broken)
        }
    }

    @Test("perplexity and token accuracy of 200 cases equal torch's, however tokens are split")
    func perplexity() {
        #expect(goldens.perplexity.count == 200)
        for golden in goldens.perplexity {
            let tokens = Array(zip(golden.nll, golden.correct))
            func sums(_ tokens: [(Double, Int)]) -> TokenPredictionSums {
                tokens.reduce(into: TokenPredictionSums()) {
                    $0.add(negativeLogLikelihood: $1.0, isCorrect: $1.1 == 1)
                }
            }
            let whole = sums(tokens)
            expectClose(whole.perplexity, golden.perplexity, "\(golden.nll)")
            expectClose(whole.accuracy, golden.accuracy, "\(golden.nll)")
            #expect(whole.tokenCount == tokens.count)
            for split in splits(tokens) {
                let shards = split.map { sums($0) }
                #expect(shards.reduce(into: TokenPredictionSums()) { $0.merge($1) } == whole)
                let summed = TokenPredictionSums(words: allReduced(shards.map(\.words)))
                #expect(summed.perplexity.bitPattern == whole.perplexity.bitPattern)
            }
        }
        #expect(TokenPredictionSums().perplexity.isNaN && TokenPredictionSums().accuracy.isNaN)
    }
}
