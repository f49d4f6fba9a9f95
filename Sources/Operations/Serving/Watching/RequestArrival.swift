// When a request came and by which id it is known.

internal import Foundation
internal import WebServing

/// The beginning of a request that is recorded.
struct RequestArrival: Sendable {
    /// An id that a client sends may have so many bytes; a longer one is not taken.
    private static let longestID = 128

    /// That of the header `x-request-id`, or a new one.
    let id: String
    private let time = Date().timeIntervalSince1970
    private let start = ContinuousClock.now

    init(_ request: WebRequest) {
        let given = request.header("x-request-id") ?? ""
        id = 1...Self.longestID ~= given.utf8.count ? given : UUID().uuidString.lowercased()
    }

    /// The request as answered now.
    func answered(
        _ inputs: [AnsweredRequest.Input], isBatch: Bool = false, by model: ServedModel
    ) -> AnsweredRequest {
        let passed = (ContinuousClock.now - start).components
        return AnsweredRequest(
            id: id, isBatch: isBatch, time: time,
            seconds: Double(passed.seconds) + 1e-18 * Double(passed.attoseconds), tokenizer: model.tokenizer,
            reference: model.reference, inputs: inputs)
    }
}
