// ROUGE against rouge_score, the Porter stemmer against NLTK's, and choices of sentences.

import Metrics
import Testing

@Suite struct SummaryTests {
    private let goldens: TextGoldens

    init() throws { goldens = try TextGoldens.loaded.get() }

    private func figures(_ scores: RougeScores) -> [Double] {
        [scores.rouge1, scores.rouge2, scores.rougeL, scores.rougeLsum].flatMap {
            [$0.precision, $0.recall, $0.f1]
        }
    }

    private func sums(_ rows: [TextGoldens.Row], _ scorer: RougeScorer = RougeScorer()) -> RougeSums {
        rows.reduce(into: RougeSums()) { $0.add(scorer.scores(prediction: $1.p, references: $1.r)) }
    }

    @Test("ROUGE-1, -2, -L and -Lsum of 282 rows equal rouge_score's", arguments: [false, true])
    func rows(usesStemmer: Bool) {
        let scorer = RougeScorer(usesStemmer: usesStemmer)
        #expect(goldens.rows.count { $0.rougeStem != nil } == 27)
        for row in goldens.rows {
            let found = figures(scorer.scores(prediction: row.p, references: row.r))
            let expected = usesStemmer ? row.rougeStem ?? row.rouge : row.rouge
            #expect(found.count == expected.count)
            for (index, (value, golden)) in zip(found, expected).enumerated() {
                expectClose(value, golden, "figure \(index) of \(row.p) against \(row.r)")
            }
        }
    }

    @Test("871 words have the stems that NLTK's Porter stemmer gives them")
    func stems() {
        #expect(goldens.stems.count == 871)
        for (word, stem) in goldens.stems {
            #expect(PorterStemmer.stem(word) == stem, "\(word)")
        }
    }

    @Test("mean F1 of 200 corpora equals the mean of rouge_score's")
    func corpora() {
        for golden in goldens.corpora {
            let mean = figures(sums(goldens.rows(of: golden)).mean)
            for (kind, expected) in golden.rougeF1.enumerated() {
                expectClose(mean[3 * kind + 2], expected, "kind \(kind) of \(golden.rows)")
            }
        }
    }

    @Test("sums of shards, merged or added as integers, give the same bits as the whole")
    func sharded() {
        let rows = Array(goldens.rows[55..<120])
        let whole = sums(rows)
        let bits = figures(whole.mean).map(\.bitPattern)
        for split in splits(rows) {
            let shards = split.map { sums($0) }
            let merged = shards.reduce(into: RougeSums()) { $0.merge($1) }
            #expect(merged == whole)
            let summed = RougeSums(words: allReduced(shards.map(\.words)))
            #expect(summed == whole && figures(summed.mean).map(\.bitPattern) == bits)
        }
    }

    @Test("choices of sentences score as their text does", arguments: [false, true])
    func choices(usesStemmer: Bool) {
        let sentences = goldens.rows[50..<90].map(\.p)
        let scorer = RougeScorer(usesStemmer: usesStemmer)
        for (number, reference) in goldens.rows[60..<80].map({ $0.r[0] }).enumerated() {
            let extractive = ExtractiveRouge(
                sentences: Array(sentences), reference: reference, usesStemmer: usesStemmer)
            #expect(extractive.sentenceCount == 40)
            for chosen in [[], [number], [10 + number, number], [3, 12, 20, 12], Array(0..<40)] {
                let text = chosen.map { sentences[$0] }.joined(separator: "\n")
                let expected = scorer.scores(prediction: text, reference: reference)
                let found = extractive.scores(of: chosen)
                #expect(found.rouge1 == expected.rouge1 && found.rouge2 == expected.rouge2)
            }
        }
    }

    @Test("subsequences of more than 64 and 128 tokens are as long as a table says", arguments: 0..<40)
    func longSubsequences(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func words(_ count: Int) -> [String] {
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return "w\((state >> 40) % UInt64(2 + seed))"
            }
        }
        let (first, second) = (words(50 + 9 * seed), words(60 + 5 * seed))
        var row = [Int](repeating: 0, count: second.count + 1)
        for word in first {
            var diagonal = 0
            for column in second.indices {
                let above = row[column + 1]
                row[column + 1] = word == second[column] ? diagonal + 1 : max(above, row[column])
                diagonal = above
            }
        }
        let scores = RougeScorer().scores(
            prediction: second.joined(separator: " "), reference: first.joined(separator: " "))
        #expect(scores.rougeL.precision == Double(row[second.count]) / Double(second.count))
        #expect(scores.rougeLsum == scores.rougeL)
    }

    @Test("without rows every mean is NaN")
    func noRows() {
        #expect(figures(RougeSums().mean).allSatisfy { $0.isNaN })
    }
}
