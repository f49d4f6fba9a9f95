// What `lockstep monitor` finds: as JSON, as a table, as metrics of Prometheus, as alarms.

internal import Foundation
package import JSON
internal import Metrics
internal import Phrases
internal import Reporting

/// The findings of a window.
package struct MonitoringReport: Sendable {
    package let comparison: WindowComparison
    /// Records that were cut off by a kill and passed over.
    package let pieceCount: Int

    package init(_ comparison: WindowComparison, pieceCount: Int = 0) {
        (self.comparison, self.pieceCount) = (comparison, pieceCount)
    }

    private var window: ServiceWindow { comparison.window }

    /// The loss, in the unit of the figures, that `requestsNeeded` tells of.
    static let toldLoss = 0.05

    /// After how many requests a loss of 5 points is found, by figure; nil where it cannot be.
    package var requestsNeeded: [(name: String, count: Int?)] {
        let known = comparison.reference.answers?.metrics ?? []
        return known.map { metric in
            (
                metric.estimate.name,
                WindowComparison.requestsNeeded(
                    forLoss: Self.toldLoss, metric, metricCount: known.count,
                    falseAlarmRate: comparison.falseAlarmRate)
            )
        }
    }

    /// A sentence for each alarm.
    package var alarms: [String] {
        comparison.alarms.map { signal in
            let figure = signal.figures.first.map {
                "\($0.statistic.rawValue) \(NumberFormat.significant($0.value)), "
            }
            var sentence =
                "alarm: \(signal.feature.words) differ from training (\(figure ?? "")"
                + "p = \(NumberFormat.significant(signal.pValue)) by \(signal.test), over "
                + "\(window.rowCount, "request"))"
            if signal.feature == .estimatedPerformance {
                let falls = comparison.performance.map {
                    "\($0.name) \(NumberFormat.fixed($0.reference, decimals: 3)) → "
                        + NumberFormat.fixed($0.estimate, decimals: 3)
                }
                sentence += ": " + falls.joined(separator: ", ")
            }
            return sentence
        }
    }

    /// Tables for a terminal.
    package var text: String {
        guard window.rowCount >= WindowComparison.leastRows else {
            return "\(window.rowCount, "request"): at least \(WindowComparison.leastRows) are needed to say "
                + "anything\n"
        }
        let signals = Table(
            header: ["signal", "p", "alarm", "test"],
            rows: comparison.signals.map {
                [
                    $0.feature.words, NumberFormat.significant($0.pValue), $0.isAlarm ? "ALARM" : "-",
                    $0.test,
                ]
            }, alignments: [.left, .right, .left, .left])
        let figures = Table(
            header: ["figure", "validation", "estimate", "from", "to", "by labels", "rows"],
            rows: comparison.performance.map { figure in
                [
                    figure.name, NumberFormat.fixed(figure.reference, decimals: 4),
                    NumberFormat.fixed(figure.estimate, decimals: 4),
                    NumberFormat.fixed(figure.interval.lower, decimals: 4),
                    NumberFormat.fixed(figure.interval.upper, decimals: 4),
                    figure.truth.map { NumberFormat.fixed($0.value, decimals: 4) } ?? "-",
                    figure.truth.map { "\($0.rowCount)" } ?? "-",
                ]
            })
        return "\(window.rowCount, "request")\n\n" + signals.text
            + (comparison.performance.isEmpty ? "" : "\n" + figures.text)
    }

    /// In the text format of Prometheus, for the textfile collector of its node exporter.
    package var prometheus: String {
        var lines = [
            "# HELP lockstep_monitor_requests Requests of the window.",
            "# TYPE lockstep_monitor_requests gauge", "lockstep_monitor_requests \(window.rowCount)",
            "# HELP lockstep_monitor_alarm Whether a signal raises an alarm.",
            "# TYPE lockstep_monitor_alarm gauge",
        ]
        lines += comparison.signals.map {
            "lockstep_monitor_alarm{signal=\"\($0.feature.rawValue)\"} \($0.isAlarm ? 1 : 0)"
        }
        lines += [
            "# HELP lockstep_monitor_drift Statistics of drift from training.",
            "# TYPE lockstep_monitor_drift gauge",
        ]
        for signal in comparison.signals {
            lines += signal.figures.map {
                "lockstep_monitor_drift{signal=\"\(signal.feature.rawValue)\","
                    + "statistic=\"\($0.statistic.rawValue)\"} \($0.value)"
            }
        }
        lines += [
            "# HELP lockstep_monitor_performance Figures of a classifier, estimated without labels.",
            "# TYPE lockstep_monitor_performance gauge",
        ]
        for figure in comparison.performance {
            let bounds = [
                ("estimate", figure.estimate), ("lower", figure.interval.lower),
                ("upper", figure.interval.upper), ("validation", figure.reference),
            ]
            lines += bounds.map {
                "lockstep_monitor_performance{metric=\"\(figure.name)\",value=\"\($0.0)\"} \($0.1)"
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }
}

extension MonitoringReport {
    package var json: JSONValue {
        let needed = requestsNeeded
        return .object([
            "requests": .integer(window.rowCount), "pieces_passed_over": .integer(pieceCount),
            "from": window.times.map { .real($0.lowerBound) } ?? .null,
            "to": window.times.map { .real($0.upperBound) } ?? .null,
            "false_alarm_rate": .figure(comparison.falseAlarmRate),
            "signals": .array(comparison.signals.map(Self.json)),
            "performance": .array(comparison.performance.map(Self.json)),
            "requests_needed_for_a_loss_of_0.05": .object(
                JSONObject(needed.map { ($0.name, $0.count.map { .integer($0) } ?? .null) })),
            "alarms": .array(alarms.map { .string($0) }),
        ])
    }

    private static func json(_ signal: DriftSignal) -> JSONValue {
        .object([
            "signal": .string(signal.feature.rawValue), "p_value": .real(signal.pValue),
            "test": .string(signal.test), "alarm": .bool(signal.isAlarm),
            "statistics": .object(
                JSONObject(signal.figures.map { ($0.statistic.rawValue, .real($0.value)) })),
        ])
    }

    private static func json(_ figure: WindowComparison.Performance) -> JSONValue {
        var members: JSONObject = [
            "metric": .string(figure.name), "validation": .figure(figure.reference),
            "estimate": .figure(figure.estimate), "lower": .figure(figure.interval.lower),
            "upper": .figure(figure.interval.upper), "p_value": .real(figure.pValue),
        ]
        if let truth = figure.truth {
            members.set("labeled_rows", to: .integer(truth.rowCount))
            members.set("by_labels", to: .figure(truth.value))
            members.set("estimate_of_labeled_rows", to: .figure(truth.estimate))
            members.set("lower_of_labeled_rows", to: .figure(truth.interval.lower))
            members.set("upper_of_labeled_rows", to: .figure(truth.interval.upper))
        }
        return .object(members)
    }
}
