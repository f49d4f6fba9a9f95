// Counts and figures of named entities: precision, recall and F1 of whole entities, as seqeval computes them.

internal import Datasets
internal import JSON
internal import Metrics

/// Scores the entities of rows. An entity is right when its label and both its ends are.
///
/// Predictions are lists of objects with `start`, `end` and `label`; references are such lists, or objects,
/// as JSON.
package struct EntityScorer: RowScorer {
    /// Rows, the tags' summed loss, tags with a loss, right tags.
    private static let lossPlace = 1
    private static let ownWidth = 4

    /// The labels of entities, sorted; others are counted together.
    private let labels: [String]

    package init(labels: [String]) { self.labels = labels.sorted() }

    /// Behind the row's own counts, by label and for all others: entities of the references, of the
    /// predictions, right.
    package var width: Int { Self.ownWidth + 3 * (labels.count + 1) }
    package var qualityName: String { "f1" }

    private static func entities(_ row: PredictedRow) -> (truth: Set<Entity>, prediction: Set<Entity>) {
        (
            Set(row.references.flatMap { (try? JSONValue(json: Array($0.utf8))).map(list) ?? [] }),
            Set(list(row.prediction))
        )
    }

    /// The entities of a list, or of one object.
    private static func list(_ value: JSONValue) -> [Entity] {
        if case .array(let values) = value {
            values.compactMap(Entity.init)
        } else {
            [Entity(value)].compactMap { $0 }
        }
    }

    private func place(of label: String) -> Int {
        Self.ownWidth + 3 * (labels.firstIndex(of: label) ?? labels.count)
    }

    package func counts(of row: PredictedRow) -> [Int64] {
        var counts = [Int64](repeating: 0, count: width)
        counts[0] = 1
        if let loss = row.loss, let units = RowUnits.of(loss.sum, fractionBits: RowUnits.tokenLossBits) {
            counts.replaceSubrange(1..<4, with: [units, Int64(loss.count), Int64(loss.correct)])
        }
        let (truth, prediction) = Self.entities(row)
        for entity in truth { counts[place(of: entity.label)] += 1 }
        for entity in prediction { counts[place(of: entity.label) + 1] += 1 }
        for entity in truth.intersection(prediction) { counts[place(of: entity.label) + 2] += 1 }
        return counts
    }

    /// Entities of references and predictions, and the right ones.
    private struct Sums {
        var (truths, predictions, hits) = (0.0, 0.0, 0.0)

        /// Those of all labels.
        init(_ counts: [Int64]) {
            for place in stride(from: EntityScorer.ownWidth, to: counts.count, by: 3) {
                add(counts, at: place)
            }
        }

        init(_ counts: [Int64], at place: Int) { add(counts, at: place) }

        private mutating func add(_ counts: [Int64], at place: Int) {
            truths += Double(counts[place])
            predictions += Double(counts[place + 1])
            hits += Double(counts[place + 2])
        }

        /// Zero where there is nothing to divide by.
        var precision: Double { predictions == 0 ? 0 : hits / predictions }
        var recall: Double { truths == 0 ? 0 : hits / truths }
        var f1: Double { hits == 0 ? 0 : 2 * precision * recall / (precision + recall) }
    }

    /// The loss is the mean over tags and `accuracy` the share of right tags; `precision`, `recall` and `f1`
    /// are of all entities together. Behind them stand, as details, those of each label and how many entities
    /// it has.
    package var metrics: [Metric] {
        let ofTags = Metric.tokenLoss(at: Self.lossPlace).filter { $0.name != "perplexity" }
        let whole = [
            Metric("precision") { Sums($0).precision }, Metric("recall") { Sums($0).recall },
            Metric("f1", isMain: true) { Sums($0).f1 },
        ]
        let parts = labels.flatMap { label in
            let place = place(of: label)
            return [
                Metric(label + "_precision", isDetail: true) { Sums($0, at: place).precision },
                Metric(label + "_recall", isDetail: true) { Sums($0, at: place).recall },
                Metric(label + "_f1", isDetail: true) { Sums($0, at: place).f1 },
                Metric(label + "_number", .plain, isDetail: true) { Sums($0, at: place).truths },
            ]
        }
        return ofTags.filter { $0.name == "loss" } + whole + ofTags.filter { $0.name != "loss" } + parts
    }

    /// F1 of the row's entities; nil for a row without any.
    package func quality(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        let sums = Sums(counts)
        return sums.truths + sums.predictions == 0 ? nil : sums.f1
    }

    /// Entities that are missing or wrong, then the loss.
    package func badness(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        let sums = Sums(counts)
        let wrong = sums.truths + sums.predictions - 2 * sums.hits
        guard wrong > 0 else { return nil }
        return wrong + (row.loss.map { $0.sum / (1 + $0.sum) } ?? 0)
    }
}
