// Accuracy and F1 without labels against the labels that were kept back.

import Files
import JSON
import Metrics
import Monitoring
import TestSupport
import Testing

@Suite struct PerformanceTests {
    @Test("the interval of 95% holds the figure of the labels that were kept back, 95 times of 100")
    func coverage() throws {
        let service = SimulatedService(overconfidence: 1.7)
        var hits = ["accuracy": 0, "f1": 0]
        let trials = 300
        for trial in 0..<trials {
            let reference = service.reference(
                training: 10, validation: 1_000, seed: 70_000 + UInt64(trial))
            let rows = service.rows(500, seed: 90_000 + UInt64(trial))
            let comparison = SimulatedService.comparison(rows, reference)
            for (metric, figure) in zip(reference.metrics, comparison.performance) {
                let truth = metric.value(rows.map { ($0.answer, $0.truth) }, labelCount: 2)
                if figure.interval.lower <= truth, truth <= figure.interval.upper {
                    hits[figure.name, default: 0] += 1
                }
            }
        }
        // Four standard deviations of a binomial count around 285.
        for (name, count) in hits { #expect((270...300).contains(count), "\(name): \(count) of \(trials)") }
    }

    @Test("temperature scaling finds how much too sure a model is")
    func temperature() throws {
        for overconfidence in [0.5, 1, 2.5] {
            let service = SimulatedService(overconfidence: overconfidence)
            let reference = service.reference(training: 10, validation: 6_000, seed: 1)
            let found = try #require(reference.answers?.temperature)
            #expect(abs(found / overconfidence - 1) < 0.08, "\(found) for \(overconfidence)")
        }
        #expect(LabelPosterior.temperature([]) == 1)
    }

    @Test("without doubt the estimate is the figure of the labels, of two labels and of three")
    func certainty() {
        let rows = [(0, 0), (1, 1), (2, 1), (2, 2), (0, 2), (1, 1), (0, 0)]
        let certain = rows.map { answer, truth in
            LabelPosterior(answer: answer, probabilities: (0..<3).map { $0 == truth ? 1 : 0 })
        }
        let macro = EstimatedMetric.macroF1.estimate(certain)
        // Per label 2·hits / (answers + truths): 4/5, 4/5, 2/4.
        #expect(abs(macro.value - (0.8 + 0.8 + 0.5) / 3) < 1e-12)
        #expect(macro.labelVariance < 1e-12)
        #expect(abs(EstimatedMetric.accuracy.estimate(certain).value - 5.0 / 7) < 1e-12)
        #expect(abs(EstimatedMetric.f1(label: 2).estimate(certain).value - 0.5) < 1e-12)
    }

    @Test("labels that arrive later stand beside the estimate of the same rows")
    func labels() throws {
        let folder = try TemporaryFolder()
        let service = SimulatedService(overconfidence: 1.5)
        let reference = service.reference(training: 500, validation: 2_000, seed: 5)
        let rows = service.rows(600, seed: 6)
        let lines = rows.prefix(200).enumerated().map { index, row in
            "{\"id\": \"r\(index)\", \"label\": \"\(SimulatedService.labels[row.truth])\"}\n"
        }
        let path = try folder.write(lines.joined(), to: "labels.jsonl")
        var labels = try LabeledRows(path: path, reference)
        var window = ServiceWindow(reference)
        for (index, row) in rows.enumerated() {
            let record = row.record(id: "r\(index)")
            window.add(record)
            labels.add(record)
        }
        var comparison = WindowComparison(window, reference: reference, falseAlarmRate: 0.01)
        try labels.complete(&comparison)
        let truth = try #require(comparison.performance.first?.truth)
        #expect(truth.rowCount == 200)
        let right = rows.prefix(200).count { $0.answer == $0.truth }
        #expect(abs(truth.value - Double(right) / 200) < 1e-12)
        #expect(truth.interval.lower <= truth.value && truth.value <= truth.interval.upper)
        let wrong = try folder.write("{\"id\": \"r0\", \"label\": \"neutral\"}\n", to: "wrong.jsonl")
        #expect(
            throws: MonitoringError.unknownLabel(
                path: wrong, line: 1, label: "neutral", known: SimulatedService.labels)
        ) { try LabeledRows(path: wrong, reference) }
    }

    @Test("monitoring.json reads back as it was, and a broken one is refused by its place")
    func file() throws {
        let folder = try TemporaryFolder()
        let reference = SimulatedService().reference(training: 9_000, validation: 500, seed: 8)
        #expect(reference.inputs.tokenCounts.count <= ReferenceBuilder.sampleLimit)
        #expect(reference.inputs.rowCount == 9_000)
        try reference.write(directory: folder.path)
        #expect(try ReferenceStatistics(directory: folder.path) == reference)
        let path = try folder.write("{\"format\": 2}", to: ReferenceStatistics.fileName)
        #expect(
            throws: MonitoringError.mismatch(
                JSONMismatch(file: path, path: "format", expected: "the format 1", found: 2))
        ) { try ReferenceStatistics(directory: folder.path) }
        #expect(throws: MonitoringError.noReference("/nowhere/monitoring.json")) {
            try ReferenceStatistics(directory: "/nowhere")
        }
    }
}
