// trainer_state.json: writing and strict reading.

internal import Models

extension TrainerState {
    public static let fileName = "trainer_state.json"
    private static let ownKey = "lockstep"

    /// Reads the file at `path`. Throws when it is missing or no JSON object, or a field is missing or of
    /// another kind.
    public init(path: String) throws(CheckpointError) {
        let fields = StateFields(json: try ModelConfigurationFile.object(path), path: path)
        globalStep = try fields.integer("global_step")
        epoch = try fields.double("epoch")
        maxSteps = try fields.integer("max_steps")
        numTrainEpochs = try fields.double("num_train_epochs")
        trainBatchSize = try fields.integer("train_batch_size")
        loggingSteps = try fields.integer("logging_steps")
        evalSteps = try fields.integer("eval_steps")
        saveSteps = try fields.integer("save_steps")
        numInputTokensSeen = try fields.integer("num_input_tokens_seen")
        totalFLOs = try fields.double("total_flos")
        bestMetric = try fields.optional("best_metric", fields.double)
        bestGlobalStep = try fields.optional("best_global_step", fields.integer)
        bestModelCheckpoint = try fields.optional("best_model_checkpoint", fields.string)
        logHistory = try fields.array("log_history")
        position = try RunPosition(fields.object("stateful_callbacks").object(Self.ownKey))
    }

    /// Writes the file to `path`; a crash leaves the old file or the new one.
    public func write(to path: String) throws(CheckpointError) {
        let bytes: [UInt8]
        do {
            bytes = try json.serialized()
        } catch { throw .cannot("written", path, error) }
        try DurableFiles.write(bytes, to: path)
    }

    private var json: JSONValue {
        .object([
            "global_step": .integer(globalStep),
            "epoch": .exact(epoch),
            "max_steps": .integer(maxSteps),
            "num_train_epochs": .exact(numTrainEpochs),
            "train_batch_size": .integer(trainBatchSize),
            "logging_steps": .integer(loggingSteps),
            "eval_steps": .integer(evalSteps),
            "save_steps": .integer(saveSteps),
            "num_input_tokens_seen": .integer(numInputTokensSeen),
            "total_flos": .exact(totalFLOs),
            "best_metric": bestMetric.map(JSONValue.exact) ?? .null,
            "best_global_step": bestGlobalStep.map(JSONValue.integer) ?? .null,
            "best_model_checkpoint": bestModelCheckpoint.map(JSONValue.string) ?? .null,
            "log_history": .array(logHistory.map(\.withFiniteNumbers)),
            "is_hyper_param_search": .bool(false),
            "is_local_process_zero": .bool(true),
            "is_world_process_zero": .bool(true),
            "trial_name": .null,
            "trial_params": .null,
            "stateful_callbacks": .object([Self.ownKey: position.json]),
        ])
    }
}

extension RunPosition {
    fileprivate init(_ fields: StateFields) throws(CheckpointError) {
        version = try fields.string("version")
        epochIndex = try fields.integer("epoch_index")
        stepInEpoch = try fields.integer("step_in_epoch")
        rankCount = try fields.integer("rank_count")
        threadsPerRank = try fields.integer("threads_per_rank")
        globalBatchRows = try fields.integer("global_batch_rows")
        gradientAccumulationSteps = try fields.integer("gradient_accumulation_steps")
        seed = try fields.unsigned("seed")
        datasetRowCount = try fields.integer("dataset_row_count")
        earlyStoppingPatienceCounter = try fields.integer("early_stopping_patience_counter")
        counters = try fields.object("counters").members
    }

    fileprivate var json: JSONValue {
        .object([
            "version": .string(version),
            "epoch_index": .integer(epochIndex),
            "step_in_epoch": .integer(stepInEpoch),
            "rank_count": .integer(rankCount),
            "threads_per_rank": .integer(threadsPerRank),
            "global_batch_rows": .integer(globalBatchRows),
            "gradient_accumulation_steps": .integer(gradientAccumulationSteps),
            "seed": Int(exactly: seed).map(JSONValue.integer) ?? .string("\(seed)"),
            "dataset_row_count": .integer(datasetRowCount),
            "early_stopping_patience_counter": .integer(earlyStoppingPatienceCounter),
            "counters": JSONValue.object(counters).withFiniteNumbers,
        ])
    }
}
