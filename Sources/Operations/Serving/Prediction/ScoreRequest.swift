// What `/predict` is asked, as text-embeddings-inference reads it.

internal import JSON

/// A text, or a pair of texts.
package struct TextInput: Sendable, Equatable {
    package let text: String
    package let pair: String?

    package init(_ text: String, pair: String? = nil) { (self.text, self.pair) = (text, pair) }
}

/// A body of `/predict`: `{"inputs": …, "raw_scores": false, "truncate": false}`.
///
/// `inputs` is a text, a list of one text or of two, which are a pair, or a list of such lists, a batch.
package struct ScoreRequest: Sendable, Equatable {
    package let inputs: [TextInput]
    /// Whether the answer is a list of lists.
    package let isBatch: Bool
    /// Logits instead of probabilities.
    package let rawScores: Bool
    /// Whether texts that are too long lose their ends, or are refused.
    package let truncates: Bool

    /// - Parameter batchLimit: most inputs.
    package init(_ body: [UInt8], batchLimit: Int) throws(ServiceError) {
        let reader = try BodyReader(
            body, known: ["inputs", "raw_scores", "truncate", "truncation_direction"])
        rawScores = try reader.flag("raw_scores")
        truncates = try reader.flag("truncate")
        if let side = reader.object["truncation_direction"], !side.isNull,
            side.string?.lowercased() != "right"
        {
            throw ServiceError(
                .badValue, "truncation_direction: the tokenizer's files say which side is cut; leave it out")
        }
        guard let value = reader.object["inputs"] else {
            throw ServiceError(.badValue, "`inputs` is missing: send a text, a pair of texts or a batch")
        }
        (inputs, isBatch) = try Self.inputs(value)
        guard !inputs.isEmpty else { throw ServiceError(.empty, "`inputs` cannot be empty") }
        guard inputs.count <= batchLimit else {
            throw ServiceError(
                .tooLarge, "batch size \(inputs.count) > maximum allowed batch size \(batchLimit)")
        }
    }

    private static func inputs(_ value: JSONValue) throws(ServiceError) -> ([TextInput], isBatch: Bool) {
        if let text = value.string { return ([TextInput(text)], false) }
        guard let list = value.array else { throw unfit(value) }
        guard let first = list.first else { return ([], true) }
        if first.string != nil { return ([try input(value)], false) }
        var inputs: [TextInput] = []
        for element in list { inputs.append(try input(element)) }
        return (inputs, true)
    }

    private static func input(_ value: JSONValue) throws(ServiceError) -> TextInput {
        if let text = value.string { return TextInput(text) }
        let texts = value.array?.compactMap(\.string) ?? []
        guard texts.count == value.array?.count, 1...2 ~= texts.count else { throw unfit(value) }
        return TextInput(texts[0], pair: texts.count == 2 ? texts[1] : nil)
    }

    private static func unfit(_ value: JSONValue) -> ServiceError {
        ServiceError(
            .badValue,
            "`inputs` must be a text, a list of one or two texts, or a list of such lists, not \(value.kind)")
    }
}
