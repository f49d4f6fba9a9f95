// Gathers the statistics of training rows and validation answers, one row at a time, in bounded memory.

internal import Metrics

/// Takes the rows of training and validation. Each rank may take validation rows of its own: exchange
/// `answerWords` and merge.
package struct ReferenceBuilder {
    /// The most rows of a sample of inputs; of answers twice as many.
    package static let sampleLimit = 4_096
    private static let binCount = 10

    private var statistics: ReferenceStatistics
    /// Tokens and share of unknown ones.
    private var inputs: RowSample
    /// Label, answer, truth, probabilities.
    private var answers: RowSample

    /// - Parameters:
    ///   - labels: the model's, in order; none for models of other tasks.
    ///   - positive: the place of the label that F1 of two labels is of.
    package init(version: String, labels: [String] = [], positive: Int = 1, seed: UInt64 = 0) {
        statistics = ReferenceStatistics()
        (statistics.version, statistics.labelNames) = (version, labels)
        statistics.positive = positive
        let width = statistics.keepsPosteriors ? max(2, labels.count) : 2
        inputs = RowSample(width: 2, limit: Self.sampleLimit, seed: seed)
        answers = RowSample(width: 3 + width, limit: 2 * Self.sampleLimit, seed: seed)
    }

    /// Adds an input of the training rows.
    ///
    /// - Parameters:
    ///   - tokenCount: nil for a row without a text.
    ///   - language: as `RequestRecorder` guesses it.
    ///   - label: what people answered, if anything.
    package mutating func add(
        tokenCount: Int?, unknownTokenCount: Int, language: String?, label: String?
    ) {
        let number = Int64(statistics.inputs.rowCount)
        statistics.inputs.rowCount += 1
        if let label { statistics.inputs.labels[label, default: 0] += 1 }
        if let language { statistics.inputs.languages[language, default: 0] += 1 }
        guard let tokenCount, tokenCount > 0 else {
            statistics.inputs.nullCount += 1
            return
        }
        let count = Double(tokenCount)
        let bounds = statistics.inputs.tokenBounds ?? count...count
        statistics.inputs.tokenBounds = min(bounds.lowerBound, count)...max(bounds.upperBound, count)
        inputs.add(row: number, [count, Double(unknownTokenCount) / count])
    }

    /// Adds a validation row by its number among all: the answer, the true label, and the probability of
    /// each label.
    package mutating func add(row: Int, answer: Int, truth: Int, probabilities: [Double]) {
        let names = statistics.labelNames
        precondition(probabilities.count == names.count, "\(probabilities.count) of \(names.count) labels")
        guard
            let posterior = statistics.posterior(
                label: names[answer], confidence: probabilities[answer], probabilities: probabilities)
        else { return }
        let known = statistics.keepsPosteriors ? truth : answer == truth ? 0 : 1
        answers.add(
            row: Int64(row),
            [Double(answer), Double(posterior.answer), Double(known)] + posterior.probabilities)
    }

    /// The validation rows so far, for the other ranks.
    package var answerWords: [Int64] { answers.serialized }

    /// Adds the validation rows of another rank.
    package mutating func merge(answerWords: [Int64]) { answers.merge(answers.deserialized(answerWords)) }

    /// The statistics of all rows so far.
    package func finish() -> ReferenceStatistics {
        var result = statistics
        result.inputs.tokenCounts = (0..<inputs.count).map { inputs[$0][inputs[$0].startIndex] }
        result.inputs.unknownShares = (0..<inputs.count).map { inputs[$0][inputs[$0].startIndex + 1] }
        if answers.count > 0 { result.answers = finishedAnswers() }
        return result
    }

    private func finishedAnswers() -> ReferenceStatistics.Answers {
        var sample = answers
        sample.sort()
        var found = ReferenceStatistics.Answers()
        found.rowCount = sample.count
        /// By bin: rows, right answers, sum of confidences.
        var bins = [[Double]](repeating: [0, 0, 0], count: Self.binCount)
        var rows: [(posterior: LabelPosterior, truth: Int)] = []
        for index in 0..<sample.count {
            let numbers = Array(sample[index])
            let posterior = LabelPosterior(answer: Int(numbers[1]), probabilities: Array(numbers[3...]))
            let (confidence, truth) = (posterior.probabilities[posterior.answer], Int(numbers[2]))
            rows.append((posterior, truth))
            found.labels[statistics.labelNames[Int(numbers[0])], default: 0] += 1
            found.confidences.append(confidence)
            let bin = min(Self.binCount - 1, Int(confidence * Double(Self.binCount)))
            bins[bin][0] += 1
            bins[bin][1] += posterior.answer == truth ? 1 : 0
            bins[bin][2] += confidence
        }
        found.calibration = bins.enumerated().map { index, bin in
            ReferenceStatistics.CalibrationBin(
                lower: Double(index) / Double(Self.binCount),
                upper: Double(index + 1) / Double(Self.binCount),
                rowCount: Int(bin[0]), meanConfidence: bin[0] > 0 ? bin[2] / bin[0] : 0,
                accuracy: bin[0] > 0 ? bin[1] / bin[0] : 0)
        }
        found.temperature = LabelPosterior.temperature(rows)
        let calibrated = rows.map { ($0.posterior.scaled(temperature: found.temperature), $0.truth) }
        found.metrics = statistics.metrics.map { metric in
            let estimate = metric.estimate(calibrated.map(\.0))
            let correction = metric.correction(calibrated)
            return ReferenceStatistics.ReferenceMetric(
                value: estimate.value + correction.value, estimate: estimate,
                correctionVariance: correction.variance)
        }
        return found
    }
}
