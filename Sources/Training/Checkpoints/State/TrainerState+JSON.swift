// trainer_state.json: writing and strict reading.

internal import JSON

extension TrainerState {
    package static let fileName = "trainer_state.json"
    private static let ownKey = "lockstep"

    /// Reads the file at `path`. Throws when it is missing or no JSON object, or a field is missing or of
    /// another kind.
    package init(path: String) throws(CheckpointError) {
        let fields = JSONReader<CheckpointError>(try ModelConfigurationFile.object(path), file: path)
        globalStep = try fields["global_step"].integer()
        epoch = try fields["epoch"].exactDouble()
        maxSteps = try fields["max_steps"].integer()
        numTrainEpochs = try fields["num_train_epochs"].exactDouble()
        trainBatchSize = try fields["train_batch_size"].integer()
        loggingSteps = try fields["logging_steps"].integer()
        evalSteps = try fields["eval_steps"].integer()
        saveSteps = try fields["save_steps"].integer()
        numInputTokensSeen = try fields["num_input_tokens_seen"].integer()
        totalFLOs = try fields["total_flos"].exactDouble()
        bestMetric = try fields["best_metric"].ifPresent?.exactDouble()
        bestGlobalStep = try fields["best_global_step"].ifPresent?.integer()
        bestModelCheckpoint = try fields["best_model_checkpoint"].ifPresent?.string()
        logHistory = try fields["log_history"].converted("a list", \.array)
        position = try ResumeState(fields["stateful_callbacks"][Self.ownKey])
    }

    /// Writes the file to `path`; a crash leaves the old file or the new one.
    package func write(to path: String) throws(CheckpointError) {
        try DurableFiles.write(json.serialized(), to: path)
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

extension ResumeState {
    fileprivate init(_ fields: JSONReader<CheckpointError>) throws(CheckpointError) {
        version = try fields["version"].string()
        epochIndex = try fields["epoch_index"].integer()
        stepInEpoch = try fields["step_in_epoch"].integer()
        rankCount = try fields["rank_count"].integer()
        threadsPerRank = try fields["threads_per_rank"].integer()
        globalBatchRows = try fields["global_batch_rows"].integer()
        gradientAccumulationSteps = try fields["gradient_accumulation_steps"].integer()
        seed = try fields["seed"].unsigned()
        datasetRowCount = try fields["dataset_row_count"].integer()
        earlyStoppingPatienceCounter = try fields["early_stopping_patience_counter"].integer()
        counters = try fields["counters"].object()
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
