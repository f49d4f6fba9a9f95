// How tasks that write text write it, as a recipe says.

public import Generation

/// What a recipe says about generated text. Names are Hugging Face's; what is not set comes from the model's
/// generation_config.json, and then from Hugging Face's defaults.
public struct GenerationArguments: Sendable, Equatable {
    /// Whether evaluations write texts and score them; nil: `evaluate` does, the evaluations of `train` do not.
    public var predictWithGenerate: Bool?
    public var maxNewTokens: Int?
    public var minNewTokens: Int?
    public var numBeams: Int?
    public var doSample: Bool?
    public var temperature: Double?
    public var topK: Int?
    public var topP: Double?
    public var repetitionPenalty: Double?
    public var noRepeatNGramSize: Int?
    public var lengthPenalty: Double?

    public init() {}

    /// `defaults` with what the recipe sets put in its place.
    public func options(defaults: GenerationOptions, seed: UInt64) -> GenerationOptions {
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
