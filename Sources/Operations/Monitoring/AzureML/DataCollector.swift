// Rows for Azure Machine Learning's data collector, which stands beside a deployment and stores them.

internal import Dispatch
internal import Foundation
package import JSON
internal import Synchronization

/// Sends inputs and outputs of a model from a thread of its own; a request never waits for it, and rows that
/// it cannot take are counted and dropped.
package final class DataCollector: Sendable {
    /// What happened to rows so far.
    package struct Counts: Sendable, Equatable {
        package var sent = 0
        /// Not drawn by the sampling rate.
        package var unsampled = 0
        /// The queue was full, or the collector did not take them.
        package var lost = 0

        package init(sent: Int = 0, unsampled: Int = 0, lost: Int = 0) {
            (self.sent, self.unsampled, self.lost) = (sent, unsampled, lost)
        }
    }

    private struct State {
        var counts = Counts()
        var waiting = 0
    }

    private let settings: DataCollectorSettings
    private let url: URL
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "data collector")
    private static let seconds = 10.0

    package init(_ settings: DataCollectorSettings) throws(MonitoringError) {
        self.settings = settings
        let address = "http://\(settings.host):\(settings.port)/modeldata/log"
        guard let url = URL(string: address) else {
            throw .invalidSetting("AZUREML_MDC_HOST=\(settings.host)", expected: "the name of a host")
        }
        self.url = url
    }

    /// Whether the deployment collects that, such as `model_inputs` and `model_outputs`.
    package func collects(_ collection: String) -> Bool {
        settings.samplingPercentages[collection.lowercased()] != nil
    }

    /// Hands rows of a collection on; returns at once.
    ///
    /// - Parameters:
    ///   - rows: an object a row, with the same members each.
    ///   - requestID: what inputs and outputs of one request are joined by.
    package func collect(_ collection: String, rows: [JSONObject], requestID: String) {
        let name = collection.lowercased()
        guard let percentage = settings.samplingPercentages[name] else { return }
        // By the id, so that inputs and outputs of a request are drawn together.
        guard percentage > Self.place(of: requestID) else {
            return state.withLock { $0.counts.unsampled += 1 }
        }
        let isTaken = state.withLock { state in
            guard state.waiting < DataCollectorSettings.queueCapacity else {
                state.counts.lost += 1
                return false
            }
            state.waiting += 1
            return true
        }
        guard isTaken else { return }
        let body = Data(JSONValue.array(rows.map { .object($0) }).text(.compact).utf8)
        let headers = Self.headers(name, requestID: requestID, time: Int(Date().timeIntervalSince1970))
        queue.async { [self] in
            do {
                try HTTPPost.send(body, to: url, headers: headers, seconds: Self.seconds)
                state.withLock { ($0.counts.sent, $0.waiting) = ($0.counts.sent + 1, $0.waiting - 1) }
            } catch {
                state.withLock { ($0.counts.lost, $0.waiting) = ($0.counts.lost + 1, $0.waiting - 1) }
            }
        }
    }

    package var counts: Counts { state.withLock { $0.counts } }

    /// Waits until all that was taken has been sent or lost.
    package func finish() { queue.sync {} }

    private static func headers(
        _ collection: String, requestID: String, time: Int
    ) -> [(name: String, value: String)] {
        [
            ("Accept", "*/*"), ("Content-Type", "application/json"), ("trace-id", UUID().uuidString),
            ("ce-time", String(time)), ("ce-type", "azureml.inference.\(collection)"),
            ("ce-collect-data-type", "pandas.core.frame.DataFrame"), ("ce-agent", "lockstep"),
            ("ce-x-request-id", requestID),
        ]
    }

    /// Where an id stands among all, from 0 to below 100, by its hash (FNV-1a, mixed).
    static func place(of id: String) -> Double {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93
        hash ^= hash >> 32
        return Double(hash >> 11) * 0x1p-53 * 100
    }
}
