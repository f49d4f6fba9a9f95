// Labels that arrive after the answers: estimate and truth side by side, over the same rows.

internal import Files
internal import JSON
internal import Metrics

/// Labels by the id of their request, and the answers that they belong to.
package struct LabeledRows: Sendable {
    private let path: String
    private let labels: [String: Int]
    private let reference: ReferenceStatistics
    private var rows: [(posterior: LabelPosterior, truth: Int)] = []

    /// Reads a file with an object a line: `{"id": …, "label": …}`.
    package init(path: String, _ reference: ReferenceStatistics) throws(MonitoringError) {
        (self.path, self.reference) = (path, reference)
        let places = Dictionary(
            reference.labelNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var found: [String: Int] = [:]
        var lines = try MonitoringError.rethrowing { () throws(FilesError) in
            LineReader(try ByteReader(path: path))
        }
        while try MonitoringError.rethrowing({ () throws(FilesError) in try lines.next() }) {
            let bytes = Array(lines.bytes[lines.line])
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { continue }
            let value: JSONValue
            do { value = try JSONValue(parsing: bytes) } catch {
                throw .syntax(path: path, line: lines.number, problem: error.problem)
            }
            let reader = JSONReader<MonitoringError>(value, file: "\(path), line \(lines.number)")
            let label = try reader["label"].string()
            guard let place = places[label] else {
                throw .unknownLabel(
                    path: path, line: lines.number, label: label, known: reference.labelNames)
            }
            found[try reader["id"].string()] = place
        }
        labels = found
    }

    /// Keeps a record that one of the labels belongs to.
    package mutating func add(_ record: RequestRecord) {
        guard let id = record.id, let truth = labels[id],
            let posterior = reference.posterior(
                label: record.label, confidence: record.confidence, probabilities: record.probabilities)
        else { return }
        let known: Int
        if reference.keepsPosteriors {
            known = truth
        } else {
            known = record.label == reference.labelNames[truth] ? 0 : 1
        }
        rows.append((posterior.scaled(temperature: reference.answers?.temperature ?? 1), known))
    }

    /// Puts truth and estimate of the labelled rows beside the estimates of the window.
    package func complete(_ comparison: inout WindowComparison) throws(MonitoringError) {
        guard !rows.isEmpty, let answers = reference.answers else {
            throw .noMatchingLabels(path, labels: labels.count)
        }
        let labelCount = reference.keepsPosteriors ? reference.labelNames.count : 2
        for (index, metric) in reference.metrics.enumerated()
        where comparison.performance.indices.contains(index) {
            let estimate = metric.estimate(rows.map(\.posterior))
            let known = answers.metrics[index]
            let value = estimate.value + known.correction
            comparison.performance[index].truth = WindowComparison.Truth(
                rowCount: rows.count,
                value: metric.value(rows.map { ($0.posterior.answer, $0.truth) }, labelCount: labelCount),
                estimate: value,
                interval: WindowComparison.interval(
                    value, variance: estimate.labelVariance + known.correctionVariance))
        }
    }
}
