// Evaluations row by row: the same bits on any number of ranks, for every kind of answer.

import DataParallel
import Datasets
import Evaluation
import JSON
import Metrics
import Models
import Synchronization
import Testing

/// Deterministic answers of every kind.
private enum Rows {
    /// A number in 0..<1 for a place of a row.
    static func draw(_ row: Int, _ place: Int) -> Double {
        var z = UInt64(row) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(place) &* 0xD1B5_4A32_D192_ED03 &+ 1
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }

    static func loss(_ row: Int) -> RowLoss { RowLoss(sum: 3 * draw(row, 90), count: 1, correct: 0) }

    static func silent(_ row: Int) -> PredictedRow {
        PredictedRow(number: row, loss: RowLoss(sum: 5 * draw(row, 3), count: 4, correct: row % 5))
    }

    static func single(_ row: Int) -> PredictedRow {
        let weights = (0..<3).map { 0.1 + draw(row, $0) }
        let probabilities = weights.map { $0 / weights.reduce(0, +) }
        let best = (0..<3).reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
        let truth = draw(row, 7) < 0.7 ? best : Int(3 * draw(row, 8))
        return PredictedRow(
            number: row, input: String(repeating: "word ", count: 1 + row % 9),
            prediction: .string("l\(best)"),
            score: probabilities[best], references: ["l\(truth)"], target: .label(truth),
            predicted: .label(best), probabilities: probabilities, loss: loss(row))
    }

    static func multi(_ row: Int) -> PredictedRow {
        let probabilities = (0..<4).map { draw(row, $0) }
        let predicted = (0..<4).filter { probabilities[$0] > 0.5 }
        let truth = (0..<4).filter { draw(row, 10 + $0) < 0.2 + 0.6 * probabilities[$0] }
        return PredictedRow(
            number: row, prediction: .array(predicted.map { .string("l\($0)") }),
            references: truth.map { "l\($0)" }, target: .labels(truth),
            predicted: .labels(predicted), probabilities: probabilities, loss: loss(row))
    }

    static func regression(_ row: Int) -> PredictedRow {
        let truth = Float(1e6 * draw(row, 0))
        let predicted = truth + Float(1e5 * (draw(row, 1) - 0.5))
        return PredictedRow(
            number: row, prediction: .real(predicted), references: ["\(truth)"], target: .values([truth]),
            predicted: .values([predicted]),
            loss: RowLoss(sum: Double(predicted - truth) * Double(predicted - truth), count: 1, correct: 0))
    }

    static func text(_ row: Int) -> PredictedRow {
        let words = ["a", "dog", "runs", "in", "the", "park", "fast", "now", "犬", "."]
        func sentence(_ seed: Int) -> String {
            (0..<3 + Int(6 * draw(row, seed))).map { words[Int(10 * draw(row, seed + 1 + $0))] }
                .joined(separator: " ")
        }
        let reference = sentence(20)
        return PredictedRow(
            number: row, input: sentence(60),
            prediction: .string(draw(row, 1) < 0.3 ? reference : row % 50 == 3 ? "" : sentence(40)),
            references: [reference, sentence(70)], loss: RowLoss(sum: 9 * draw(row, 2), count: 5, correct: 3))
    }
}

@Suite struct RowEvaluationTests {
    /// The result over `count` rows on so many ranks, batches of eight scattered in turn.
    private func result(
        _ kind: RowEvaluation.Kind, count: Int, ranks: Int, detail: RowEvaluation.Detail = .all,
        row: @escaping @Sendable (Int) -> PredictedRow
    ) throws -> RowEvaluationResult {
        let results = Mutex<[Int: RowEvaluationResult]>([:])
        try ThreadProcessGroup.run(size: ranks) { group in
            let evaluation = RowEvaluation(kind, group: group, seed: 11, detail: detail)
            for number in 0..<count where number / 8 % group.size == group.rank {
                try evaluation.add(row(number))
            }
            let result = try evaluation.finish()
            results.withLock { $0[group.rank] = result }
        }
        return try results.withLock { all in
            let first = try #require(all[0])
            for other in all.values { expectEqual(other, first) }
            return first
        }
    }

