// What a request that was answered leaves for those who watch the model.

package import JSON
package import Monitoring
package import Tokenizers

/// One request with the inputs that it had.
package struct AnsweredRequest: Sendable {
    /// One input and its answer.
    package struct Input: Sendable {
        /// nil for an image.
        package var text: String?
        package var pair: String?
        /// As the model read it; nil where it was not counted yet, or where the input was missing.
        package var tokenCount: Int?
        package var unknownTokenCount = 0
        /// The answer of a classifier with single labels.
        package var label: String?
        package var confidence: Double?
        package var probabilities: [Double] = []
        /// The answer as a row of Azure's `model_outputs`.
        package var output: JSONObject = [:]

        package init(text: String?, pair: String? = nil, tokenCount: Int? = nil) {
            (self.text, self.pair, self.tokenCount) = (text, pair, tokenCount)
        }
    }

    /// What labels that arrive later name it by.
    package let id: String
    /// Whether its inputs are told apart by `-0`, `-1`, … behind the id.
    package let isBatch: Bool
    /// Seconds since 1970 of its arrival.
    package let time: Double
    /// From the arrival to the answer.
    package let seconds: Double
    /// Counts tokens of inputs that come without a count.
    package let tokenizer: (any Tokenizer)?
    /// What training saw; nil where it left no statistics.
    package let reference: ReferenceStatistics?
    package let inputs: [Input]

    package init(
        id: String, isBatch: Bool, time: Double, seconds: Double, tokenizer: (any Tokenizer)?,
        reference: ReferenceStatistics?, inputs: [Input]
    ) {
        (self.id, self.isBatch, self.time, self.seconds) = (id, isBatch, time, seconds)
        (self.tokenizer, self.reference, self.inputs) = (tokenizer, reference, inputs)
    }

    /// Bytes of its texts, roughly what it takes while it waits.
    var byteCount: Int {
        inputs.reduce(0) { $0 + ($1.text?.utf8.count ?? 0) + ($1.pair?.utf8.count ?? 0) }
    }

    /// The record of an input; language and text are left to the rules.
    func record(of place: Int) -> RequestRecord {
        let input = inputs[place]
        var (count, unknown) = (input.tokenCount, input.unknownTokenCount)
        if count == nil, let text = input.text, !text.isEmpty, let tokenizer {
            let encoding = tokenizer.encode(
                text, pair: input.pair, addingSpecialTokens: true, maximumLength: nil)
            count = encoding.count
            unknown = tokenizer.unknownID.map { id in encoding.ids.count { $0 == id } } ?? 0
        }
        return RequestRecord(
            time: time, id: isBatch ? "\(id)-\(place)" : id, tokenCount: count, unknownTokenCount: unknown,
            label: input.label, confidence: input.confidence, probabilities: input.probabilities,
            seconds: seconds)
    }

    /// The text whose language is told: as of training rows, a pair is two lines.
    func text(of place: Int) -> String? {
        let input = inputs[place]
        guard let text = input.text, !text.isEmpty else { return nil }
        return input.pair.map { text + "\n" + $0 } ?? text
    }
}
