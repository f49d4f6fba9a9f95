// Requests and responses, apart from how they travel.

import Datasets
import Foundation
internal import JSON
import NIOHTTP1
import Ratings

/// A whole request.
struct RatingRequest {
    let method: HTTPMethod
    let path: String
    let headers: HTTPHeaders
    let body: [UInt8]
    private let query: [URLQueryItem]

    init(head: HTTPRequestHead, body: [UInt8]) {
        let components = URLComponents(string: head.uri)
        method = head.method == .HEAD ? .GET : head.method
        path = components?.path ?? head.uri
        query = components?.queryItems ?? []
        headers = head.headers
        self.body = body
    }

    /// The value of a name in the query.
    subscript(name: String) -> String? { query.first { $0.name == name }?.value }

    /// The value of a cookie.
    func cookie(_ name: String) -> String? {
        for part in headers[canonicalForm: "cookie"].joined(separator: ";").split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces) == name {
                return pair[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}

/// What a request gets.
struct RatingResponse {
    var status: HTTPResponseStatus = .ok
    var headers: [(String, String)]
    var body: [UInt8]

    /// No page of another origin may frame this one, no script but its own may run, and nothing is loaded
    /// from elsewhere.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    init(_ body: [UInt8], type: String, status: HTTPResponseStatus = .ok) {
        self.status = status
        self.body = body
        headers = [
            ("Content-Type", type), ("Content-Security-Policy", Self.policy),
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
    }

    static func json(_ value: JSONValue, status: HTTPResponseStatus = .ok) -> RatingResponse {
        RatingResponse(Array(value.json.utf8), type: "application/json; charset=utf-8", status: status)
    }

    static func text(_ text: String, type: String) -> RatingResponse {
        RatingResponse(Array(text.utf8), type: "text/\(type); charset=utf-8")
    }

    /// A refusal with a sentence that the page shows.
    static func failure(_ status: HTTPResponseStatus, _ sentence: String) -> RatingResponse {
        .json(.members([("error", .string(sentence))]), status: status)
    }
}
