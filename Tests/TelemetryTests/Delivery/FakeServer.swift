// A server of a test: keeps what it is sent, and answers as it is told.

import Foundation
import Synchronization
import Telemetry

final class FakeServer: Sendable {
    private let listener: HTTPListener
    private let log: RequestLog
    var address: String { "http://127.0.0.1:\(listener.port)" }
    var requests: [HTTPListener.Request] { log.requests }

    /// - Parameter respond: gets each request and how many came before it.
    init(respond: @escaping @Sendable (HTTPListener.Request, Int) -> HTTPListener.Answer) throws {
        let log = RequestLog()
        self.log = log
        listener = try HTTPListener(host: "127.0.0.1", port: 0) { request in
            respond(request, log.add(request))
        }
    }

    func stop() { listener.stop() }

    private final class RequestLog: Sendable {
        private let all = Mutex<[HTTPListener.Request]>([])
        var requests: [HTTPListener.Request] { all.withLock { $0 } }
        func add(_ request: HTTPListener.Request) -> Int {
            all.withLock { all in
                all.append(request)
                return all.count - 1
            }
        }
    }
}

extension HTTPListener.Request {
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
}
