// Whether a request can be answered, and how long its text may become, before anything is computed for it.

extension GenerationRequest {
    /// The most tokens of prompt and text. Throws when an option is out of range, or the prompt is empty, too
    /// long or not of the vocabulary.
    package func limit(vocabularySize: Int, maximumLength: Int) throws(GenerationError) -> Int {
        try options.validate()
        guard options.beamCount == 1 else {
            throw .badOption("num_beams", expected: "1: beams are not decoded together with other requests")
        }
        guard !prompt.isEmpty else { throw .emptyPrompt(0) }
        let limit = min(options.maximumLength(promptLength: prompt.count), maximumLength)
        guard prompt.count < limit else { throw .promptTooLong(prompt.count, most: limit) }
        if let token = prompt.first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
            throw GenerationError(
                "token \(token) of the prompt is not in the vocabulary, whose tokens are 0 to "
                    + "\(vocabularySize - 1): use the model's own tokenizer")
        }
        return limit
    }
}
