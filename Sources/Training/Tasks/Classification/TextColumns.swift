// Where the columns of a classification task stand, and its targets and heads as models name them.

package import Arguments
package import Datasets
internal import Layers
package import Models
package import Training

/// Where texts and labels stand in a row, and how long a sequence may become.
package struct TextColumns: Sendable {
    package var text: String
    package var textPair: String?
    package var label: String
    package var maximumLength: Int

    package init(_ arguments: DataArguments) {
        text = arguments.textColumn
        textPair = arguments.textPairColumn
        label = arguments.labelColumn
        maximumLength = arguments.sequenceLength
    }
}

extension TokenizedDataset {
    /// Throws, with file and line, when a row does not fit the model.
    package func validate(for model: any TrainableModel) throws(TrainingError) {
        if window != nil, fitsAtItsExtremes(model, length: maximumLength) { return }
        for row in 0..<count { try check([example(at: row)], model) }
    }

    /// The same of rows that the model reads in parts, none of which is longer than it takes: `parts` makes
    /// them of a row.
    func validate(for model: any TrainableModel, parts: (Example) -> [Example]) throws(TrainingError) {
        if window != nil, fitsAtItsExtremes(model, length: 1) { return }
        for row in 0..<count { try check(parts(example(at: row)), model) }
    }

    private func check(_ examples: [Example], _ model: any TrainableModel) throws(TrainingError) {
        for example in examples {
            do throws(ModelError) {
                try model.validate(TokenBatch(ExampleBatch(examples: [example])))
            } catch {
                throw .badTokens("\(example.source)", error.description)
            }
        }
    }

    /// Whether a model takes a row with the highest token, the highest type and the most tokens of all rows
    /// of the cache, and so each of them.
    private func fitsAtItsExtremes(_ model: any TrainableModel, length: Int) -> Bool {
        guard let statistics = window?.store.statistics else { return false }
        var types = [Int32](repeating: 0, count: max(1, length))
        types[0] = Int32(statistics.maximumType)
        let row = Example(
            tokens: types.map { _ in Int32(statistics.maximumToken) }, typeIDs: types, target: .none,
            source: RowSource(file: "", line: 0))
        do throws(ModelError) {
            try model.validate(TokenBatch(ExampleBatch(examples: [row])))
            return true
        } catch { return false }
    }
}

extension TokenizedDataset {
    /// How many rows have each of so many labels.
    package func labelCounts(_ labelCount: Int) -> LabelCounts {
        var counts = LabelCounts(total: count, ofLabel: [Int](repeating: 0, count: labelCount))
        if let known = window?.store.statistics.labelCounts {
            for (label, count) in known { counts.ofLabel[label] = count }
            return counts
        }
        for row in 0..<count {
            switch target(of: row) {
            case .label(let label): counts.ofLabel[label] += 1
            case .labels(let labels): for label in labels { counts.ofLabel[label] += 1 }
            case .values, .spans, .none: preconditionFailure("row \(row) has no label")
            }
        }
        return counts
    }
}

extension TokenBatch {
    /// The model's view of a batch.
    init(_ batch: ExampleBatch) {
        self.init(
            tokens: batch.tokens, typeIDs: batch.typeIDs, positions: batch.positions,
            offsets: batch.sequenceOffsets, sampleIDs: batch.sampleIDs)
    }
}

extension ClassificationTargets {
    /// The targets of a batch for a head of `labelCount` outputs.
    init(_ targets: [Target], labelCount: Int, problemType: ProblemType) {
        switch problemType {
        case .singleLabel:
            self = .labels(
                targets.map {
                    if case .label(let id) = $0 { id } else { preconditionFailure("expected a label") }
                })
        case .multiLabel:
            self = .values(
                targets.map { target in
                    guard case .labels(let ids) = target else { preconditionFailure("expected labels") }
                    var row = [Float](repeating: 0, count: labelCount)
                    for id in ids { row[id] = 1 }
                    return row
                })
        case .regression:
            self = .values(
                targets.map {
                    if case .values(let values) = $0 {
                        values
                    } else {
                        preconditionFailure("expected values")
                    }
                }
            )
        }
    }
}

extension LabelMap {
    /// The head that predicts these labels.
    package var head: ClassificationHead {
        var head = ClassificationHead(labels: labels, problemType: problemType)
        head.positive = positive
        return head
    }

    /// The labels that a model predicts.
    package init(_ head: ClassificationHead) throws(DatasetsError) {
        try self.init(labels: head.labels, problemType: head.problemType)
        positive = head.positive
    }
}
