// BLEU, chrF and chrF++ against sacrebleu, on single rows and corpora.

import Metrics
import Testing

@Suite struct TranslationTests {
    private let goldens: TextGoldens
    private let tokenizers: [BLEUTokenizer] = [.mteval13a, .international, .characters, .none]

    init() throws { goldens = try TextGoldens.loaded.get() }

    private func bleu(_ rows: [TextGoldens.Row], _ scorer: BLEUScorer) -> BLEUCounts {
        rows.reduce(into: BLEUCounts()) { $0.merge(scorer.counts(prediction: $1.p, references: $1.r)) }
    }

    private func chrf(_ rows: [TextGoldens.Row], _ scorer: ChrFScorer) -> ChrFCounts {
        rows.reduce(into: ChrFCounts(wordOrder: scorer.wordOrder)) {
            $0.merge(scorer.counts(prediction: $1.p, references: $1.r))
        }
    }

    @Test("BLEU's statistics of 282 rows equal sacrebleu's for every tokenizer, with and without case")
    func bleuStatistics() {
        #expect(goldens.rows.count == 282)
        for row in goldens.rows {
            for (tokenizer, expected) in zip(tokenizers, row.bleu) {
                let counts = bleu([row], BLEUScorer(tokenizer: tokenizer))
                #expect(Array(counts.words.prefix(10)) == expected, "\(tokenizer) \(row.p) \(row.r)")
            }
            let lower = bleu([row], BLEUScorer(lowercases: true))
            #expect(Array(lower.words.prefix(10)) == row.bleuLower, "\(row.p) \(row.r)")
            let counts = bleu([row], BLEUScorer())
            expectClose(counts.score(), row.bleuScore, row.p)
            expectClose(counts.score(effectiveOrder: true), row.bleuEffective, row.p)
        }
    }

    @Test("chrF's statistics and scores of 282 rows equal sacrebleu's, the best reference chosen alike")
    func chrfStatistics() {
        for row in goldens.rows {
            let plain = chrf([row], ChrFScorer())
            let plus = chrf([row], ChrFScorer(wordOrder: 2))
            #expect(Array(plus.words.dropLast(3)) == row.chrf, "\(row.p) \(row.r)")
            expectClose(plain.score, row.chrfScores[0], row.p)
            expectClose(plus.score, row.chrfScores[1], row.p)
            expectClose(
                chrf([row], ChrFScorer(wordOrder: 2, lowercases: true)).score, row.chrfScores[2], row.p)
        }
    }

    @Test("BLEU, chrF and their signatures of 200 corpora equal sacrebleu's")
    func corpora() {
        #expect(goldens.corpora.count == 200)
        for (number, golden) in goldens.corpora.enumerated() {
            let rows = goldens.rows(of: golden)
            let (lowercases, effective) = (golden.lower == 1, golden.effective == 1)
            let scorer = BLEUScorer(tokenizer: tokenizers[number / 2 % 4], lowercases: lowercases)
            let counts = bleu(rows, scorer)
            expectClose(counts.score(effectiveOrder: effective), golden.bleu, "BLEU of corpus \(number)")
            let chrfScorer = ChrFScorer(wordOrder: number % 2 * 2, lowercases: lowercases)
            let chrfCounts = chrf(rows, chrfScorer)
            expectClose(chrfCounts.score, golden.chrf, "chrF of corpus \(number)")
            #expect(counts.rowCount == rows.count && chrfCounts.rowCount == rows.count)
            guard let signature = golden.bleuSignature else { continue }
            #expect(scorer.signature(of: counts, effectiveOrder: effective) == signature)
            #expect(chrfScorer.signature(of: chrfCounts) == golden.chrfSignature)
            expectClose(counts.brevityPenalty, golden.bp ?? .nan, "brevity penalty of corpus \(number)")
            for (found, expected) in zip(counts.precisions, golden.precisions ?? []) {
                expectClose(found, expected, "precision of corpus \(number)")
            }
        }
        #expect(goldens.corpora.count { $0.bleuSignature != nil } == 50)
    }

    @Test("counts of shards, merged or added as integers, equal those of the whole")
    func sharded() {
        let rows = Array(goldens.rows.prefix(37))
        let scorers = tokenizers.map { BLEUScorer(tokenizer: $0) }
        for scorer in scorers {
            let whole = bleu(rows, scorer)
            for split in splits(rows) {
                let shards = split.map { bleu($0, scorer) }
                #expect(shards.reduce(into: BLEUCounts()) { $0.merge($1) } == whole)
                let summed = BLEUCounts(words: allReduced(shards.map(\.words)))
                #expect(summed.score().bitPattern == whole.score().bitPattern)
                #expect(scorer.signature(of: summed) == scorer.signature(of: whole))
            }
        }
        let scorer = ChrFScorer(wordOrder: 2)
        let whole = chrf(rows, scorer)
        for split in splits(rows) {
            let summed = ChrFCounts(words: allReduced(split.map { chrf($0, scorer).words }))
            #expect(summed == whole && summed.score.bitPattern == whole.score.bitPattern)
        }
    }

    @Test("without rows every score is 0")
    func noRows() {
        #expect(BLEUCounts().score() == 0 && BLEUCounts().brevityPenalty == 1)
        #expect(ChrFCounts().score == 0 && ChrFCounts(wordOrder: 2).score == 0)
    }
}
