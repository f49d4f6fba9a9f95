// Rows through a predictor: each answered once, whoever answers it, and written in order.

import DataParallel
import Datasets
import Evaluation
import JSON
import Synchronization
import Testing

/// Answers a row with its own text and an exclamation mark; leaves out texts that say so.
private final class Echo: Predictor {
    func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        try rows.map { row in
            let text = try input(of: row)
            if text.hasSuffix("long") { return RowPrediction(skipped: "\(text) is too long") }
            return RowPrediction(
                prediction: .string(text + "!"),
                loss: findsLoss ? RowLoss(sum: 1, count: 1, correct: 0) : nil)
        }
    }

    func input(of row: Row) throws -> String { try row.text(in: "text", key: "text_column") }
    func references(of row: Row) throws -> [String] { [] }
}

@Suite("Predicting rows on several ranks")
struct PredictionLoopTests {
    /// What a run over so many rows did: lines on rank 0, numbers that each rank scored, rows left out.
    private final class Record: Sendable {
        let lines = Mutex<[String]>([])
        let scored = Mutex<[Int]>([])
        let skipped = Mutex<[SkippedRows]>([])
    }

    private static func text(_ number: Int) -> String { "t\(number)" + (number % 7 == 3 ? " long" : "") }

    private func run(rowCount: Int, ranks: Int, batchRows: Int, writes: Bool = true) throws -> Record {
        let rows = (0..<rowCount).map { number in
            Row(
                fields: ["text": .string(Self.text(number))],
                source: RowSource(file: "rows.jsonl", line: number + 1))
        }
        let record = Record()
        try ThreadProcessGroup.run(size: ranks) { group in
            let write: (String) -> Void = { line in
                #expect(group.rank == 0)
                record.lines.withLock { $0.append(line) }
            }
            let loop = PredictionLoop(predictor: Echo(), group: group, batchRows: batchRows)
            let skipped = try loop.run(
                RowReader(rows), findsLoss: true, isAnswerable: { $0["text"] != .string("t5") },
                score: { number, row, answer in
                    #expect(row["text"] == .string("t\(number)"))
                    #expect(answer.prediction == (number == 5 ? .null : .string("t\(number)!")))
                    #expect((answer.loss == nil) == (number == 5))
                    record.scored.withLock { $0.append(number) }
                },
                write: writes ? write : nil)
            record.skipped.withLock { $0.append(skipped) }
            if group.rank == 0, rowCount > 3 {
                #expect(skipped.sentence?.contains("the first: t3 long is too long") == true)
            }
        }
        return record
    }

    @Test(
        "every row is answered and scored once and written in order, on more ranks than batches too",
        arguments: 1...4, [(0, 2), (1, 2), (23, 2), (23, 5), (24, 8), (23, 100)])
    func rows(ranks: Int, shape: (Int, Int)) throws { try expectAllRows(shape.0, ranks, shape.1) }

    @Test("as do rows of several windows", arguments: [1, 3])
    func windows(ranks: Int) throws { try expectAllRows(9_001, ranks, 16) }

    private func expectAllRows(_ rowCount: Int, _ ranks: Int, _ batchRows: Int) throws {
        let isLong = { (number: Int) in number % 7 == 3 }
        let expected = (0..<rowCount).map { number in
            let answer = isLong(number) || number == 5 ? "null" : "\"t\(number)!\""
            return "{\"text\": \"\(Self.text(number))\", \"prediction\": \(answer)}"
        }
        let record = try run(rowCount: rowCount, ranks: ranks, batchRows: batchRows)
        #expect(record.lines.withLock { $0 } == expected)
        let scored = record.scored.withLock { $0.sorted() }
        #expect(scored == (0..<rowCount).filter { !isLong($0) })
        let skipped = record.skipped.withLock { $0 }
        #expect(skipped.count == ranks)
        #expect(
            skipped.allSatisfy { $0.rowCount == rowCount && $0.count == (0..<rowCount).count(where: isLong) })
        // The same without lines.
        let silent = try run(rowCount: rowCount, ranks: ranks, batchRows: batchRows, writes: false)
        #expect(silent.scored.withLock { $0.sorted() } == scored)
        #expect(silent.lines.withLock { $0.isEmpty })
    }
}
