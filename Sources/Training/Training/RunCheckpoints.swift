// Saving and resuming a run: rank 0 touches the files, all ranks get the state.

internal import Arguments
package import Checkpoints
internal import DataParallel
internal import Datasets
internal import JSON
internal import Layers
internal import Machine
internal import Models
internal import Optimizers
internal import Phrases
internal import Tensors

/// Where a run writes, and what it stores with each checkpoint.
package struct RunOutput: Sendable {
    /// The run's output folder.
    package let directory: String
    /// Folder whose tokenizer files are copied beside each model.
    package let tokenizerSource: String
    /// More files that are copied beside each model.
    package var companions: [CompanionFiles] = []
    /// More files by name, with what they hold, in place of copies.
    package var files: [String: [UInt8]] = [:]
    /// The effective recipe as YAML.
    package let recipe: [UInt8]
    /// Version of the program.
    package let version: String

    package init(
        directory: String, tokenizerSource: String, companions: [CompanionFiles] = [],
        files: [String: [UInt8]] = [:], recipe: [UInt8], version: String
    ) {
        self.files = files
        self.companions = companions
        self.directory = directory
        self.tokenizerSource = tokenizerSource
        self.recipe = recipe
        self.version = version
    }

    /// Writes what goes beside a model into its folder.
    func writeCompanions(to folder: String) throws(CheckpointError) {
        for files in companions { try files.write(to: folder) }
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            try DurableFiles.write(bytes, to: folder + "/" + name)
        }
    }
}

/// The checkpoints of one run.
struct RunCheckpoints {
    let output: RunOutput
    let arguments: TrainingArguments
    let plan: TrainingPlan
    let group: any ProcessGroup
    /// Knows the shards of the optimiser's state.
    let reducer: GradientReducer
    /// Rank 0's.
    let writer = CheckpointWriter()

    private var store: CheckpointStore { CheckpointStore(outputDirectory: output.directory) }

    /// The folder of a step's checkpoint.
    func path(step: Int) -> String { output.directory + "/checkpoint-\(step)" }

    /// Begins a checkpoint on rank 0, whose `writer` tells when it is on the disk; the one before has been
    /// taken from it. The other ranks wait until the weights may change again. Collective.
    func save(
        model: any TrainableModel, optimizer: any Optimizer, progress: RunProgress,
        position: BatchSampler.Position
    ) throws {
        try requireFinite(model, optimizer, step: progress.step)
        let whole = try wholeState(of: optimizer)
        if group.rank == 0 {
            try requireOutput()
            var state = state(progress, position)
            state.position.hasManifest = true
            if let hash = baseHash(model) { state.position.counters[Self.baseKey] = .string(hash) }
            let content = CheckpointContent(
                model: model, optimizer: whole, state: state, recipe: output.recipe,
                tokenizerFilesFrom: output.tokenizerSource)
            write(content, progress, ownsMoments: reducer.shard != nil)
        }
        try group.barrier()
    }

    /// Copies the tensors and leaves the rest to a thread; writes at once where the memory has no room for
    /// the copy.
    private func write(_ content: CheckpointContent, _ progress: RunProgress, ownsMoments: Bool) {
        let (store, output, limit) = (store, output, arguments.saveTotalLimit)
        let (step, run, best) = (progress.step, progress.run, progress.bestStep.map { path(step: $0) })
        @Sendable func save(_ content: CheckpointContent) throws(CheckpointError) -> SavedCheckpoint {
            let path = try store.save(step: step, run: run) { folder in
                try content.write(to: folder)
                try output.writeCompanions(to: folder)
            }
            try store.rotate(keeping: limit, protecting: best, newest: step)
            return SavedCheckpoint(path: path, step: step)
        }
        if let free = HostFacts.current.availableMemoryByteCount, free / 2 > content.byteCount {
            let copy = content.snapshot(copiesMoments: !ownsMoments)
            writer.begin { () throws(CheckpointError) in try save(copy) }
        } else {
            writer.run { () throws(CheckpointError) in try save(content) }
        }
    }

    /// The optimiser's state as rank 0 writes it: the file is the same for any sharding. Collective.
    private func wholeState(of optimizer: any Optimizer) throws -> any OptimizerState {
        guard reducer.shard != nil else { return optimizer }
        var arenas: [(name: String, arena: Tensor)] = []
        for (name, piece) in optimizer.stateArenas {
            if let whole = try reducer.gather(piece, keepsResult: group.rank == 0) {
                arenas.append((name, whole))
            }
        }
        return ConsolidatedState(stepCount: optimizer.stepCount, stateArenas: arenas)
    }

    /// Writes the final model and trainer_state.json into the output folder itself, on rank 0. Adapters are
    /// merged into the model, and stored beside it, or stored alone, as the recipe says.
    func writeFinal(
        model: any TrainableModel, progress: RunProgress, position: BatchSampler.Position
    ) throws {
        try requireFinite(model, nil, step: progress.step)
        if group.rank == 0 {
            try requireOutput()
            try writeModel(model)
            var state = state(progress, position)
            state.position.hasManifest = true
            try state.write(to: output.directory + "/" + TrainerState.fileName)
            try sealFinal(progress)
        }
        try group.barrier()
    }

    private func writeModel(_ model: any TrainableModel) throws {
        let (source, directory) = (output.tokenizerSource, output.directory)
        if !model.parameters.adapters.isEmpty {
            let isMerged = arguments.adaptation.mergeLoRA
            let folder = isMerged ? directory + "/" + OutputDirectory.adapterFolder : directory
            try AdapterDirectory.write(
                model: model, base: source, to: folder, tokenizerFilesFrom: source)
            try output.writeCompanions(to: folder)
            guard isMerged else { return }
            try DurableFiles.write(output.recipe, to: folder + "/" + TrainingCheckpoint.recipeFile)
            model.parameters.mergeAdapters()
        }
        try ModelDirectory.write(model: model, to: directory, tokenizerFilesFrom: source)
        try output.writeCompanions(to: directory)
    }

