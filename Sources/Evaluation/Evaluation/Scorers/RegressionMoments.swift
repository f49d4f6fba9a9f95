// Figures of a regression over rows that were drawn with replacement.

/// Figures of a regression over weighted rows, in plain doubles: good for the spread of replicates.
struct RegressionMoments {
    private var (count, squares, absolutes) = (0.0, 0.0, 0.0)
    private var (truths, predictions, truthSquares, predictionSquares, products) = (0.0, 0.0, 0.0, 0.0, 0.0)

    /// A figure over all outputs: a row holds the truths of `outputs` outputs and, from place `predictions`
    /// on, what was predicted.
    static func figure(
        _ name: String, of rows: [[Double]], _ weights: [Int32], outputs: Int, predictions: Int
    ) -> Double {
        let values = (0..<outputs).map { output in
            RegressionMoments(rows, weights, truth: output, prediction: predictions + output).value(of: name)
        }
        let mean = values.reduce(0, +) / Double(outputs)
        return name == "rmse" ? mean.squareRoot() : mean
    }

    private init(_ rows: [[Double]], _ weights: [Int32], truth: Int, prediction: Int) {
        guard let first = rows.first else { return }
        // Moments about a row, so that large values do not cancel.
        let (a, b) = (first[truth], first[prediction])
        for (row, weight) in zip(rows, weights) where weight > 0 {
            let (w, error) = (Double(weight), row[prediction] - row[truth])
            let (t, p) = (row[truth] - a, row[prediction] - b)
            count += w
            squares += w * error * error
            absolutes += w * abs(error)
            truths += w * t
            predictions += w * p
            truthSquares += w * t * t
            predictionSquares += w * p * p
            products += w * t * p
        }
    }

    private func value(of name: String) -> Double {
        let spread = truthSquares - truths * truths / count
        switch name {
        case "mae": return absolutes / count
        case "r2": return 1 - squares / spread
        case "pearson":
            let other = predictionSquares - predictions * predictions / count
            return (products - truths * predictions / count) / (spread * other).squareRoot()
        // The loss of a regression is its squared error; of rmse the root is taken over all outputs.
        default: return squares / count
        }
    }
}
