// Numbers that two runs predict for the same rows, side by side.

internal import DataParallel
internal import Datasets
internal import Metrics
internal import Models

/// Exact figures of both runs, with a sample of rows that tells how far they differ by chance.
struct RegressionPairs {
    private static let figures: [(name: String, direction: Metric.Direction)] = [
        ("rmse", .lowerIsBetter), ("mae", .lowerIsBetter), ("pearson", .higherIsBetter),
    ]

    private let outputs: Int
    private var mine: ClassificationSums
    private var theirs: ClassificationSums
    /// Truths, this run's predictions, the other's.
    private var sample: RowSample

    init(head: ClassificationHead, seed: UInt64) {
        outputs = head.labels.count
        (mine, theirs) = (ClassificationSums(head: head), ClassificationSums(head: head))
        sample = RowSample(width: 3 * outputs, seed: seed)
    }

    /// Adds a row with the answers of both runs.
    mutating func add(_ row: PredictedRow, _ other: PredictedRow) {
        mine.add(row)
        theirs.add(other)
        guard case .values(let truth) = row.target, case .values(let prediction) = row.predicted,
            case .values(let otherPrediction) = other.predicted
        else { preconditionFailure("row \(row.number) has no numbers") }
        sample.add(
            row: Int64(row.number), (truth + prediction + otherPrediction).map { Double($0) })
    }

    /// Adds up the rows of all ranks. Collective.
    mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        try mine.reduce(over: group)
        try theirs.reduce(over: group)
        try sample.reduce(over: group)
    }

    /// The differences, once reduced.
    var items: [RunComparison.Item] {
        let rows = (0..<sample.count).map { Array(sample[$0]) }
        guard !rows.isEmpty else { return [] }
        let values = [mine, theirs].map { sums in
            Dictionary(uniqueKeysWithValues: sums.evaluation.metrics.map { ($0.name, $0.value) })
        }
        return Self.figures.map { name, direction in
            let observed = (values[0][name] ?? .nan) - (values[1][name] ?? .nan)
            return RunComparison.Item(
                name: name, unit: .plain, direction: direction,
                test: sample.difference(observed: observed) { weights in
                    func figure(_ place: Int) -> Double {
                        RegressionMoments.figure(
                            name, of: rows, weights, outputs: outputs, predictions: place)
                    }
                    return figure(outputs) - figure(2 * outputs)
                })
        }
    }
}

extension RowSample {
    /// Brings the samples of all ranks together. Collective.
    mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        var all = RowSample(width: width, limit: limit, seed: seed)
        for words in try group.allGatherWords(serialized) { all.merge(all.deserialized(words)) }
        all.sort()
        self = all
    }
}
