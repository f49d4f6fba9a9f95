// What is kept of one request: sizes, label and confidence, the text only where it is asked for.

package import JSON

/// One request that a model answered, or one row of a batch.
package struct RequestRecord: Sendable, Equatable {
    /// Seconds since 1970.
    package var time: Double
    /// What labels that arrive later name it by, such as the header `x-request-id`.
    package var id: String?
    /// Tokens of the input as the model reads it; nil for an input that was null or empty.
    package var tokenCount: Int?
    /// Tokens that the vocabulary does not know.
    package var unknownTokenCount: Int
    /// Code of ISO 639-1, `und` where it cannot be told; nil where there is no text.
    package var language: String?
    /// The answer of a classifier.
    package var label: String?
    /// The probability of the answer.
    package var confidence: Double?
    /// Those of all labels, in the model's order; empty where they are not kept.
    package var probabilities: [Double]
    /// From the arrival of the request to its answer.
    package var seconds: Double
    /// The input, without personal data.
    package var text: String?

    /// Probabilities are kept for so many labels at most.
    package static let mostProbabilities = 32

    package init(
        time: Double, id: String? = nil, tokenCount: Int?, unknownTokenCount: Int = 0,
        language: String? = nil,
        label: String? = nil, confidence: Double? = nil, probabilities: [Double] = [], seconds: Double,
        text: String? = nil
    ) {
        (self.time, self.id, self.tokenCount) = (time, id, tokenCount)
        (self.unknownTokenCount, self.language, self.label) = (unknownTokenCount, language, label)
        (self.confidence, self.probabilities, self.seconds) = (confidence, probabilities, seconds)
        self.text = text
    }

    /// The record as a line of JSON with its line feed.
    package var line: [UInt8] {
        var members: [(String, JSONValue)] = [("time", .real((time * 1000).rounded() / 1000))]
        if let id { members.append(("id", .string(id))) }
        members.append(("tokens", tokenCount.map { .integer($0) } ?? .null))
        if unknownTokenCount > 0 { members.append(("unknown_tokens", .integer(unknownTokenCount))) }
        if let language { members.append(("language", .string(language))) }
        if let label { members.append(("label", .string(label))) }
        if let confidence { members.append(("confidence", Self.probability(confidence))) }
        if !probabilities.isEmpty, probabilities.count <= Self.mostProbabilities {
            members.append(("probabilities", .array(probabilities.map(Self.probability))))
        }
        members.append(("seconds", .real((seconds * 1e6).rounded() / 1e6)))
        if let text { members.append(("text", .string(text))) }
        var bytes: [UInt8] = []
        JSONObject(members).write(to: &bytes)
        return bytes + [UInt8(ascii: "\n")]
    }

    /// With nine decimals, so that what is far from 0 and 1 keeps its order.
    private static func probability(_ value: Double) -> JSONValue { .real((value * 1e9).rounded() / 1e9) }

    /// Reads what `line` wrote.
    package init(_ reader: JSONReader<MonitoringError>) throws(MonitoringError) {
        func share(_ reader: JSONReader<MonitoringError>) throws(MonitoringError) -> Double {
            try reader.double("a number from 0 to 1") { 0 <= $0 && $0 <= 1 }
        }
        time = try reader["time"].double()
        id = try reader["id"].ifPresent?.string()
        tokenCount = try reader["tokens"].ifPresent?.integer(in: 0...Int.max, "a count of tokens")
        unknownTokenCount =
            try reader["unknown_tokens"].ifPresent?.integer(in: 0...Int.max, "a count of tokens") ?? 0
        language = try reader["language"].ifPresent?.string()
        label = try reader["label"].ifPresent?.string()
        confidence = nil
        probabilities = []
        if let given = reader["confidence"].ifPresent { confidence = try share(given) }
        if let given = reader["probabilities"].ifPresent {
            for value in try given.array() { probabilities.append(try share(value)) }
        }
        seconds = try reader["seconds"].double()
        text = try reader["text"].ifPresent?.string()
    }
}
