// Counts and figures of written texts, from which values, intervals and comparisons come.

internal import Datasets
public import JSON
public import Metrics

/// Scores texts against references: BLEU, chrF, ROUGE and, for captions, CIDEr.
public struct TextScorer: RowScorer {
    private let bleu = BLEUScorer()
    private let chrF = ChrFScorer()
    private let rouge = RougeScorer(usesStemmer: true)
    private let cider: CIDErScorer?

    /// `cider` knows the references of all rows; nil leaves CIDEr out.
    public init(cider: CIDErScorer? = nil) { self.cider = cider }

    /// Places of the counts: rows, exact matches, loss, its tokens and right ones; ROUGE-1, -2, -L, -Lsum, CIDEr; BLEU;
    /// chrF.
    private enum Place {
        static let loss = 2
        static let rouge = 5
        static let cider = 9
        static let bleu = 10
        static let chrF = bleu + BLEUCounts.wordCount
        static let width = chrF + ChrFCounts().words.count
    }

    public var width: Int { Place.width }
    public var qualityName: String { "chrf" }

    public func counts(of row: AnsweredRow) -> [Int64] {
        let text = row.text
        var counts = [Int64](repeating: 0, count: Place.width)
        counts[0] = 1
        counts[1] = row.references.contains { $0.utf8.elementsEqual(text.utf8) } ? 1 : 0
        if let loss = row.loss, let units = RowUnits.of(loss.sum, fractionBits: RowUnits.tokenLossBits) {
            (counts[2], counts[3], counts[4]) = (units, Int64(loss.count), Int64(loss.correct))
        }
        let scores = rouge.scores(prediction: text, references: row.references)
        for (index, score) in scores.f1.enumerated() {
            counts[Place.rouge + index] = RowUnits.of(score) ?? 0
        }
        if let cider {
            let score = cider.score(
                prediction: CaptionTokenizer.tokens(text),
                references: row.references.map(CaptionTokenizer.tokens))
            counts[Place.cider] = RowUnits.of(score) ?? 0
        }
        let words = bleu.counts(prediction: text, references: row.references).words
        counts.replaceSubrange(Place.bleu..<Place.chrF, with: words)
        counts.replaceSubrange(
            Place.chrF..., with: chrF.counts(prediction: text, references: row.references).words)
        return counts
    }

    private static func bleuCounts(_ sums: [Int64]) -> BLEUCounts {
        BLEUCounts(words: Array(sums[Place.bleu..<Place.chrF]))
    }

    private static func chrFCounts(_ sums: [Int64]) -> ChrFCounts {
        ChrFCounts(words: Array(sums[Place.chrF..<Place.width]))
    }

    public var figures: [ScoredFigure] {
        func mean(_ name: String, _ place: Int, isMain: Bool = false) -> ScoredFigure {
            ScoredFigure(name, isMain: isMain) { FixedPoint.value($0[place]) / Double($0[0]) }
        }
        var figures =
            ScoredFigure.tokenLoss(at: Place.loss) + [
                ScoredFigure("bleu", .points, isMain: true) { Self.bleuCounts($0).score() },
                ScoredFigure("chrf", .points, isMain: true) { Self.chrFCounts($0).score },
                mean("rouge1", Place.rouge, isMain: true), mean("rouge2", Place.rouge + 1, isMain: true),
                mean("rougeL", Place.rouge + 2, isMain: true), mean("rougeLsum", Place.rouge + 3),
            ]
        if cider != nil {
            figures.append(
                ScoredFigure("cider", .plain, isMain: true) {
                    FixedPoint.value($0[Place.cider]) / Double($0[0])
                })
        }
        return figures + [
            ScoredFigure("exact_match", isMain: true) { Double($0[1]) / Double($0[0]) },
            ScoredFigure("prediction_words", .plain) {
                Double(Self.bleuCounts($0).predictionLength) / Double($0[0])
            },
            ScoredFigure("reference_words", .plain) {
                Double(Self.bleuCounts($0).referenceLength) / Double($0[0])
            },
        ]
    }

    /// How BLEU and chrF of these sums were computed, as sacrebleu writes it; ROUGE and CIDEr in the same manner.
    func signatures(_ sums: [Int64]) -> [(name: String, text: String)] {
        [
            ("bleu", bleu.signature(of: Self.bleuCounts(sums))),
            ("chrf", chrF.signature(of: Self.chrFCounts(sums))),
            ("rouge", "F1 of rouge_score 0.1.2 with use_stemmer, mean over rows, best reference"),
        ] + (cider == nil ? [] : [("cider", "CIDEr-D of pycocoevalcap 1.2, σ = 6, mean over rows")])
    }

    public func quality(of row: AnsweredRow, _ counts: [Int64]) -> Double? {
        Self.chrFCounts(counts).score / 100
    }

    public func badness(of row: AnsweredRow, _ counts: [Int64]) -> Double? {
        let score = Self.chrFCounts(counts).score
        return score >= 100 ? nil : 100 - score
    }

    public func details(of row: AnsweredRow) -> [(name: String, value: Value)] {
        let score = chrF.counts(prediction: row.text, references: row.references).score
        let rougeL = rouge.scores(prediction: row.text, references: row.references).rougeL
        return [("chrf", .real(score)), ("rougeL", .real(rougeL.f1))]
    }
}