    private func expectEqual(_ found: RowEvaluationResult, _ expected: RowEvaluationResult) {
        func bits(_ result: RowEvaluationResult) -> [UInt64] {
            result.estimates.flatMap { estimate in
                [estimate.value, estimate.interval?.lower ?? 0, estimate.interval?.upper ?? 0].map(
                    \.bitPattern)
            } + result.calibration.map(\.accuracy.bitPattern) + result.labelF1.map(\.upper.bitPattern)
        }
        #expect(bits(found) == bits(expected))
        #expect(found.rowCount == expected.rowCount && "\(found.lengths)" == "\(expected.lengths)")
        #expect(found.mistakes == expected.mistakes)
    }

    /// Checks every number of ranks, two of them with ranks without rows, against one rank; figures must lie
    /// in their intervals.
    private func check(
        _ kind: RowEvaluation.Kind, figures: [String], row: @escaping @Sendable (Int) -> PredictedRow
    ) throws {
        for count in [13, 100, 700] {
            let alone = try result(kind, count: count, ranks: 1, row: row)
            #expect(alone.estimates.map(\.name) == figures)
            for estimate in alone.estimates {
                #expect(estimate.value.isFinite, "\(estimate)")
                // Drawing rows with replacement makes calibration look worse than it is.
                guard let interval = estimate.interval, estimate.name != "expected_calibration_error" else {
                    continue
                }
                #expect(
                    interval.lower <= estimate.value + 1e-9 && interval.upper >= estimate.value - 1e-9,
                    "\(count) \(estimate)")
            }
            for ranks in 2...4 {
                expectEqual(try result(kind, count: count, ranks: ranks, row: row), alone)
                // What a run logs while it trains.
                let logged = try result(kind, count: count, ranks: ranks, detail: .figures, row: row)
                #expect(logged.metrics.map(\.name) == figures)
                #expect(logged.metrics.map(\.value) == alone.metrics.map(\.value))
                #expect(logged.estimates.allSatisfy { $0.interval == nil })
            }
        }
    }

    private static let averages = ["micro", "macro", "weighted"].flatMap {
        ["precision_\($0)", "recall_\($0)", "f1_\($0)"]
    }

    @Test("one label a row")
    func single() throws {
        let head = ClassificationHead(labels: ["l0", "l1", "l2"], problemType: .singleLabel)
        let names = ["loss", "accuracy", "precision", "recall", "f1", "balanced_accuracy", "mcc", "kappa"]
        try check(
            .labels(head),
            figures: names + Self.averages + ["expected_calibration_error", "brier_score", "roc_auc"],
            row: Rows.single)
    }

    @Test("the figures that a bootstrap computes from counts are those of the exact sums", arguments: 0..<4)
    func agreement(number: Int) throws {
        let single = ClassificationHead(labels: ["l0", "l1", "l2"], problemType: .singleLabel)
        let multi = ClassificationHead(labels: ["l0", "l1", "l2", "l3"], problemType: .multiLabel)
        let cases: [(RowEvaluation.Kind, @Sendable (Int) -> PredictedRow)] = [
            (.labels(single), Rows.single), (.labels(multi), Rows.multi), (.texts(), Rows.text),
            (.losses, Rows.silent),
        ]
        let (kind, row) = cases[number]
        let result = try result(kind, count: 300, ranks: 1, row: row)
        for estimate in result.estimates where !estimate.name.hasPrefix("distinct") {
            let found = estimate.interval?.estimate ?? .nan
            #expect(abs(found - estimate.value) < 1e-6 * max(1, abs(found)), "\(estimate)")
        }
    }

    @Test("mean lengths of texts are in words of the predictions and of the closest references")
    func textLengths() throws {
        let texts = [("a b c", ["a b", "a b c d e f"]), ("", ["a"]), ("a b", ["a b c d", "a b"])]
        let result = try result(.texts(), count: 3, ranks: 2) { number in
            PredictedRow(number: number, prediction: .string(texts[number].0), references: texts[number].1)
        }
        let found = Dictionary(uniqueKeysWithValues: result.metrics.map { ($0.name, $0.value) })
        #expect(found["prediction_words"] == 5.0 / 3 && found["reference_words"] == 5.0 / 3)
    }

    /// Counts answers that equal a reference.
    private struct Equality: RowScorer {
        let width = 2
        let qualityName = "equal"
        let metrics = [
            Metric("loss", .plain, .lowerIsBetter) { _ in .nan },
            Metric("equal") { Double($0[1]) / Double($0[0]) },
            Metric("of_none") { Double($0[1]) / Double($0[0] - $0[0]) },
        ]
        func counts(of row: PredictedRow) -> [Int64] { [1, badness(of: row, []) == nil ? 1 : 0] }
        func quality(of row: PredictedRow, _ counts: [Int64]) -> Double? { Double(counts[1]) }
        func badness(of row: PredictedRow, _ counts: [Int64]) -> Double? {
            row.prediction == .string(row.references[0]) ? nil : 1
        }
    }

    @Test("a task's own scores, with the loss of all ranks, and none where a row has none", arguments: 1...4)
    func ownScores(ranks: Int) throws {
        @Sendable func row(_ number: Int, _ loss: RowLoss?) -> PredictedRow {
            PredictedRow(
                number: number, prediction: .string(number % 3 == 0 ? "a" : "b"), references: ["a"],
                loss: loss)
        }
        let whole = try result(.scored(Equality()), count: 27, ranks: ranks) { number in
            row(number, RowLoss(sum: Double(number), count: 2, correct: 1))
        }
        #expect(whole.metrics.map(\.name) == ["loss", "equal"] && whole.targetCount == 54)
        #expect(whole.metrics.map(\.value) == [13.0 / 2, 1.0 / 3])
        let partial = try result(.scored(Equality()), count: 27, ranks: ranks) { number in
            row(number, number == 20 ? nil : RowLoss(sum: 1, count: 1, correct: 0))
        }
        #expect(partial.metrics.map(\.name) == ["equal"] && partial.targetCount == nil)
    }

    @Test("any labels a row")
    func multi() throws {
        let head = ClassificationHead(labels: ["l0", "l1", "l2", "l3"], problemType: .multiLabel)
        try check(
            .labels(head),
            figures: ["loss", "accuracy", "hamming_loss", "precision", "recall", "f1", "f1_samples"]
                + Self.averages + ["roc_auc"], row: Rows.multi)
    }

    @Test("numbers, of any scale")
    func regression() throws {
        let head = ClassificationHead(labels: ["LABEL_0"], problemType: .regression)
        try check(
            .labels(head), figures: ["loss", "mse", "rmse", "mae", "r2", "pearson"], row: Rows.regression)
    }

    @Test("texts, with CIDEr")
    func texts() throws {
        var frequencies = CIDErDocumentFrequencies()
        for row in 0..<700 {
            frequencies.add(references: Rows.text(row).references.map(CaptionTokenizer.tokens))
        }
        try check(
            .texts(frequencies),
            figures: [
                "loss", "perplexity", "accuracy", "bleu", "chrf", "rouge1", "rouge2", "rougeL", "rougeLsum",
                "wer", "cer", "cider", "exact_match", "prediction_words", "reference_words", "distinct_1",
                "distinct_2",
            ], row: Rows.text)
    }

    @Test("the worst rows are the most confident wrong ones, and there are twenty of them at most")
    func mistakes() throws {
        let head = ClassificationHead(labels: ["l0", "l1", "l2"], problemType: .singleLabel)
        let wrong = (0..<700).map(Rows.single).filter { $0.target != $0.predicted }
        let worst = wrong.sorted { ($1.score ?? 0, $0.number) < ($0.score ?? 0, $1.number) }.prefix(20)
        let found = try result(.labels(head), count: 700, ranks: 3, row: Rows.single).mistakes
        #expect(found.count == 20)
        for (line, row) in zip(found, worst) {
            #expect(line.hasPrefix(#"{"row": \#(row.number), "input": "word"#))
        }
    }

    @Test("rows without a loss have none, and a loss that is no number is told as such")
    func losses() throws {
        let head = ClassificationHead(labels: ["l0", "l1", "l2"], problemType: .singleLabel)
        let silent = try result(.labels(head), count: 40, ranks: 2) { number in
            var row = Rows.single(number)
            row.loss = nil
            return row
        }
        #expect(!silent.estimates.contains { $0.name == "loss" })
        let broken = try result(.labels(head), count: 40, ranks: 2) { number in
            var row = Rows.single(number)
            if number == 7 { row.loss = RowLoss(sum: .nan, count: 1, correct: 0) }
            return row
        }
        #expect(broken.estimates.first?.value.isNaN == true)
        #expect(broken.estimates.first { $0.name == "accuracy" }?.value.isFinite == true)
    }
}
