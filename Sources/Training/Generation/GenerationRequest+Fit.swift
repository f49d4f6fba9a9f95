// Whether a request can be answered, before anything is computed for it.

extension GenerationRequest {
    /// Throws when an option is out of range, or the prompt is empty, too long or not of the vocabulary.
    package func checkFit(vocabularySize: Int, maximumLength: Int) throws(GenerationError) {
        try options.validate()
        guard !prompt.isEmpty else { throw .emptyPrompt(0) }
        let limit = min(options.maximumLength(promptLength: prompt.count), maximumLength)
        guard prompt.count < limit else { throw .promptTooLong(prompt.count, most: limit) }
        if let id = prompt.first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
            throw GenerationError(
                "the prompt has the token \(id), but the model has tokens from 0 to \(vocabularySize - 1)")
        }
        guard options.beamCount == 1 else {
            throw .badOption("num_beams", expected: "1: a server decides token by token")
        }
    }
}
