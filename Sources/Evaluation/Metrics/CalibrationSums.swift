// Whether predicted probabilities mean what they say: calibration error and Brier score.

/// Confidences and right predictions in bins of equal width, and squared errors of probabilities.
///
/// Sum `words` over the ranks and make the sums of the totals: every figure then has the same bits for every
/// number of ranks.
package struct CalibrationSums: Sendable, Equatable {
    /// One bin of the reliability diagram.
    package struct Bin: Sendable, Equatable {
        /// Confidences in `lower` (exclusive, but for the first bin) to `upper` (inclusive).
        package let lower: Double
        package let upper: Double
        package let rowCount: Int64
        /// NaN without rows.
        package let meanConfidence: Double
        /// Share of right predictions; NaN without rows.
        package let accuracy: Double
    }

    package let binCount: Int
    package let labelCount: Int
    /// By bin: rows, right predictions.
    private var counts: [Int64]
    private var confidences: [ExactAccumulator]
    private var squaredErrors = ExactAccumulator()

    /// No rows. `labelCount` probabilities make a row.
    package init(labelCount: Int, binCount: Int = 15) {
        precondition(labelCount >= 2 && binCount > 0, "\(labelCount) labels in \(binCount) bins")
        self.labelCount = labelCount
        self.binCount = binCount
        counts = [Int64](repeating: 0, count: 2 * binCount)
        confidences = [ExactAccumulator](repeating: ExactAccumulator(), count: binCount)
    }

    /// The sums that `words` of one part, or their totals over parts, describe.
    package init(labelCount: Int, words: [Int64]) {
        let (binCount, rest) = words.count.quotientAndRemainder(dividingBy: 2 + ExactAccumulator.wordCount)
        precondition(rest == ExactAccumulator.wordCount, "\(words.count) words are no calibration sums")
        self.init(labelCount: labelCount, binCount: binCount)
        counts = Array(words[..<(2 * binCount)])
        func sum(_ index: Int) -> ExactAccumulator {
            let start = 2 * binCount + index * ExactAccumulator.wordCount
            return ExactAccumulator(words: Array(words[start..<start + ExactAccumulator.wordCount]))
        }
        confidences = (0..<binCount).map(sum)
        squaredErrors = sum(binCount)
    }

    /// All sums as integers to be added over ranks.
    package var words: [Int64] { counts + confidences.flatMap(\.words) + squaredErrors.words }

    /// Adds one row: the probability of each label, and the true one. The first of the most probable labels
    /// is the prediction.
    package mutating func add(probabilities: [Double], truth: Int) {
        precondition(
            probabilities.count == labelCount, "\(probabilities.count) of \(labelCount) probabilities")
        precondition((0..<labelCount).contains(truth), "label \(truth) of \(labelCount)")
        var prediction = 0
        for (label, probability) in probabilities.enumerated() {
            if probability > probabilities[prediction] { prediction = label }
            let error = probability - (label == truth ? 1 : 0)
            squaredErrors.addProduct(error, error)
        }
        let bin = bin(of: probabilities[prediction])
        counts[2 * bin] += 1
        counts[2 * bin + 1] += prediction == truth ? 1 : 0
        confidences[bin].add(probabilities[prediction])
    }

    /// Adds the rows of another part of the data.
    package mutating func merge(_ other: CalibrationSums) {
        precondition(other.labelCount == labelCount && other.binCount == binCount, "other bins merged")
        self = CalibrationSums(labelCount: labelCount, words: .sum(words, other.words))
    }

    private func edge(_ index: Int) -> Double { Double(index) / Double(binCount) }

    /// The first bin whose upper edge is not below the confidence.
    private func bin(of confidence: Double) -> Int {
        let scaled = confidence * Double(binCount)
        guard scaled > 0 else { return 0 }
        var bin = min(Int(min(scaled, Double(binCount))), binCount - 1)
        while bin > 0 && confidence <= edge(bin) { bin -= 1 }
        while bin < binCount - 1 && confidence > edge(bin + 1) { bin += 1 }
        return bin
    }

    /// Number of rows counted.
    package var rowCount: Int64 { stride(from: 0, to: counts.count, by: 2).reduce(0) { $0 + counts[$1] } }

    /// The reliability diagram.
    package var bins: [Bin] {
        (0..<binCount).map { bin in
            let rows = counts[2 * bin]
            return Bin(
                lower: edge(bin), upper: edge(bin + 1), rowCount: rows,
                meanConfidence: confidences[bin].value / Double(rows),
                accuracy: Double(counts[2 * bin + 1]) / Double(rows))
        }
    }

    /// Σ over bins of their share of rows times |accuracy − mean confidence|, in 0...1; NaN without rows.
    ///
    /// Source: Guo et al. 2017, "On calibration of modern neural networks", equation 3.
    package var expectedCalibrationError: Double {
        let gaps = (0..<binCount).map { abs(Double(counts[2 * $0 + 1]) - confidences[$0].value) }
        return gaps.reduce(0, +) / Double(rowCount)
    }

    /// The mean over rows of Σ over labels (probability − truth)², halved when there are two labels, so that
    /// it is in 0...1 for two and in 0...2 for more; NaN without rows.
    ///
    /// Source: Brier 1950, "Verification of forecasts expressed in terms of probability". Equals
    /// scikit-learn's `brier_score_loss`.
    package var brierScore: Double {
        squaredErrors.value / Double(rowCount) / (labelCount == 2 ? 2 : 1)
    }
}
