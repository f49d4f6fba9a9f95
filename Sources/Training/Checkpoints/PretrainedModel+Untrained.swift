// Models that start from random weights: a config.json is all that their directory has to hold.

internal import Layers
public import Models
internal import Tensors

extension PretrainedModel {
    /// The model that `make` builds from the config.json in `directory`, all parameters drawn from `seed` and the slots'
    /// names as the architecture initialises them. `overrides` replace keys of config.json.
    public static func untrained<Model>(
        directory: String, seed: UInt64, overrides: [String: JSONValue] = [:],
        make: (JSONValue, _ file: String) throws -> Model, as trainable: (Model) -> any TrainableModel
    ) throws -> (model: Model, report: LoadReport) {
        let file = try ModelConfigurationFile(directory: directory, overrides: overrides)
        let model = try make(file.json, file.path)
        let parameters = trainable(model).parameters
        parameters.initialize(key: RandomKey(seed: seed))
        var report = LoadReport(
            directory: directory, modelType: file.json["model_type"]?.string ?? "",
            parameterCount: parameters.layout.parameterCount)
        report.isUntrained = true
        return (model, report)
    }
}
