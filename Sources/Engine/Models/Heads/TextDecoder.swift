// A decoder with its output layer, by the `model_type` of its configuration.

internal import JSON
internal import Layers

/// A decoder with its output layer, as a part of a model or as a whole one.
struct TextDecoder {
    let predictor: LMHeadModel
    let json: JSONValue
    let family: ModelFamily
    let maximumLength: Int
    private let prefix: String

    /// Adds the slots of the decoder that `json`, of a family with one of these heads, describes, all names
    /// starting with `prefix`. With `sourceWidth` it attends to states of that width. `file` is named in
    /// errors.
    init(
        _ layout: inout ParameterLayout, _ json: JSONValue, having heads: Set<ModelFamily.Head>,
        prefix: String = "", sourceWidth: Int? = nil, file: String
    ) throws(ModelError) {
        family = try ModelFamily.of(json, having: heads, file: file)
        self.json = json
        self.prefix = prefix
        let configuration = try family.decoderConfiguration(json, file: file)
        maximumLength = configuration.maximumLength
        predictor = configuration.predictor(
            &layout, prefix: prefix, backbone: family.prefix, sourceWidth: sourceWidth)
    }

    /// Whether a tensor of a file, by its name with the decoder's prefix, may be left unread: tied copies,
    /// and what no model of the family needs.
    func mayIgnore(tensor name: String) -> Bool {
        predictor.mayIgnore(tensor: name)
            || family.mayIgnore(tensor: String(name.dropFirst(prefix.count)), besides: predictor.headPrefixes)
    }

    /// Throws when `batch` does not fit.
    func validate(_ batch: TokenBatch) throws(ModelError) {
        try batch.requireFit(vocabulary: predictor.vocabularySize, maximumLength: maximumLength)
    }
}
