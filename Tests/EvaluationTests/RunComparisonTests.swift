// Two runs on the same rows: differences, McNemar's counts, and files that do not fit.

import DataParallel
import Datasets
import Evaluation
import JSON
import Metrics
import Models
import Synchronization
import TestSupport
import Testing

@Suite("Comparison of two runs")
struct RunComparisonTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let truths = [0, 1, 0, 1, 1, 0, 1]
    /// Right but for rows 1 and 4, and for rows 0, 3, 4 and 6.
    private static let mine = [0, 0, 0, 1, 0, 0, 1]
    private static let theirs = [1, 1, 0, 0, 0, 0, 0]

    private let name = ComparedPredictions.fileName

    /// Writes the other run's predictions, of `reference` with another reference.
    private func file(hasLoss: Bool, count: Int = 7, reference: Int? = nil) throws -> String {
        let lines = (0..<count).map { row in
            let loss = hasLoss ? ", \"loss\": 0.5" : ""
            let truth = row == reference ? 1 - Self.truths[row] : Self.truths[row % 7]
            return "{\"row\": \(row), \"prediction\": \"l\(Self.theirs[row % 7])\","
                + " \"reference\": \"l\(truth)\"\(loss)}\n"
        }
        return try folder.write(lines.joined(), to: name)
    }

    private func compare(_ path: String, ranks: Int) throws -> RunComparison {
        let found = Mutex<RunComparison?>(nil)
        try ThreadProcessGroup.run(size: ranks) { group in
            let labels = try LabelMap(labels: ["l0", "l1"], problemType: .singleLabel)
            let evaluation = RowEvaluation(
                .labels(ClassificationHead(labels: labels.labels, problemType: .singleLabel)), group: group,
                seed: 3, other: try ComparedPredictions(path: path, labels: labels))
            for row in 0..<7 where row % group.size == group.rank {
                let (truth, prediction) = (Self.truths[row], Self.mine[row])
                try evaluation.add(
                    PredictedRow(
                        number: row, prediction: .string("l\(prediction)"), references: ["l\(truth)"],
                        target: .label(truth), predicted: .label(prediction),
                        loss: RowLoss(sum: 0.125, count: 1, correct: 0)))
            }
            let result = try evaluation.finish()
            if group.rank == 0 { found.withLock { $0 = result.comparison } }
        }
        return try #require(found.withLock { $0 })
    }

    @Test("figures differ by what the rows say, and each run's own right rows are counted", arguments: 1...4)
    func differences(ranks: Int) throws {
        let found = try compare(file(hasLoss: true), ranks: ranks)
        #expect(found.items.map(\.name) == ["loss", "accuracy", "f1", "mcc"])
        let differences = found.items.map(\.test.difference.estimate)
        #expect(differences[0] == 0.125 - 0.5)
        #expect(abs(differences[1] - (5.0 / 7 - 3.0 / 7)) < 1e-12)
        // Of l1: 2 right, 2 missed, none wrong; 1 right, 3 missed, 1 wrong.
        #expect(abs(differences[2] - (4.0 / 6 - 2.0 / 6)) < 1e-12)
        let rights = try #require(found.rights)
        #expect(rights.onlyThis == 3 && rights.onlyOther == 1)
        #expect(rights.test.pValue == 0.625)
        let silent = try compare(file(hasLoss: false), ranks: ranks)
        #expect(silent.items.map(\.name) == ["accuracy", "f1", "mcc"])
    }

    @Test("a run of other rows is refused, on ranks without rows too", arguments: [1, 3, 8])
    func otherRows(ranks: Int) throws {
        for count in [5, 8] {
            let path = try file(hasLoss: true, count: count)
            #expect(throws: EvaluationError.otherRowCount(path, theirs: count, ours: 7)) {
                _ = try compare(path, ranks: ranks)
            }
        }
        let path = try file(hasLoss: true, reference: 2)
        let error = EvaluationError.otherReference(
            RowSource(file: path, line: 3), theirs: ["l1"], row: 2, ours: ["l0"])
        #expect(throws: error) { _ = try compare(path, ranks: ranks) }
    }

    @Test("a row that the other run left out is named")
    func leftOut() throws {
        _ = try file(hasLoss: true)
        var lines = try folder.text(of: name).split(separator: "\n")
        lines[5] = #"{"row": 5, "prediction": null}"#
        let path = try folder.write(lines.joined(separator: "\n"), to: "other.jsonl")
        #expect(throws: EvaluationError.leftOut(RowSource(file: path, line: 6), row: 5)) {
            _ = try compare(path, ranks: 1)
        }
    }
}
