// Alarms to another program: one POST of JSON.

internal import Dispatch
internal import Foundation
internal import FoundationNetworking
package import JSON
internal import Synchronization

/// An address that takes alarms.
package struct AlarmWebhook: Sendable {
    package let address: String
    private let url: URL
    private static let seconds = 10.0

    package init(_ address: String) throws(MonitoringError) {
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme ?? ""),
            url.host?.isEmpty == false
        else {
            throw .invalidSetting("--webhook \(address)", expected: "an address http://… or https://…")
        }
        (self.address, self.url) = (address, url)
    }

    /// Sends the findings; their member `alarms` has a sentence for each alarm.
    package func send(_ findings: JSONValue) throws(MonitoringError) {
        let body = Data(findings.serialized(.line))
        try HTTPPost.send(
            body, to: url, headers: [("Content-Type", "application/json")], seconds: Self.seconds)
    }
}

/// One POST that waits for its answer.
enum HTTPPost {
    static func send(
        _ body: Data, to url: URL, headers: [(name: String, value: String)], seconds: Double
    ) throws(MonitoringError) {
        var request = URLRequest(url: url, timeoutInterval: seconds)
        request.httpMethod = "POST"
        request.httpBody = body
        for header in headers { request.setValue(header.value, forHTTPHeaderField: header.name) }
        let outcome = Outcome()
        let task = URLSession.shared.dataTask(with: request) { _, response, error in
            let status = (response as? HTTPURLResponse)?.statusCode
            outcome.finish(
                error.map { $0.localizedDescription }
                    ?? status.flatMap { (200..<300).contains($0) ? nil : "it answered \($0)" })
        }
        task.resume()
        guard let failure = outcome.wait(seconds: seconds + 5) else { return }
        throw .notDelivered(url.absoluteString, reason: failure)
    }

    /// How a request ended, for the thread that waits.
    private final class Outcome: Sendable {
        private let done = DispatchSemaphore(value: 0)
        private let failure = Mutex<String?>(nil)

        func finish(_ text: String?) {
            failure.withLock { $0 = text }
            done.signal()
        }

        /// nil for a request that was taken.
        func wait(seconds: Double) -> String? {
            guard done.wait(timeout: .now() + seconds) == .success else {
                return "no answer within \(Int(seconds)) seconds"
            }
            return failure.withLock { $0 }
        }
    }
}
