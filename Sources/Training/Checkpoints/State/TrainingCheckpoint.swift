// The content of a checkpoint-<step> directory: everything that an exact resume needs.

internal import Foundation
internal import JSON
internal import Layers
package import Models
package import Optimizers
internal import Safetensors

/// A model directory, or an adapter directory when the model has adapters, with optimizer.safetensors,
/// recipe.yaml and trainer_state.json.
package enum TrainingCheckpoint {
    package static let recipeFile = "recipe.yaml"

    /// Bytes that a checkpoint needs at most, without the tokenizer's files.
    package static func byteCount(model: any TrainableModel, optimizer: any OptimizerState) -> Int {
        modelByteCount(model) + OptimizerFile.byteCount(optimizer)
    }

    /// Bytes of a checkpoint's model, or adapters, at most.
    package static func modelByteCount(_ model: any TrainableModel) -> Int {
        model.parameters.adapters.isEmpty
            ? ModelDirectory.byteCount(model) : AdapterDirectory.byteCount(model)
    }

    /// As `byteCount`, with so many arenas of the optimiser, whether they are split over ranks or not.
    package static func byteCount(model: any TrainableModel, stateArenas: Int) -> Int {
        modelByteCount(model) + 4 * stateArenas * model.parameters.trainable.layout.elementCount + 1_000_000
    }

    /// Writes all files to `directory`, trainer_state.json last. `recipe` is the effective recipe as YAML
    /// text; the tokenizer's files come from `source`.
    ///
    /// Checks the free space first. Throws when it is too little, or a file cannot be read or written.
    package static func write(
        to directory: String, model: any TrainableModel, optimizer: any OptimizerState,
        state: TrainerState,
        recipe: [UInt8], tokenizerFilesFrom source: String
    ) throws(CheckpointError) {
        try CheckpointContent(
            model: model, optimizer: optimizer, state: state, recipe: recipe, tokenizerFilesFrom: source
        ).write(to: directory)
    }

    /// Fills model and optimiser from the checkpoint in the directory `path` and returns where the run stood.
    ///
    /// Everything is checked before anything is filled: the state file, that config.json equals the model's,
    /// every tensor by name and shape, and the layout of the optimiser's arenas. Throws what differs or is
    /// missing.
    package static func load(
        path: String, into model: any TrainableModel, optimizer: any OptimizerState
    ) throws(CheckpointError) -> TrainerState {
        guard DurableFiles.isDirectory(path) else { throw .noCheckpoint(path) }
        for name in [TrainerState.fileName, OptimizerFile.fileName]
        where !DurableFiles.exists(path + "/" + name) {
            throw .incompleteCheckpoint(path, missing: name)
        }
        let state = try TrainerState(path: path + "/" + TrainerState.fileName)
        try requireSameConfiguration(model, ModelConfigurationFile(directory: path))
        let layout = model.parameters.trainable.layout
        let moments = try OptimizerFile.open(
            path + "/" + OptimizerFile.fileName, for: optimizer, layout: layout)
        try loadWeights(path: path, into: model)
        try OptimizerFile.read(moments, into: optimizer)
        return state
    }

    /// Fills `model` with the weights of the checkpoint: all of them, or its adapters and what was trained
    /// beside them.
    package static func loadWeights(path: String, into model: any TrainableModel) throws(CheckpointError) {
        if model.parameters.adapters.isEmpty {
            try ModelLoader.loadWeights(directory: path, into: model)
        } else {
            try AdapterDirectory.read(directory: path, into: model)
        }
    }

    /// Keys of config.json that say where a model comes from, not what it is.
    private static let origins: Set<String> = [
        "_name_or_path", "transformers_version", "torch_dtype", "dtype",
    ]

    private static func requireSameConfiguration(
        _ model: any TrainableModel, _ file: ModelConfigurationFile
    ) throws(CheckpointError) {
        let here = model.configurationJSON.object ?? [:]
        let there = file.json.object ?? [:]
        let keys = Set(here.names).union(there.names).subtracting(origins)
        let different = keys.filter { here[$0] != there[$0] }.sorted()
        guard different.isEmpty else { throw .differentConfiguration(different, in: file.path) }
    }
}
