// monitor.html: the findings of a window as one page.

internal import Foundation
internal import Metrics
internal import Phrases
package import Reporting

/// The page of `lockstep monitor`.
package enum MonitoringPage {
    /// - Parameter title: what was watched, such as the folder of the records.
    package static func document(_ report: MonitoringReport, title: String) -> ReportDocument {
        let comparison = report.comparison
        let window = comparison.window
        let span = window.times.map { times in
            [times.lowerBound, times.upperBound].map { Date(timeIntervalSince1970: $0).ISO8601Format() }
                .joined(separator: " to ")
        }
        let findings =
            window.rowCount < WindowComparison.leastRows
            ? ["Too few requests to say anything: \(WindowComparison.leastRows) are needed."]
            : report.alarms.isEmpty
                ? ["No alarm: nothing differs from training by more than chance."] : report.alarms
        return ReportDocument(
            title: "Service of \(title)",
            subtitle: "\(window.rowCount, "request")" + (span.map { ", \($0)" } ?? ""),
            overview: [.findings(findings)],
            sections: [
                ReportSection("Performance without labels", performance(report)),
                ReportSection("Drift from training", drift(comparison)),
                ReportSection("Calibration on the validation rows", calibration(comparison)),
                ReportSection("Requests", requests(window)),
            ])
    }

    private static func performance(_ report: MonitoringReport) -> [ReportBlock] {
        let figures = report.comparison.performance
        guard !figures.isEmpty else { return [] }
        let items = figures.flatMap { figure in
            [
                IntervalChart.Item(name: "\(figure.name), validation", value: figure.reference, series: 1),
                IntervalChart.Item(
                    name: "\(figure.name), estimate", value: figure.estimate,
                    interval: figure.interval.lower...figure.interval.upper),
            ]
                + (figure.truth.map { truth in
                    [
                        IntervalChart.Item(
                            name: "\(figure.name), same rows", value: truth.estimate,
                            interval: truth.interval.lower...truth.interval.upper),
                        IntervalChart.Item(
                            name: "\(figure.name), labels", value: truth.value, series: 2),
                    ]
                } ?? [])
        }
        let needed = report.requestsNeeded.map { name, count in
            count.map { "\(name): \(NumberFormat.grouped($0)) requests" }
                ?? "\(name): no number, as the validation rows are too few"
        }
        return [
            .charts([
                IntervalChart(title: "Estimates of 95%", valueName: "share of 1", items: items)
            ]),
            .paragraph(
                "Estimated from calibrated confidences, which holds while the model knows how sure it may be; "
                    + "a change of what texts mean is not seen without labels."),
            .paragraph(
                "A loss of 5 points is found with 90% within: " + needed.joined(separator: "; ") + "."),
        ]
    }

    private static func drift(_ comparison: WindowComparison) -> [ReportBlock] {
        guard !comparison.signals.isEmpty else { return [] }
        let rows = comparison.signals.map { signal in
            [
                signal.feature.words, signal.isAlarm ? "alarm" : "–",
                NumberFormat.significant(signal.pValue), signal.test,
                signal.figures.map {
                    "\($0.statistic.rawValue) \(NumberFormat.significant($0.value))"
                }.joined(separator: ", "),
            ]
        }
        let share = NumberFormat.significant(100 * comparison.falseAlarmRate)
        return [
            .table(
                ReportTable(
                    header: ["signal", "alarm", "p", "test", "statistics"], rows: rows, isText: true)),
            .paragraph(
                "Where nothing has changed, at most \(share)% of windows raise any alarm: Holm's correction "
                    + "over \(comparison.signals.count, "signal")."),
        ]
    }

    private static func calibration(_ comparison: WindowComparison) -> [ReportBlock] {
        guard let answers = comparison.reference.answers else { return [] }
        let bins = answers.calibration.map {
            CalibrationChart.Bin(
                lower: $0.lower, upper: $0.upper, rowCount: $0.rowCount, meanConfidence: $0.meanConfidence,
                accuracy: $0.accuracy)
        }
        return [
            .charts([CalibrationChart(bins: bins)]),
            .paragraph("Temperature \(NumberFormat.significant(answers.temperature))."),
        ]
    }

    private static func requests(_ window: ServiceWindow) -> [ReportBlock] {
        let seconds = window.seconds.sorted()
        guard !seconds.isEmpty else { return [] }
        func quantile(_ share: Double) -> String {
            let place = min(seconds.count - 1, Int(share * Double(seconds.count)))
            return NumberFormat.significant(1000 * seconds[place]) + " ms"
        }
        func table(_ caption: String, _ counts: [String: Int]) -> [ReportBlock] {
            guard !counts.isEmpty else { return [] }
            let rows = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20).map {
                [$0.key, NumberFormat.grouped($0.value)]
            }
            return [.table(ReportTable(caption: caption, header: ["", "requests"], rows: rows))]
        }
        let latency: [ReportFigure] = [
            ReportFigure(name: "median latency", value: quantile(0.5)),
            ReportFigure(name: "95th percentile", value: quantile(0.95)),
            ReportFigure(name: "99th percentile", value: quantile(0.99)),
        ]
        return [.figures(latency)] + table("Answers", window.labels) + table("Languages", window.languages)
    }
}
