// Loads a Hugging Face directory as a model of any kind: config.json, then every tensor strictly by name.

package import JSON
internal import Layers
package import Models
internal import Safetensors
internal import Tensors

/// The one way from a model directory, or a config.json alone, to a model.
package enum ModelLoader {
    /// Reads the model in `directory` as a `head`.
    ///
    /// What the head says may be new is initialised from `seed` and the slots' names where the directory
    /// lacks it. A classifier's head is new when the directory holds a bare encoder, or a head with other
    /// labels; then a pooler that is missing is new too.
    ///
    /// `overrides` replace keys of config.json. Rates of dropout stand there by the names that recipes have
    /// for them.
    ///
    /// A file may hold an output layer beside the embeddings that it is tied to. As in transformers 5 it is
    /// left unread when it is the same, and else the model is not tied, which the report and the model's
    /// config.json say.
    ///
    /// Throws when the directory or its config.json is missing or wrong, when a tensor is missing, surplus,
    /// of another shape or not finite, each with its name, and the errors of the file format. Tensors are
    /// read straight into the parameter arena, one at a time; without `readsWeights` none is, and the model
    /// has zeros.
    package static func load<Model>(
        _ head: ModelHead<Model>, directory: String, overrides: JSONObject = [:], seed: UInt64 = 0,
        readsWeights: Bool = true
    ) throws(CheckpointError) -> (model: Model, report: LoadReport) {
        let file = try ModelConfigurationFile(directory: directory, overrides: overrides)
        let changedFiles = readsWeights ? try Manifest.changedFiles(ofModelIn: directory) : []
        // Its errors are those of a file that is to be corrected.
        if case .classificationHead = head.newParameters { _ = try file.head() }
        let files = try SafetensorsCollection.weights(in: directory)
        func attempt(_ json: JSONValue) throws(CheckpointError) -> (model: Model, outcome: Filling) {
            let model = try empty(head, json, file: file.path)
            let trainable = head.trainable(model)
            let assignment = try TensorAssignment(trainable, names: files.tensorNames, path: directory)
            let new = try NewParameters(head.newParameters, trainable, assignment, files, file)
            return (
                model,
                try fill(
                    trainable, assignment, except: new, from: files, directory: directory, seed: seed,
                    reads: readsWeights)
            )
        }
        var (model, outcome) = try attempt(file.json)
        outcome.report.changedFiles = changedFiles
        guard let copy = outcome.differentCopy else { return (model, outcome.report) }
        var untied = try attempt(head.trainable(model).untiedConfiguration)
        untied.outcome.report.untiedTensor = copy
        untied.outcome.report.changedFiles = changedFiles
        return (untied.model, untied.outcome.report)
    }

    /// The model that a config.json describes, with zero parameters. `file` is named in errors.
    package static func empty<Model>(
        _ head: ModelHead<Model>, _ configuration: JSONValue, file: String
    ) throws(CheckpointError) -> Model {
        let type = configuration["model_type"]?.string
        let known = head.families.map(\.modelType)
        guard let type, known.contains(type) else {
            throw .unsupportedModel(type, in: file, known: known, purpose: head.purpose)
        }
        do { return try head.make(configuration, file) } catch { throw CheckpointError(error) }
    }

    /// The same model with an output layer of its own, which has the values that it was tied to. `file` is
    /// named in errors.
    static func untied<Model>(
        _ head: ModelHead<Model>, _ model: Model, file: String
    ) throws(CheckpointError) -> Model {
        let old = head.trainable(model)
        let result = try empty(head, old.untiedConfiguration, file: file)
        let originals = Dictionary(
            old.tiedTensors.map { ($0.copy, $0.original) }, uniquingKeysWith: { first, _ in first })
        var places: [String: (slot: ParameterSlot, tensor: CheckpointTensor)] = [:]
        for slot in old.parameters.layout.slots {
            for tensor in slot.tensors { places[tensor.name] = (slot, tensor) }
        }
        let new = head.trainable(result).parameters
        for slot in new.layout.slots {
            for tensor in slot.tensors {
                let name = places[tensor.name] == nil ? originals[tensor.name] : tensor.name
                guard let place = name.flatMap({ places[$0] }) else {
                    preconditionFailure("\(tensor.name) is no tensor of the tied model")
                }
                WeightReader.place(tensor, of: slot, in: new).copy(
                    from: WeightReader.place(place.tensor, of: place.slot, in: old.parameters))
            }
        }
        return result
    }

    /// A model that starts from random weights: a config.json is all that `directory` has to hold. All
    /// parameters are drawn from `seed` and the slots' names as the architecture initialises them, or stay
    /// zero unless it `drawsWeights`.
    package static func untrained<Model>(
        _ head: ModelHead<Model>, directory: String, overrides: JSONObject = [:], seed: UInt64,
        drawsWeights: Bool = true
    ) throws(CheckpointError) -> (model: Model, report: LoadReport) {
        let file = try ModelConfigurationFile(directory: directory, overrides: overrides)
        let model = try empty(head, file.json, file: file.path)
        let parameters = head.trainable(model).parameters
        if drawsWeights { parameters.initialize(key: RandomKey(seed: seed)) }
        var report = LoadReport(
            directory: directory, modelType: file.json["model_type"]?.string ?? "",
            parameterCount: parameters.layout.parameterCount)
        report.isUntrained = true
        return (model, report)
    }

    /// The model of `directory` as every model is, whatever its head. Throws as `load` does.
    package static func loadTrainable<Model>(
        _ head: ModelHead<Model>, directory: String
    ) throws(CheckpointError) -> (model: any TrainableModel, report: LoadReport) {
        let (model, report) = try load(head, directory: directory)
        return (head.trainable(model), report)
    }

    /// Fills `model` with the weights in `directory`, which must hold exactly its tensors.
    package static func loadWeights(
        directory: String, into model: any TrainableModel
    ) throws(CheckpointError) {
        let files = try SafetensorsCollection.weights(in: directory)
        let assignment = try TensorAssignment(model, names: files.tensorNames, path: directory)
        _ = try assignment.read(into: model, except: [], from: files, path: directory)
    }

    /// What the config.json in `directory` says about extractive summaries.
    package static func extractiveConfiguration(
        directory: String
    ) throws(CheckpointError) -> ExtractiveConfiguration {
        let file = try ModelConfigurationFile(directory: directory)
        do { return try ExtractiveConfiguration(file.json, file: file.path) } catch {
            throw CheckpointError(error)
        }
    }
}
