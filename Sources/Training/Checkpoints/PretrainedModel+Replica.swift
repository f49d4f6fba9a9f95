// Models whose weights come from elsewhere: from another rank, or later from a checkpoint.

public import Models
internal import Safetensors

extension PretrainedModel {
    /// The model that a config.json describes with `head`, by default its own, with zero parameters. `file` is named in
    /// errors.
    public static func empty(
        _ configuration: JSONValue, head: ClassificationHead? = nil, file: String
    ) throws(CheckpointError) -> any SequenceClassifier {
        guard let head = head ?? ClassificationHead(configuration) else {
            preconditionFailure("the configuration of a model with a head names its labels")
        }
        return try ModelFamily.classifier(configuration, head: head, file: file)
    }

    /// Fills `model` with the weights in `directory`, which must hold exactly its tensors.
    public static func loadWeights(
        directory: String, into model: any TrainableModel
    ) throws(CheckpointError) {
        let files = try SafetensorsCollection.weights(in: directory)
        let assignment = try TensorAssignment(model, names: files.tensorNames, path: directory)
        try assignment.requireComplete(except: [], path: directory)
        try assignment.requireShapes(of: files, except: [], path: directory)
        for match in assignment.matches {
            try WeightReader(parameters: model.parameters).read(match, from: files)
        }
    }
}
