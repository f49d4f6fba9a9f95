// report_to: otlp: the figures of a run as metrics, and its parts as a trace, for a collector of
// OpenTelemetry.

internal import Foundation
internal import Synchronization

/// Sends figures and spans in the background. A collector that is not there costs the run nothing.
package final class OTLPObserver: RunObserver {
    private enum Item: Sendable {
        case point(OTLPMessages.Point)
        case span(OTLPMessages.Span)
    }

    private let outbox: Outbox<Item>
    private let sender: Sender
    private let clock: () -> Double
    private let start: Double
    private let rootID = UInt64.random(in: 1 ... .max)
    private let run: String
    private let endSeconds: Double

    /// - Parameters:
    ///   - run: the folder of the run, which is the name of its trace.
    ///   - clock: seconds since 1970.
    ///   - firstPauseSeconds: before the second attempt of a request that the collector puts off.
    ///   - endSeconds: how long the end of the run may take for what is left.
    package init(
        _ settings: OTLPSettings, run: String, hostName: String, version: String,
        clock: @escaping () -> Double = { Date().timeIntervalSince1970 }, firstPauseSeconds: Double = 1,
        endSeconds: Double = 5
    ) {
        (self.run, self.clock, self.endSeconds) = (run, clock, endSeconds)
        start = clock()
        var attributes = settings.attributes
        attributes["service.version"] = attributes["service.version"] ?? version
        attributes["host.name"] = attributes["host.name"] ?? hostName
        let patience = Patience()
        let sender = Sender(
            settings,
            OTLPMessages(
                resource: attributes.sorted { $0.key < $1.key }.map {
                    OTLPMessages.Attribute(name: $0.key, value: .text($0.value))
                }, version: version), firstPauseSeconds: firstPauseSeconds, patience: patience)
        self.sender = sender
        outbox = Outbox(label: "lockstep.otlp", patience: patience) { items in
            sender.send(
                points: items.compactMap { if case .point(let point) = $0 { point } else { nil } },
                spans: items.compactMap { if case .span(let span) = $0 { span } else { nil } })
        }
    }

    package func record(_ figures: RunFigures) {
        let time = Self.nanoseconds(clock())
        let values = [("step", Double(figures.step))] + figures.values.map { ($0.name, $0.value) }
        outbox.add(values.map { .point(.init(name: $0, value: $1, time: time)) })
    }

    package func close(_ span: RunSpan) {
        outbox.add(
            .span(
                .init(
                    name: span.kind.rawValue, id: .random(in: 1 ... .max), parent: rootID,
                    start: Self.nanoseconds(span.start), end: Self.nanoseconds(span.end),
                    attributes: [.init(name: "lockstep.step", value: .integer(span.step))])))
    }

    package func end(_ outcome: RunOutcome) -> [String] {
        var span = OTLPMessages.Span(
            name: "run", id: rootID, start: Self.nanoseconds(start), end: Self.nanoseconds(clock()))
        span.attributes = [.init(name: "lockstep.run", value: .text(run))]
        switch outcome {
        case .finished: span.attributes.append(.init(name: "lockstep.outcome", value: .text("finished")))
        case .stopped(let step):
            span.attributes += [
                .init(name: "lockstep.outcome", value: .text("stopped")),
                .init(name: "lockstep.step", value: .integer(step)),
            ]
        case .failed(let sentence): span.failure = sentence
        }
        outbox.add(.span(span))
        let (lost, total) = outbox.close(within: endSeconds)
        guard lost > 0 else { return [] }
        let reason = sender.lastFailure.map { ": \($0)" } ?? ""
        return ["otlp: \(lost) of \(total) figures and spans did not reach the collector\(reason)"]
    }

    /// A double has room for microseconds since 1970.
    private static func nanoseconds(_ seconds: Double) -> UInt64 { UInt64((seconds * 1e6).rounded()) * 1000 }

    /// Sends requests, on the thread of the outbox.
    private final class Sender: Sendable {
        private let settings: OTLPSettings
        private let messages: OTLPMessages
        private let metrics, traces: HTTPClient
        private let trace =
            OTLPMessages.hexadecimal(.random(in: 1 ... .max))
            + OTLPMessages.hexadecimal(.random(in: 1 ... .max))
        private let failure = Mutex<String?>(nil)
        var lastFailure: String? { failure.withLock { $0 } }

        init(
            _ settings: OTLPSettings, _ messages: OTLPMessages, firstPauseSeconds: Double, patience: Patience
        ) {
            (self.settings, self.messages) = (settings, messages)
            func client(_ headers: [String: String]) -> HTTPClient {
                HTTPClient(
                    headers: headers.map { ($0.key, $0.value) }, timeoutSeconds: settings.timeoutSeconds,
                    firstPauseSeconds: firstPauseSeconds, patience: patience)
            }
            (metrics, traces) = (client(settings.metricsHeaders), client(settings.tracesHeaders))
        }

        /// Returns how many were lost.
        func send(points: [OTLPMessages.Point], spans: [OTLPMessages.Span]) -> Int {
            var lost = 0
            if !points.isEmpty, !post(messages.metrics(points), settings.metrics, by: metrics) {
                lost += points.count
            }
            if !spans.isEmpty, !post(messages.traces(spans, trace: trace), settings.traces, by: traces) {
                lost += spans.count
            }
            return lost
        }

        private func post(_ body: [UInt8], _ address: String, by client: HTTPClient) -> Bool {
            guard let url = URL(string: address) else { preconditionFailure("settings checked \(address)") }
            do throws(HTTPClient.Failure) {
                _ = try client.send("POST", url, body)
                return true
            } catch {
                failure.withLock { $0 = "\(address) gave \(error)" }
                return false
            }
        }
    }
}
