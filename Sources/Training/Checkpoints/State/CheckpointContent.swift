// What a checkpoint is going to hold, apart from the model that trains on.

internal import JSON
internal import Layers
package import Models
package import Optimizers
internal import Safetensors

/// The files of a checkpoint before they are written: tensors, which are those of the model until `snapshot`
/// copies them, and small documents.
package struct CheckpointContent: Sendable {
    private struct TensorFile: Sendable {
        let name: String
        var tensors: SafetensorsWriter
        let metadata: [String: String]
    }

    /// The most bytes that it needs, without the tokenizer's files.
    package let byteCount: Int
    private var weights: TensorFile
    private var moments: TensorFile
    private let documents: [(name: String, bytes: [UInt8])]
    private let recipe: [UInt8]
    private let state: TrainerState
    private let tokenizerSource: String

    /// `recipe` is the effective recipe as YAML text; the tokenizer's files come from `source`, which is the
    /// base of adapters too.
    package init(
        model: any TrainableModel, optimizer: any OptimizerState, state: TrainerState, recipe: [UInt8],
        tokenizerFilesFrom source: String
    ) {
        byteCount = TrainingCheckpoint.byteCount(model: model, optimizer: optimizer)
        let format = ["format": "pt"]
        if model.parameters.adapters.isEmpty {
            weights = TensorFile(
                name: ModelDirectory.weightsFile, tensors: ModelDirectory.weights(of: model),
                metadata: format)
            documents = [(ModelDirectory.configurationFile, model.configurationJSON.serialized())]
        } else {
            weights = TensorFile(
                name: AdapterDirectory.weightsFile, tensors: AdapterDirectory.weights(of: model),
                metadata: format)
            documents = AdapterDirectory.documents(of: model, base: source).map {
                ($0.name, $0.json.serialized())
            }
        }
        moments = TensorFile(
            name: OptimizerFile.fileName, tensors: OptimizerFile.content(optimizer),
            metadata: OptimizerFile.metadata(model.parameters.trainable.layout))
        (self.recipe, self.state, tokenizerSource) = (recipe, state, source)
    }

    /// The same with the values of now, so that it may be written while the model trains on.
    ///
    /// - Parameter copiesMoments: false where the optimiser's state was gathered for this checkpoint alone.
    package func snapshot(copiesMoments: Bool = true) -> CheckpointContent {
        var copy = self
        copy.weights.tensors = weights.tensors.snapshot()
        if copiesMoments { copy.moments.tensors = moments.tensors.snapshot() }
        return copy
    }

    /// Writes all files to `directory`, trainer_state.json last. Checks the free space first. Throws when it
    /// is too little, or a file cannot be read or written.
    package func write(to directory: String) throws(CheckpointError) {
        guard DurableFiles.isDirectory(tokenizerSource) else { throw .noDirectory(tokenizerSource) }
        try DurableFiles.createDirectory(directory)
        try DurableFiles.requireSpace(byteCount, in: directory)
        try write(weights, to: directory)
        try ModelDirectory.copyTokenizer(from: tokenizerSource, to: directory)
        for (name, bytes) in documents { try DurableFiles.write(bytes, to: directory + "/" + name) }
        try write(moments, to: directory)
        try DurableFiles.write(recipe, to: directory + "/" + TrainingCheckpoint.recipeFile)
        try state.write(to: directory + "/" + TrainerState.fileName)
    }

    private func write(_ file: TensorFile, to directory: String) throws(CheckpointError) {
        do {
            try file.tensors.write(to: directory + "/" + file.name, metadata: file.metadata)
        } catch { throw CheckpointError(error) }
    }
}
