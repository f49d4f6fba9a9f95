// Counts and figures of written texts, from which values, intervals and comparisons come.

internal import Datasets
package import JSON
package import Metrics

/// Scores texts against references by all text metrics and, for captions, CIDEr.
package struct TextScorer: RowScorer {
    /// A metric with the place of its counts.
    private struct Part: Sendable {
        let metric: any TextMetric
        let place: Int
    }

    /// Rows, loss, its tokens and right ones; then the counts of each metric.
    private static let lossPlace = 1
    private static let ownWidth = 4

    private let parts: [Part]
    package let width: Int
    private let chrF = ChrFScorer()
    private let rouge = RougeScorer(usesStemmer: true)
    package var qualityName: String { "chrf" }

    /// `cider` knows the references of all rows; nil leaves CIDEr out.
    package init(cider: CIDErScorer? = nil) {
        var list = TextMetrics.all
        // Behind the scores of n-grams, as ever.
        if let cider { list.insert(CIDErMetric(scorer: cider), at: list.count - 1) }
        var place = Self.ownWidth
        parts = list.map { metric in
            defer { place += metric.width }
            return Part(metric: metric, place: place)
        }
        width = place
    }

    package func counts(of row: PredictedRow) -> [Int64] {
        let text = row.text
        var counts: [Int64] = [1, 0, 0, 0]
        if let loss = row.loss, let units = RowUnits.of(loss.sum, fractionBits: RowUnits.tokenLossBits) {
            counts = [1, units, Int64(loss.count), Int64(loss.correct)]
        }
        for part in parts {
            counts += part.metric.counts(prediction: text, references: row.references)
        }
        return counts
    }

    /// The counts of one metric behind the number of rows.
    private static func slice(_ sums: [Int64], _ place: Int, _ width: Int) -> [Int64] {
        [sums[0]] + sums[place..<place + width]
    }

    package var metrics: [Metric] {
        let own = parts.flatMap { part in
            let (place, width) = (part.place, part.metric.width)
            return part.metric.metrics.map { metric in
                let value = metric.value
                return Metric(
                    metric.name, metric.unit, metric.direction, isMain: metric.isMain,
                    isDetail: metric.isDetail
                ) { value(Self.slice($0, place, width)) }
            }
        }
        return Metric.tokenLoss(at: Self.lossPlace) + own.filter { !$0.isDetail } + own.filter(\.isDetail)
    }

    /// How BLEU and chrF of these sums were computed, as sacrebleu writes it; the others in the same manner.
    func signatures(_ sums: [Int64]) -> [(name: String, text: String)] {
        parts.compactMap { $0.metric.signature(Self.slice(sums, $0.place, $0.metric.width)) }
    }

    private func score(_ row: PredictedRow) -> Double {
        chrF.counts(prediction: row.text, references: row.references).score
    }

    package func quality(of row: PredictedRow, _ counts: [Int64]) -> Double? { chrFScore(counts) }

    package func badness(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        let score = chrFScore(counts)
        // Texts without a letter have no n-grams, and so a chrF of 0.
        return score >= 100 || row.references.contains(row.text) ? nil : 100 - score
    }

    /// chrF of a row with these counts.
    private func chrFScore(_ counts: [Int64]) -> Double {
        guard let part = parts.first(where: { $0.metric is ChrFMetric }) else {
            preconditionFailure("rows are judged by chrF")
        }
        return ChrFCounts(words: Array(counts[part.place..<part.place + part.metric.width])).score
    }

    package func details(of row: PredictedRow) -> [(name: String, value: JSONValue)] {
        let rougeL = rouge.scores(prediction: row.text, references: row.references).rougeL
        return [("chrf", .real(score(row))), ("rougeL", .real(rougeL.f1))]
    }
}
