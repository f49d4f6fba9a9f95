// A check on one screen: what is wrong, the worst first, and the figures.

internal import Foundation
internal import Phrases

/// The lines that people read.
package struct CheckScreen: Sendable {
    private let result: CheckResult
    private let width: Int
    private let inColor: Bool

    /// - Parameter width: columns of the terminal.
    package init(_ result: CheckResult, width: Int, inColor: Bool) {
        (self.result, self.width, self.inColor) = (result, max(60, width), inColor)
    }

    package var text: String {
        let findings = result.findings.map { finding in
            line(painted(finding.severity), label: finding.severity.word, finding.text)
        }
        return ([headline] + findings + figures + samples).joined(separator: "\n") + "\n"
    }

    private var headline: String {
        let counts = Finding.Severity.allCases.map { (count: result.count($0), word: $0.word) }
            .filter { $0.count > 0 }.map { "\($0.count, $0.word)" }
        let ranks = result.reports.compactMap(\.self)
        let hosts = Set(ranks.map(\.host)).count
        let job = "\(max(1, result.reports.count), "rank") on \(max(1, hosts), "host")"
        return (counts.isEmpty ? "nothing is wrong" : counts.joined(separator: ", "))
            + " (\(job), checked in \(String(format: "%.1f", result.seconds)) s)"
    }

    // MARK: Lines

    private static let labelWidth = 9

    private func painted(_ severity: Finding.Severity) -> String? {
        guard inColor else { return nil }
        return switch severity {
        case .error: "\u{1B}[31m"
        case .warning: "\u{1B}[33m"
        case .note: "\u{1B}[36m"
        }
    }

    /// A label and a text that goes on below itself.
    private func line(_ color: String?, label: String, _ text: String) -> String {
        let indent = String(repeating: " ", count: Self.labelWidth)
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var current = ""
            for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
                if !current.isEmpty, current.count + word.count + 1 > width - Self.labelWidth {
                    lines.append(current)
                    current = String(word)
                } else {
                    current += (current.isEmpty ? "" : " ") + word
                }
            }
            lines.append(current)
        }
        let padding = String(repeating: " ", count: max(1, Self.labelWidth - label.count))
        let first = color.map { "\($0)\(label)\u{1B}[0m" } ?? label
        return first + padding + lines.joined(separator: "\n" + indent)
    }

    // MARK: Figures

    private var figures: [String] {
        var lines: [String] = []
        if let data = result.data {
            var text = "\(data.trainingRows, "training row")"
            if data.validationRows > 0 { text += ", \(data.validationRows) for validation" }
            if let lengths = data.lengths {
                let sample = data.sampledRows < data.trainingRows ? " of a sample of \(data.sampledRows)" : ""
                text +=
                    "; tokens\(sample): \(lengths.minimum) least, \(lengths.median) median, "
                    + "\(lengths.percentile95) at 95%, \(lengths.maximum) most"
            }
            lines.append(line(nil, label: "data", text))
            if !data.labels.isEmpty, data.labels.count <= 50 { lines.append(labelLine(data)) }
        }
        if let model = result.data?.model { lines += modelLines(model) }
        if !result.reports.isEmpty { lines.append(line(nil, label: "ranks", ranks)) }
        return lines
    }

    private func labelLine(_ data: DataOutcome) -> String {
        let total = max(1, data.labels.reduce(0) { $0 + $1.count })
        let words = data.labels.map { "\($0.name) \(100 * $0.count / total)%" }
        return line(nil, label: "labels", words.listed(atMost: 12))
    }

    private func modelLines(_ model: DataOutcome.ModelFigures) -> [String] {
        let trained =
            model.trainedCount == model.parameterCount
            ? "all trained" : "\(model.trainedCount) trained"
        let activations = model.activations == nil ? "; activations could not be measured" : ""
        return [
            line(
                nil, label: "model",
                "\(model.parameterCount, "parameter"), \(trained); about \(model.totalSteps, "step")"),
            line(
                nil, label: "memory",
                "a rank takes \(model.memory)\(activations); the largest micro-batch has up to "
                    + "\(model.largestBatchTokens, "token")"),
            line(
                nil, label: "disk",
                "a checkpoint takes \(ByteCount(model.checkpointBytes)), the final model "
                    + "\(ByteCount(model.finalModelBytes))"),
        ]
    }

    private var ranks: String {
        let reports = result.reports.compactMap(\.self)
        var hosts: [String] = []
        for report in reports where !hosts.contains(report.host) { hosts.append(report.host) }
        var words = hosts.prefix(8).map { host in
            let own = reports.filter { $0.host == host }
            let threads = own.map(\.placement.threads).max() ?? 1
            let cores = own.map(\.placement.hostCores).max() ?? 1
            return "\(host): \(own.count, "rank") × \(threads, "thread") on \(cores, "core")"
        }
        if hosts.count > 8 { words.append("\(hosts.count - 8) more hosts") }
        if let interface = reports.first?.network.chosenInterfaces { words.append("interface \(interface)") }
        let measured = result.measurement
        if let latency = measured?.latencySeconds, let rate = measured?.busBytesPerSecond {
            let figures = (latency * 1e6, rate / 1e9)
            words.append(
                String(format: "all-reduce %.0f µs for 4 KiB, %.1f GB/s for 4 MiB", figures.0, figures.1))
        }
        return words.joined(separator: "; ")
    }

    private var samples: [String] {
        guard let samples = result.data?.samples, !samples.isEmpty else { return [] }
        return samples.map { sample in
            line(nil, label: "row", sample.place) + "\n"
                + String(repeating: " ", count: Self.labelWidth)
                + sample.line(width: 3 * (width - Self.labelWidth), inColor: inColor)
        }
    }
}
