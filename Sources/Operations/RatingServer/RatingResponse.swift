// What the rating page answers, with the headers that protect it.

import Datasets
internal import JSON
import Ratings
import WebServing

/// What a request gets.
struct RatingResponse {
    /// Statuses of HTTP.
    enum Status: Int {
        case ok = 200
        case badRequest = 400
        case forbidden = 403
        case notFound = 404
        case methodNotAllowed = 405
        case requestTimeout = 408
        case conflict = 409
        case payloadTooLarge = 413
        case unsupportedMediaType = 415
        case insufficientStorage = 507
    }

    var status: Status = .ok
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    private let type: String

    /// No page of another origin may frame this one, no script but its own may run, and nothing is loaded
    /// from elsewhere.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    init(_ body: [UInt8], type: String, status: Status = .ok) {
        self.status = status
        self.body = body
        self.type = type
        headers = [
            ("Content-Security-Policy", Self.policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
    }

    static func json(_ value: JSONValue, status: Status = .ok) -> RatingResponse {
        RatingResponse(Array(value.json.utf8), type: "application/json; charset=utf-8", status: status)
    }

    static func text(_ text: String, type: String) -> RatingResponse {
        RatingResponse(Array(text.utf8), type: "text/\(type); charset=utf-8")
    }

    /// A refusal with a sentence that the page shows.
    static func failure(_ status: Status, _ sentence: String) -> RatingResponse {
        .json(.members([("error", .string(sentence))]), status: status)
    }

    /// As the server sends it.
    var answer: WebAnswer {
        WebAnswer(status: status.rawValue, type: type, headers: headers, body: .bytes(body))
    }
}
