// Predicts rows that are spread over the ranks and hands them back in their order.

public import DataParallel
internal import Datasets
internal import Foundation
public import Models
internal import Tensors

/// Adds `prediction` and `score` to rows, in windows, so that memory does not grow with their number.
public final class ClassificationPredictor {
    /// Rows that are read, predicted and written at once.
    private static let windowRows = 4_096

    private let model: any SequenceClassifier
    private let reader: TextClassificationReader
    private let group: any ProcessGroup
    private let batchRows: Int
    private let evaluator: ClassificationEvaluator

    public init(
        model: any SequenceClassifier, reader: TextClassificationReader, group: any ProcessGroup,
        batchRows: Int
    ) {
        self.model = model
        self.reader = reader
        self.group = group
        self.batchRows = batchRows
        evaluator = ClassificationEvaluator(model: model, group: group, batchRows: batchRows)
    }

    /// Predicts all rows of the files. `write` gets one JSON line a row, in order, on rank 0. Collective.
    public func run(files: [String], write: (String) throws -> Void) throws {
        let rows = try RowReader(patterns: files).makeIterator()
        var isAtEnd = false
        while !isAtEnd {
            var window: [Row] = []
            while window.count < Self.windowRows {
                guard let row = try rows.next() else {
                    isAtEnd = true
                    break
                }
                window.append(row)
            }
            guard !window.isEmpty else { break }
            let logits = try predict(window)
            guard group.rank == 0 else { continue }
            for (row, values) in zip(window, logits) { try write(row.jsonLine(adding: fields(values))) }
        }
    }

    /// The logits of each row, on rank 0; empty on the others.
    private func predict(_ window: [Row]) throws -> [[Float]] {
        var store = ExampleStore()
        for row in window { store.append(try reader.example(row)) }
        try store.validate(for: model)
        let batches = EvaluationBatches(rowCount: store.count, batchRows: batchRows, lengths: store.lengths)
        let outputs = model.head.labels.count
        var words: [UInt32] = []
        for index in batches.batches(rank: group.rank, of: group.size) {
            let rows = batches.rows(batch: index)
            let values = evaluator.logits(store.batch(rows: rows)).values()
            for (place, row) in rows.enumerated() {
                words.append(UInt32(row))
                words += values[place * outputs..<(place + 1) * outputs].map(\.bitPattern)
            }
        }
        guard let shares = try group.gather(Self.bytes(words), at: 0) else { return [] }
        var result = [[Float]](repeating: [], count: window.count)
        for share in shares {
            let words = Self.words(share)
            for start in stride(from: 0, to: words.count, by: outputs + 1) {
                result[Int(words[start])] = words[start + 1...start + outputs].map { Float(bitPattern: $0) }
            }
        }
        return result
    }

    /// `prediction` and `score`: a label and its probability, lists of those above one half, or numbers.
    private func fields(_ logits: [Float]) -> [(name: String, value: Value)] {
        let labels = model.head.labels
        switch model.head.problemType {
        case .singleLabel:
            let maximum = logits.max() ?? 0
            let exponentials = logits.map { exp(Double($0 - maximum)) }
            let best = ClassificationSums.argmax(logits)
            let score = exponentials[best] / exponentials.reduce(0, +)
            return [("prediction", .string(labels[best])), ("score", .real(score))]
        case .multiLabel:
            let chosen = logits.indices.filter { logits[$0] > 0 }
            return [
                ("prediction", .list(chosen.map { .string(labels[$0]) })),
                ("score", .list(chosen.map { .real(1 / (1 + exp(-Double(logits[$0])))) })),
            ]
        case .regression:
            let values = logits.map { Value.real(Double($0)) }
            return [("prediction", values.count == 1 ? values[0] : .list(values))]
        }
    }

    private static func bytes(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
    }

    private static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
        }
    }
}
