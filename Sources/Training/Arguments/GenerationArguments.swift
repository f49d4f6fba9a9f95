// How tasks that write text write it, as a recipe says.

package import Generation

/// What a recipe says about generated text. Names are Hugging Face's; what is not set comes from the model's
/// generation_config.json, and then from Hugging Face's defaults.
package struct GenerationArguments: Sendable, Equatable {
    /// Whether evaluations write texts and score them; nil: `evaluate` does, the evaluations of `train` do
    /// not.
    package var predictWithGenerate: Bool?
    package var maxNewTokens: Int?
    package var minNewTokens: Int?
    package var numBeams: Int?
    package var doSample: Bool?
    package var temperature: Double?
    package var topK: Int?
    package var topP: Double?
    package var repetitionPenalty: Double?
    package var noRepeatNGramSize: Int?
    package var lengthPenalty: Double?

    package init() {}

    /// `defaults` with what the recipe sets put in its place.
    package func options(defaults: GenerationOptions, seed: UInt64) -> GenerationOptions {
        var options = defaults
        options.seed = seed
        if let maxNewTokens {
            options.maximumNewTokens = maxNewTokens
            options.maximumLength = nil
        }
        if let minNewTokens {
            options.minimumNewTokens = minNewTokens
            options.minimumLength = 0
        }
        if let numBeams { options.beamCount = numBeams }
        if let doSample { options.isSampling = doSample }
        if let temperature { options.temperature = temperature }
        if let topK { options.topK = topK }
        if let topP { options.topP = topP }
        if let repetitionPenalty { options.repetitionPenalty = repetitionPenalty }
        if let noRepeatNGramSize { options.noRepeatNGramSize = noRepeatNGramSize }
        if let lengthPenalty { options.lengthPenalty = lengthPenalty }
        return options
    }
}
