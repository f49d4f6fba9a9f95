// The share of written texts that equal one of their references.

/// Rows whose text has the same bytes as a reference.
struct ExactMatchMetric: TextMetric {
    var width: Int { 1 }

    func counts(prediction: String, references: [String]) -> [Int64] {
        [references.contains { $0.utf8.elementsEqual(prediction.utf8) } ? 1 : 0]
    }

    var metrics: [Metric] {
        [Metric("exact_match", isMain: true) { Double($0[1]) / Double($0[0]) }]
    }
}
