// Rows of a regression: their figures come from samples of rows, as their scale is not known.

internal import Datasets

/// Counts rows alone; says how far a prediction is off.
package struct RegressionScorer: RowScorer {
    package init() {}

    package var width: Int { 1 }
    package var qualityName: String { "quality" }
    package var metrics: [Metric] { [] }

    /// The metrics whose values come from exact sums and whose intervals come from samples of rows.
    static let described: [(name: String, unit: Metric.Unit, direction: Metric.Direction)] = [
        ("loss", .plain, .lowerIsBetter), ("mse", .plain, .lowerIsBetter), ("rmse", .plain, .lowerIsBetter),
        ("mae", .plain, .lowerIsBetter), ("r2", .share, .higherIsBetter),
        ("pearson", .share, .higherIsBetter),
    ]

    package func counts(of row: PredictedRow) -> [Int64] { [1] }
    package func quality(of row: PredictedRow, _ counts: [Int64]) -> Double? { nil }

    /// The largest absolute error of the row's outputs.
    package func badness(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        guard case .values(let truth) = row.target, case .values(let prediction) = row.predicted else {
            preconditionFailure("row \(row.number) has no numbers")
        }
        return zip(truth, prediction).map { abs(Double($0) - Double($1)) }.max().flatMap { $0 > 0 ? $0 : nil }
    }
}
