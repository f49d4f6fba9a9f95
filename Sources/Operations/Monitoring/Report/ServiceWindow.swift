// The requests of a stretch of time, gathered one record at a time in bounded memory.

internal import Metrics

/// Counts and samples of the records of a window.
package struct ServiceWindow: Sendable {
    private static let sampleLimit = 4_096

    package private(set) var rowCount = 0
    /// Requests whose input was null or empty.
    package private(set) var nullCount = 0
    /// Requests with fewer or more tokens than any training row.
    package private(set) var outsideCount = 0
    package private(set) var languages: [String: Int] = [:]
    package private(set) var labels: [String: Int] = [:]
    /// Seconds since 1970 of the first and the last request.
    package private(set) var times: ClosedRange<Double>?
    private let reference: ReferenceStatistics
    private var inputs: RowSample
    private var confidenceSample: RowSample
    private var latencies: RowSample
    /// Answer and calibrated probabilities.
    private var posteriorSample: RowSample

    package init(_ reference: ReferenceStatistics, seed: UInt64 = 1) {
        self.reference = reference
        inputs = RowSample(width: 2, limit: Self.sampleLimit, seed: seed)
        confidenceSample = RowSample(width: 1, limit: Self.sampleLimit, seed: seed)
        latencies = RowSample(width: 1, limit: Self.sampleLimit, seed: seed)
        let width = reference.keepsPosteriors ? max(2, reference.labelNames.count) : 2
        posteriorSample = RowSample(width: 1 + width, limit: 8 * Self.sampleLimit, seed: seed)
    }

    package mutating func add(_ record: RequestRecord) {
        let number = Int64(rowCount)
        rowCount += 1
        let known = times ?? record.time...record.time
        times = min(known.lowerBound, record.time)...max(known.upperBound, record.time)
        latencies.add(row: number, [record.seconds])
        if let language = record.language { languages[language, default: 0] += 1 }
        if let label = record.label { labels[label, default: 0] += 1 }
        if let count = record.tokenCount, count > 0 {
            let value = Double(count)
            inputs.add(row: number, [value, Double(record.unknownTokenCount) / value])
            if let bounds = reference.inputs.tokenBounds, !bounds.contains(value) { outsideCount += 1 }
        } else {
            nullCount += 1
        }
        if let confidence = record.confidence { confidenceSample.add(row: number, [confidence]) }
        let temperature = reference.answers?.temperature ?? 1
        if let posterior = reference.posterior(
            label: record.label, confidence: record.confidence, probabilities: record.probabilities)
        {
            let scaled = posterior.scaled(temperature: temperature)
            posteriorSample.add(row: number, [Double(scaled.answer)] + scaled.probabilities)
        }
    }

    package var tokenCounts: [Double] { Self.column(inputs, 0) }
    package var unknownShares: [Double] { Self.column(inputs, 1) }
    package var confidences: [Double] { Self.column(confidenceSample, 0) }
    package var seconds: [Double] { Self.column(latencies, 0) }
    package var posteriors: [LabelPosterior] {
        (0..<posteriorSample.count).map { index in
            let numbers = Array(posteriorSample[index])
            return LabelPosterior(answer: Int(numbers[0]), probabilities: Array(numbers[1...]))
        }
    }

    private static func column(_ sample: RowSample, _ column: Int) -> [Double] {
        (0..<sample.count).map { sample[$0][sample[$0].startIndex + column] }
    }
}
