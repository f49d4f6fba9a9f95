// Predicts rows that are spread over the ranks and hands them back in their order.

package import DataParallel
package import Datasets
package import JSON

/// Runs a predictor over the rows of files, in windows, so that memory does not grow with their number.
///
/// Row n belongs to batch n / `batchRows`, and batches are scattered to ranks in turn: a batch holds the same
/// rows on any number of ranks, so its predictions have the same bits.
package struct PredictionLoop {
    /// Rows that are read, predicted and written at once, about; a multiple of the batch.
    private static let windowRows = 4_096

    private let predictor: any Predictor
    private let group: any ProcessGroup
    private let batchRows: Int

    package init(predictor: any Predictor, group: any ProcessGroup, batchRows: Int) {
        precondition(batchRows > 0, "a batch of \(batchRows) rows")
        self.predictor = predictor
        self.group = group
        self.batchRows = batchRows
    }

    /// Predicts all rows, and returns which were left out, the same on every rank. Collective.
    ///
    /// - Parameters:
    ///   - findsLoss: whether rows have targets whose loss is wanted.
    ///   - isAnswerable: whether a row has what the model reads; one without gets null as its prediction.
    ///   - score: gets each row that this rank answered with its number; for sums that are reduced
    ///     afterwards.
    ///   - write: gets on rank 0 every row in order, as a line of JSON with `columns` added.
    ///   - columns: the columns that are added to a row, on the rank that predicted it.
    ///   - line: makes another line of a row, its number and its answer, after `score` got them.
    @discardableResult
    package func run(
        _ rows: RowReader, findsLoss: Bool = false, isAnswerable: (Row) -> Bool = { _ in true },
        columns: (Row, RowPrediction) -> [(name: String, value: JSONValue)] = { $1.fields },
        score: (Int, Row, RowPrediction) throws -> Void = { _, _, _ in },
        line: ((Int, Row, RowPrediction) throws -> String)? = nil,
        write: ((String) throws -> Void)?
    ) throws -> SkippedRows {
        var skipped = SkippedRows()
        let rows = rows.makeIterator()
        let batches = max(1, Self.windowRows / (batchRows * group.size)) * group.size
        var first = 0
        while true {
            var window: [Row] = []
            while window.count < batches * batchRows, let row = try rows.next() { window.append(row) }
            guard !window.isEmpty else {
                try skipped.reduce(over: group)
                return skipped
            }
            var lines: [UInt8] = []
            for start in stride(from: group.rank * batchRows, to: window.count, by: group.size * batchRows) {
                let batch = Array(window[start..<min(start + batchRows, window.count)])
                let answers = try answers(
                    to: batch, firstNumber: first + start, findsLoss: findsLoss, isAnswerable)
                for (place, (row, answer)) in zip(batch, answers).enumerated() {
                    let number = first + start + place
                    skipped.add(number, answer)
                    if answer.skipped == nil { try score(number, row, answer) }
                    guard write != nil else { continue }
                    let text =
                        try line?(number, row, answer) ?? row.jsonLine(adding: columns(row, answer))
                    lines += Array(text.utf8) + [0x0A]
                }
            }
            if let write {
                try Self.deliver(
                    lines, count: window.count, batchRows: batchRows, group: group, to: write)
            }
            first += window.count
        }
    }

    /// The answers to a batch; null for rows that cannot be answered.
    private func answers(
        to batch: [Row], firstNumber: Int, findsLoss: Bool, _ isAnswerable: (Row) -> Bool
    ) throws -> [RowPrediction] {
        let places = batch.indices.filter { isAnswerable(batch[$0]) }
        var answers = [RowPrediction](repeating: RowPrediction(prediction: .null), count: batch.count)
        guard !places.isEmpty else { return answers }
        let found = try predictor.predict(
            places.map { batch[$0] }, firstNumber: firstNumber, findsLoss: findsLoss)
        for (place, answer) in zip(places, found) { answers[place] = answer }
        return answers
    }

    /// Hands the lines of all ranks to rank 0's `write`, in the order of the `count` rows, whose batches are
    /// scattered to ranks in turn. Collective.
    static func deliver(
        _ lines: [UInt8], count: Int, batchRows: Int, group: any ProcessGroup,
        to write: (String) throws -> Void
    ) throws {
        guard let shares = try group.gather(lines, at: 0) else { return }
        var rest = shares.map { $0.split(separator: 0x0A)[...] }
        for row in 0..<count {
            let rank = row / batchRows % group.size
            guard let line = rest[rank].popFirst() else {
                preconditionFailure("rank \(rank) lacks row \(row)")
            }
            try write(String(decoding: line, as: UTF8.self))
        }
    }
}
