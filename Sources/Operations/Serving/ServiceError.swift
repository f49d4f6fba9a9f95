// What can be wrong with a request, or keep the server from answering it.

internal import JSON
package import WebServing

/// A request that gets no answer.
package struct ServiceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong. Statuses are those of text-embeddings-inference.
    package enum Kind: String, Sendable {
        case badJSON, badValue, empty, tooLarge, unauthorized, notFound, methodNotAllowed, tooSlow, overloaded
        case loading, stopping, timedOut, failed

        package var status: Int {
            switch self {
            case .badJSON, .empty: 400
            case .unauthorized: 401
            case .notFound: 404
            case .methodNotAllowed: 405
            case .tooSlow: 408
            case .tooLarge: 413
            case .badValue: 422
            case .failed: 424
            case .overloaded: 429
            case .loading, .stopping, .timedOut: 503
            }
        }

        /// text-embeddings-inference's `error_type`.
        var type: String {
            switch self {
            case .badJSON, .badValue, .tooLarge, .notFound, .methodNotAllowed, .tooSlow: "Validation"
            case .empty: "Empty"
            case .unauthorized: "Unauthorized"
            case .failed: "Backend"
            case .overloaded, .timedOut: "Overloaded"
            case .loading, .stopping: "Unhealthy"
            }
        }

        /// Seconds after which another try may succeed; nil where none does.
        var retryAfter: Int? {
            switch self {
            case .overloaded, .timedOut, .stopping: 1
            case .loading: 2
            default: nil
            }
        }
    }

    package let kind: Kind
    package let description: String
    /// The methods that the path has, where the request's is none of them.
    package var allowed: String?

    package init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }

    /// As text-embeddings-inference writes errors, or as OpenAI does for what its clients ask.
    package func answer(isOpenAI: Bool) -> WebAnswer {
        var headers: [(name: String, value: String)] = []
        if let seconds = kind.retryAfter { headers.append(("Retry-After", String(seconds))) }
        if kind == .unauthorized { headers.append(("WWW-Authenticate", "Bearer")) }
        if let allowed { headers.append(("Allow", allowed)) }
        let isOurs = kind.status >= 500 || kind == .failed
        let body: JSONValue =
            isOpenAI
            ? [
                "error": [
                    "message": .string(description),
                    "type": isOurs ? "server_error" : "invalid_request_error", "param": .null,
                    "code": .null,
                ]
            ]
            : ["error": .string(description), "error_type": .string(kind.type)]
        return .json(body, status: kind.status, headers: headers)
    }
}

extension WebAnswer {
    /// An answer in JSON.
    static func json(
        _ value: JSONValue, status: Int = 200, headers: [(name: String, value: String)] = []
    ) -> WebAnswer {
        WebAnswer(
            status: status, type: "application/json", headers: headers,
            body: .bytes(Array(value.text(.compact).utf8)))
    }
}
