// Regression metrics from sums that are exact, so that the split of rows over ranks cannot change them.

/// Sums over rows of truths t and predictions p, without rounding.
///
/// Sum `words` over the ranks as integers and make the sums of the totals: every metric then has the same
/// bits for every number of ranks. A NaN or infinite row makes the metrics that it enters NaN or infinite.
/// Squares beyond the range of a double (values beyond about 1e150) count as infinite.
package struct RegressionSums: Sendable, Equatable {
    package private(set) var rowCount: Int64 = 0
    /// Σ (p − t)², Σ |p − t|, Σ t, Σ p, Σ t², Σ p², Σ t·p.
    private var squaredErrors = ExactAccumulator()
    private var absoluteErrors = ExactAccumulator()
    private var truths = ExactAccumulator()
    private var predictions = ExactAccumulator()
    private var squaredTruths = ExactAccumulator()
    private var squaredPredictions = ExactAccumulator()
    private var products = ExactAccumulator()

    /// Number of integers in `words`.
    package static let wordCount = 1 + 7 * ExactAccumulator.wordCount

    /// No rows.
    package init() {}

    /// The sums that `words` of one part, or their totals over parts, describe.
    package init(words: [Int64]) {
        precondition(words.count == Self.wordCount, "expected \(Self.wordCount) words, found \(words.count)")
        func sum(_ index: Int) -> ExactAccumulator {
            let start = 1 + index * ExactAccumulator.wordCount
            return ExactAccumulator(words: Array(words[start..<start + ExactAccumulator.wordCount]))
        }
        rowCount = words[0]
        squaredErrors = sum(0)
        absoluteErrors = sum(1)
        truths = sum(2)
        predictions = sum(3)
        squaredTruths = sum(4)
        squaredPredictions = sum(5)
        products = sum(6)
    }

    /// All sums as integers to be added over ranks.
    package var words: [Int64] {
        let sums = [
            squaredErrors, absoluteErrors, truths, predictions, squaredTruths, squaredPredictions, products,
        ]
        return [rowCount] + sums.flatMap(\.words)
    }

    /// Adds one row.
    package mutating func add(truth: Double, prediction: Double) {
        let error = prediction - truth
        rowCount += 1
        squaredErrors.add(error * error)
        absoluteErrors.add(abs(error))
        truths.add(truth)
        predictions.add(prediction)
        squaredTruths.addProduct(truth, truth)
        squaredPredictions.addProduct(prediction, prediction)
        products.addProduct(truth, prediction)
    }

    /// Adds the sums of another part of the data.
    package mutating func merge(_ other: RegressionSums) {
        self = RegressionSums(words: zip(words, other.words).map { $0 + $1 })
    }
}

extension RegressionSums {
    /// Σ (p − t)² / n; NaN without rows.
    package var meanSquaredError: Double { squaredErrors.value / Double(rowCount) }

    /// The square root of the mean squared error.
    package var rootMeanSquaredError: Double { meanSquaredError.squareRoot() }

    /// Σ |p − t| / n; NaN without rows.
    package var meanAbsoluteError: Double { absoluteErrors.value / Double(rowCount) }

    /// The coefficient of determination, 1 − Σ (p − t)² / Σ (t − mean t)², at most 1.
    ///
    /// As scikit-learn: NaN for fewer than two rows; of constant truths 1 if all predictions are right, or 0.
    package var rSquared: Double {
        guard rowCount >= 2 else { return .nan }
        let errors = squaredErrors.value
        let spread =
            ExactAccumulator.scaledCovariance(rowCount, squaredTruths, truths, truths) / Double(rowCount)
        if spread == 0 { return errors == 0 ? 1 : 0 }
        return 1 - errors / spread
    }

    /// Pearson's correlation of truths and predictions, in -1...1; NaN when either is constant or for fewer
    /// than two rows.
    package var pearsonCorrelation: Double {
        guard rowCount >= 2 else { return .nan }
        let truthSpread = ExactAccumulator.scaledCovariance(rowCount, squaredTruths, truths, truths)
        let predictionSpread = ExactAccumulator.scaledCovariance(
            rowCount, squaredPredictions, predictions, predictions)
        let covariance = ExactAccumulator.scaledCovariance(rowCount, products, truths, predictions)
        guard truthSpread > 0, predictionSpread > 0 else { return .nan }
        guard truthSpread.isFinite, predictionSpread.isFinite, covariance.isFinite else { return .nan }
        // Spreads are scaled by even powers of two, so that their product cannot leave the range of a double.
        let truthExponent = Int(truthSpread.exponent) / 2
        let predictionExponent = Int(predictionSpread.exponent) / 2
        let product =
            scaled(truthSpread, -2 * truthExponent) * scaled(predictionSpread, -2 * predictionExponent)
        let correlation =
            scaled(scaled(covariance, -truthExponent), -predictionExponent) / product.squareRoot()
        return min(1, max(-1, correlation))
    }

    /// `value · 2^exponent`.
    private func scaled(_ value: Double, _ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: value)
    }
}
