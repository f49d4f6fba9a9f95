// A text that is continued again and again, such as a dialogue: what was read once stays in the cache.

package import Models

/// Continues prompts that share their beginnings with what was read and written before. The result is that of
/// `Generator.generate`; only the work differs.
package final class PrefixCachedGenerator {
    private let generator: Generator
    private let session: DecodingSession
    /// The tokens that the cache has.
    private var read: [Int32] = []

    package init(_ model: any LanguageModel) {
        let model = DecodingModel(model)
        generator = Generator(model)
        session = DecodingSession(model, sequenceCount: 1, usesCache: true)
    }

    /// What follows `prompt`, and how many of its tokens had to be read. `onToken` gets each token as it is
    /// decided, and says whether the text goes on.
    ///
    /// Throws as `Generator.generate` does, and for beam search, whose texts are decided at their end.
    package func generate(
        prompt: [Int32], options: GenerationOptions, onToken: (Int32) -> Bool = { _ in true }
    ) throws(GenerationError) -> (sequence: GeneratedSequence, readCount: Int) {
        let limits = try generator.limits(of: [prompt], options)
        guard options.beamCount == 1 else {
            throw .badOption("num_beams", expected: "1: beam search has no text to show before its end")
        }
        // The last token is read in any case: its scores decide the first new one.
        let common = zip(read, prompt.dropLast()).prefix { $0 == $1 }.count
        session.truncate(0, to: common)
        read.removeLast(read.count - common)
        let found = try generator.decode([prompt], limits, options, session) { onToken($1) }[0]
        read = Array((prompt + found.tokens).prefix(session.readCount(of: 0)))
        return (found, prompt.count - common)
    }
}