    /// Fills model and optimiser of all ranks from the checkpoint at `path`; returns where the run stood.
    func restore(
        _ path: String, model: any TrainableModel, optimizer: any Optimizer
    ) throws -> RunProgress {
        var bytes: [UInt8] = []
        var whole: any OptimizerState = optimizer
        if group.rank == 0 {
            if reducer.shard != nil { whole = emptyState(of: optimizer, model.parameters.trainable.layout) }
            let state = try TrainingCheckpoint.load(path: path, into: model, optimizer: whole)
            try check(state, path)
            try checkBase(state, model, path)
            let progress = try RunProgress(state, path: path)
            guard whole.stepCount == progress.updates else {
                throw TrainingError.otherUpdates(path, whole.stepCount, expected: progress.updates)
            }
            bytes = progress.json.serialized()
        }
        try group.broadcast(&bytes, from: 0)
        try ParameterBroadcast.run(model.parameters.values, through: group)
        for (index, (_, arena)) in optimizer.stateArenas.enumerated() {
            if reducer.shard == nil {
                try ParameterBroadcast.run(arena, through: group)
            } else {
                let source = group.rank == 0 ? whole.stateArenas[index].arena : nil
                try reducer.scatter(source, into: arena, through: group)
            }
        }
        let progress = try RunProgress(JSONReader(JSONValue(parsing: bytes), file: path))
        optimizer.restore(stepCount: progress.updates)
        return progress
    }

    /// Whole arenas for the state of an optimiser that has a shard.
    private func emptyState(of optimizer: any Optimizer, _ layout: ParameterLayout) -> ConsolidatedState {
        let arenas = optimizer.stateArenas.map { name, _ in
            (name: name, arena: Tensor(rows: 1, columns: layout.elementCount))
        }
        return ConsolidatedState(stepCount: 0, stateArenas: arenas)
    }

    /// Loads the weights of a checkpoint on rank 0; the others get them by a broadcast.
    func loadWeights(_ path: String, into model: any TrainableModel) throws {
        if group.rank == 0 {
            if case .damaged(let fault) = CheckpointExamination(of: path) {
                throw CheckpointError.damaged(path, fault)
            }
            try TrainingCheckpoint.loadWeights(path: path, into: model)
        }
        try ParameterBroadcast.run(model.parameters.values, through: group)
    }

    /// A position in the data means the same only with the same data and batches.
    func check(_ state: TrainerState, _ path: String) throws(TrainingError) {
        let position = state.position
        let pairs: [(key: String, saved: String, now: String)] = [
            ("rows in train_file:", "\(position.datasetRowCount)", "\(plan.rowCount)"),
            ("a global batch of", "\(position.globalBatchRows, "row")", "\(plan.globalBatchRows, "row")"),
            ("seed", "\(position.seed)", "\(arguments.seed)"),
        ]
        for pair in pairs where pair.saved != pair.now {
            throw .cannotResume(path, key: pair.key, saved: pair.saved, now: pair.now)
        }
    }

    /// Adapters mean something only with the weights that they were trained on.
    private func checkBase(
        _ state: TrainerState, _ model: any TrainableModel, _ path: String
    ) throws {
        guard let now = baseHash(model) else { return }
        let counters = JSONReader<CheckpointError>(
            .object(state.position.counters), file: path + "/" + TrainerState.fileName,
            path: "stateful_callbacks.lockstep.counters")
        guard try counters[Self.baseKey].string() != now else { return }
        throw TrainingError(
            "\(path) holds adapters of a model with other weights: go on with the model_name_or_path that the run "
                + "started from")
    }

    private static let baseKey = "frozen_weights"

    /// A hash of the weights under the adapters; nil without adapters.
    private func baseHash(_ model: any TrainableModel) -> String? {
        guard !model.parameters.adapters.isEmpty else { return nil }
        let frozen = model.parameters.layout.frozenElementCount
        return String(ReplicaCheck.hash(model.parameters.values.elements(0..<frozen)), radix: 16)
    }

    private func state(_ progress: RunProgress, _ position: BatchSampler.Position) -> TrainerState {
        var state = TrainerState()
        state.globalStep = progress.step
        state.epoch = progress.epoch
        state.maxSteps = plan.totalSteps
        state.numTrainEpochs = arguments.numTrainEpochs
        state.trainBatchSize = arguments.perDeviceTrainBatchSize
        state.loggingSteps = plan.loggingSteps
        state.evalSteps = plan.evalSteps
        state.saveSteps = plan.saveSteps
        state.numInputTokensSeen = progress.tokens
        state.bestMetric = progress.bestMetric
        state.bestGlobalStep = progress.bestStep
        state.bestModelCheckpoint = progress.bestStep.map { path(step: $0) }
        state.logHistory = progress.history
        state.position.version = output.version
        state.position.epochIndex = position.epoch
        state.position.stepInEpoch = position.step
        state.position.rankCount = group.size
        state.position.globalBatchRows = plan.globalBatchRows
        state.position.gradientAccumulationSteps = arguments.gradientAccumulationSteps
        state.position.seed = arguments.seed
        state.position.datasetRowCount = plan.rowCount
        state.position.earlyStoppingPatienceCounter = progress.patienceCounter
        state.position.counters = progress.counters
        return state
    }
}
