// What a request gets: a whole body, or one that is written piece by piece.

/// An answer.
package struct WebAnswer: Sendable {
    /// How the body comes.
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Written piece by piece until it returns. `write` waits for a slow reader, and throws when the
        /// connection is gone.
        case stream(@Sendable (_ write: (String) async throws -> Void) async throws -> Void)
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(status: Int = 200, type: String, headers: [(name: String, value: String)] = [], body: Body) {
        self.status = status
        self.headers = [("Content-Type", type)] + headers
        self.body = body
    }

    package init(status: Int = 200, type: String, text: String) {
        self.init(status: status, type: type, body: .bytes(Array(text.utf8)))
    }

    /// The bytes of a whole body; nil for a stream.
    package var bytes: [UInt8]? { if case .bytes(let bytes) = body { bytes } else { nil } }
}

/// What answers requests.
package protocol WebService: Sendable {
    /// The largest body that a request may have, in bytes.
    var bodyLimit: Int { get }
    /// Whether the task that answers is cancelled when the client closes its side: for answers that take
    /// long.
    func endsWithConnection(_ head: WebRequest) -> Bool
    /// Answers a request. May be called by any number of tasks at once.
    func answer(_ request: WebRequest) async -> WebAnswer
    /// Answers a request that is refused before its body was read: 413 for a body above the limit, 408 for
    /// one that comes too slowly. The head is all there is of the request.
    func refusal(of head: WebRequest, status: Int) -> WebAnswer
}

extension WebService {
    package func endsWithConnection(_ head: WebRequest) -> Bool { false }
}
