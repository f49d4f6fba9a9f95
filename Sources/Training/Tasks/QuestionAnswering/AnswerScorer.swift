// SQuAD's figures of answers: exact match and F1, of all questions and of those with and without an answer.

internal import Datasets
package import Evaluation
package import JSON
internal import Metrics

/// Scores answers as the official evaluations of SQuAD 1.1 and 2.0, in 0...100 and under their names.
package struct AnswerScorer: RowScorer {
    /// Whether questions may have no answer, as in SQuAD 2.0: their references are one empty text.
    private let knowsNoAnswer: Bool

    package init(knowsNoAnswer: Bool) { self.knowsNoAnswer = knowsNoAnswer }

    /// Rows, exact ones and their F1; the same of questions with an answer; loss and windows.
    package var width: Int { 8 }
    package var qualityName: String { "f1" }
    private static let lossBits = 24

    package func counts(of row: PredictedRow) -> [Int64] {
        let overlap = overlap(row)
        let all: [Int64] = [1, overlap.isExact ? 1 : 0, RowUnits.of(overlap.f1) ?? 0]
        let hasAnswer = Self.references(of: row).contains { !$0.isEmpty }
        guard let loss = row.loss, let units = RowUnits.of(loss.sum, fractionBits: Self.lossBits) else {
            return all + (hasAnswer ? all : [0, 0, 0]) + [0, 0]
        }
        return all + (hasAnswer ? all : [0, 0, 0]) + [units, Int64(loss.count)]
    }

    private func overlap(_ row: PredictedRow) -> AnswerOverlap {
        AnswerOverlap(
            prediction: row.prediction.plainText, references: Self.references(of: row),
            knowsNoAnswer: knowsNoAnswer)
    }

    /// The texts of people. A file of references may hold SQuAD's object of lists in place of texts.
    private static func references(of row: PredictedRow) -> [String] {
        guard row.references.count == 1, row.references[0].hasPrefix("{"),
            let value = try? JSONValue(json: Array(row.references[0].utf8)),
            case .object(let fields) = value, case .array(let texts)? = fields["text"],
            fields["answer_start"] != nil
        else { return row.references }
        return texts.isEmpty ? [""] : texts.map(\.plainText)
    }

    package var metrics: [Metric] {
        let loss = Metric("loss", .plain, .lowerIsBetter, isMain: true) { sums in
            FixedPoint.value(sums[6], fractionBits: Self.lossBits) / Double(sums[7])
        }
        guard knowsNoAnswer else {
            return [loss] + Self.figures("exact_match", "f1", isMain: true) { ($0[0], $0[1], $0[2]) }
        }
        return [loss] + Self.figures("exact", "f1", isMain: true) { ($0[0], $0[1], $0[2]) }
            + Self.figures("HasAns_exact", "HasAns_f1") { ($0[3], $0[4], $0[5]) }
            + [Metric("HasAns_total", .plain, isDetail: true) { Double($0[3]) }]
            + Self.figures("NoAns_exact", "NoAns_f1") { ($0[0] - $0[3], $0[1] - $0[4], $0[2] - $0[5]) }
            + [Metric("NoAns_total", .plain, isDetail: true) { Double($0[0] - $0[3]) }]
    }

    /// Exact match and F1 of questions whose number, exact answers and F1 `part` picks of the sums.
    private static func figures(
        _ exact: String, _ f1: String, isMain: Bool = false,
        _ part: @escaping @Sendable ([Int64]) -> (rows: Int64, exact: Int64, f1: Int64)
    ) -> [Metric] {
        [
            Metric(exact, .points, isMain: isMain) { 100 * Double(part($0).exact) / Double(part($0).rows) },
            Metric(f1, .points, isMain: isMain) {
                100 * FixedPoint.value(part($0).f1) / Double(part($0).rows)
            },
        ]
    }

    package func quality(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        100 * FixedPoint.value(counts[2])
    }

    package func badness(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        counts[1] == 1 ? nil : 100 - 100 * FixedPoint.value(counts[2])
    }

    package func details(of row: PredictedRow) -> [(name: String, value: JSONValue)] {
        [("f1", .real(100 * overlap(row).f1))]
    }
}
