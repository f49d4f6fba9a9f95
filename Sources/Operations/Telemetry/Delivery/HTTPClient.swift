// Requests to the servers that figures of a run go to.

internal import Dispatch
internal import Foundation
internal import FoundationNetworking
internal import Synchronization

/// Sends one request after the other and waits for each answer; for a thread that nobody waits for.
///
/// Source of the retries: the OTLP specification 1.5, "OTLP/HTTP response": 429, 502, 503 and 504 alone, with
/// growing pauses or as long as `Retry-After` asks for.
struct HTTPClient: Sendable {
    enum Failure: Error, Equatable, CustomStringConvertible {
        /// No connection, or no answer in time.
        case unreachable(String)
        /// An answer that is no success, with the start of its text.
        case refused(status: Int, text: String)

        var description: String {
            switch self {
            case .unreachable(let reason): reason
            case .refused(let status, let text): "status \(status)" + (text.isEmpty ? "" : ": \(text)")
            }
        }
    }

    private static let attemptCount = 5
    /// The longest pause that a server may ask for.
    private static let longestPauseSeconds = 30.0

    private let session: URLSession
    private let timeoutSeconds: Double
    private let firstPauseSeconds: Double
    private let patience: Patience
    private let headers: [(String, String)]

    /// - Parameters:
    ///   - headers: sent with each request.
    ///   - firstPauseSeconds: before the second attempt; each further one is twice as long.
    init(
        headers: [(String, String)], timeoutSeconds: Double = 10, firstPauseSeconds: Double = 1,
        patience: Patience
    ) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        session = URLSession(configuration: configuration)
        (self.headers, self.patience) = (headers, patience)
        (self.timeoutSeconds, self.firstPauseSeconds) = (timeoutSeconds, firstPauseSeconds)
    }

    /// Sends a request, several times where the server asks for that. Returns the body of the answer.
    func send(
        _ method: String, _ url: URL, type: String = "application/json", _ body: [UInt8]? = nil
    ) throws(Failure) -> [UInt8] {
        var pause = firstPauseSeconds
        for attempt in 1... {
            let answer = try once(method, url, type: type, body)
            if (200..<300).contains(answer.status) { return answer.body }
            let failure = Failure.refused(status: answer.status, text: Self.start(of: answer.body))
            guard [429, 502, 503, 504].contains(answer.status), attempt < Self.attemptCount else {
                throw failure
            }
            let asked = answer.retryAfter.flatMap { Self.seconds(retryAfter: $0) } ?? pause
            guard patience.pause(seconds: min(asked, Self.longestPauseSeconds)) else { throw failure }
            pause *= 2
        }
        preconditionFailure("the last attempt returns or throws")
    }

    /// The start of an answer's text, on one line.
    private static func start(of body: [UInt8]) -> String {
        String(decoding: body.prefix(300), as: UTF8.self).split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
    }

    private struct Response: Sendable {
        var status: Int
        var retryAfter: String?
        var body: [UInt8]
    }

    private func once(
        _ method: String, _ url: URL, type: String, _ body: [UInt8]?
    ) throws(Failure) -> Response {
        let timeout = min(timeoutSeconds, patience.remainingSeconds ?? .infinity)
        guard timeout > 0 else { throw .unreachable("there was no time left") }
        var request = URLRequest(url: url, timeoutInterval: timeout)
        request.httpMethod = method
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        if let body {
            request.setValue(type, forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(body)
        }
        let isDone = DispatchSemaphore(value: 0)
        let box = ResultBox()
        let task = session.dataTask(with: request) { data, response, error in
            box.set(Self.result(data, response, error))
            isDone.signal()
        }
        task.resume()
        if isDone.wait(timeout: .now() + timeout + 1) == .timedOut {
            task.cancel()
            throw .unreachable("no answer within \(Int(timeout.rounded(.up))) s")
        }
        return try box.take().get()
    }

    private static func result(
        _ data: Data?, _ response: URLResponse?, _ error: (any Error)?
    ) -> Result<Response, Failure> {
        guard let response = response as? HTTPURLResponse else {
            return .failure(.unreachable(error?.localizedDescription ?? "no answer"))
        }
        return .success(
            Response(
                status: response.statusCode, retryAfter: response.value(forHTTPHeaderField: "Retry-After"),
                body: data.map { Array($0) } ?? []))
    }

    /// `Retry-After` as seconds or as a date (RFC 9110, section 10.2.3); nil for anything else.
    static func seconds(retryAfter text: String, now: Date = Date()) -> Double? {
        if let seconds = Int(text), seconds >= 0 { return Double(seconds) }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text).map { max(0, $0.timeIntervalSince(now)) }
    }

    /// What the session's thread leaves for the one that waits.
    private final class ResultBox: Sendable {
        private let value = Mutex<Result<Response, Failure>?>(nil)
        func set(_ result: Result<Response, Failure>) { value.withLock { $0 = result } }
        func take() -> Result<Response, Failure> {
            value.withLock { $0 } ?? .failure(.unreachable("no answer"))
        }
    }
}
