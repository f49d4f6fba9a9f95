// `monitor` from a record of requests to findings, their page and their alarms.

internal import Files
internal import Foundation
internal import JSON
package import Monitoring
internal import Reporting

/// What `monitor` is asked for.
package struct MonitorRequest: Sendable {
    /// The folder of the record.
    package var folder: String
    /// The folder of the model with monitoring.json; nil for a copy of it in `folder`.
    package var model: String?
    /// A file of labels that arrived since.
    package var labels: String?
    /// Only requests of so many days before the last one; nil for all.
    package var days: Double?
    /// The share of quiet windows that may raise any alarm.
    package var falseAlarmRate = 0.01
    /// An address that alarms are posted to.
    package var webhook: String?

    package init(folder: String) { self.folder = folder }
}

/// One look at a service.
package struct MonitorJob {
    package static let pageName = "monitor.html"
    package static let metricsName = "monitor.prom"

    private let request: MonitorRequest

    package init(_ request: MonitorRequest) { self.request = request }

    /// Reads the record, writes page and metrics into its folder, and tells of alarms.
    ///
    /// A webhook that does not answer is a warning: the findings are safe by then.
    package func run() throws(MonitoringError) -> MonitoringReport {
        guard request.falseAlarmRate > 0, request.falseAlarmRate < 1 else {
            throw .invalidSetting("--false_alarm_rate", expected: "a number between 0 and 1")
        }
        let webhook: AlarmWebhook?
        if let address = request.webhook { webhook = try AlarmWebhook(address) } else { webhook = nil }
        let reference = try ReferenceStatistics(directory: request.model ?? request.folder)
        var start = -Double.infinity
        if let days = request.days {
            var last = -Double.infinity
            try RecordSegment.read(folder: request.folder) { last = max(last, $0.time) }
            start = last - days * 86_400
        }
        var window = ServiceWindow(reference)
        var labels: LabeledRows?
        if let path = request.labels { labels = try LabeledRows(path: path, reference) }
        let pieces = try RecordSegment.read(folder: request.folder) { record in
            guard record.time >= start else { return }
            window.add(record)
            labels?.add(record)
        }
        var comparison = WindowComparison(
            window, reference: reference, falseAlarmRate: request.falseAlarmRate)
        try labels?.complete(&comparison)
        let report = MonitoringReport(comparison, pieceCount: pieces)
        try write(report)
        for alarm in report.alarms { Messages.warn(alarm) }
        if let webhook, !report.alarms.isEmpty {
            do { try webhook.send(report.json) } catch { Messages.warn("\(error)") }
        }
        return report
    }

    private func write(_ report: MonitoringReport) throws(MonitoringError) {
        let page = MonitoringPage.document(report, title: request.folder).html
        try MonitoringError.rethrowing { () throws(FilesError) in
            try FileSystem.write(page, to: "\(request.folder)/\(Self.pageName)")
            try FileSystem.write(report.prometheus, to: "\(request.folder)/\(Self.metricsName)")
        }
    }
}
