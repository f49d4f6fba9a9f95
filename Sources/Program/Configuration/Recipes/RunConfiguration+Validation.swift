// Rules that concern several keys at once. Where Hugging Face has the same rule, it is theirs.
import Arguments
internal import Optimizers
internal import Tasks

extension RunConfiguration {
    func validate(_ sources: KeySources) throws(ConfigurationError) {
        try validateColumns(sources)
        try validateBatch(sources)
        try validateReproducible(sources)
        try validateEvaluation(sources)
        try validateBestModel(sources)
        try validateAdaptation(sources)
        try validateStart(sources)
        try validateSchedule(sources)
        try validatePair(sources)
        // Without a limit of its own a conversation is cut to max_tokens_per_device.
        if task.definition.keyScopes.contains(.sequences), let tokens = training.maxTokensPerDevice,
            task != .chat || data.maxSeqLength != nil, tokens < data.sequenceLength
        {
            throw .contradiction(
                "max_tokens_per_device",
                "max_tokens_per_device is \(tokens), but one row may have max_seq_length:"
                    + " \(data.sequenceLength)"
                    + " tokens; raise the one or lower the other.",
                sources.location(of: ["max_tokens_per_device", "max_seq_length"]))
        }
    }

    private func validateBatch(_ sources: KeySources) throws(ConfigurationError) {
        let (batch, steps) = (training.perDeviceTrainBatchSize, training.gradientAccumulationSteps)
        guard batch > ValueFormat<Int>.largestCount / max(1, steps) else { return }
        throw .contradiction(
            "per_device_train_batch_size",
            "per_device_train_batch_size × gradient_accumulation_steps is \(batch) × \(steps) rows, more than"
                + " \(ValueFormat<Int>.largestCount); lower one of them.",
            sources.location(of: ["per_device_train_batch_size", "gradient_accumulation_steps"]))
    }

    private func validateReproducible(_ sources: KeySources) throws(ConfigurationError) {
        let shards = training.reproducibleShards
        guard training.reproducible else {
            guard shards != TrainingArguments().reproducibleShards else { return }
            throw .contradiction(
                "reproducible_shards",
                "reproducible_shards: \(shards) is for runs with reproducible: true; set that, or leave it"
                    + " out.",
                sources.location(of: ["reproducible_shards"]))
        }
        guard !training.roundsMessages else {
            throw .contradiction(
                "ddp_comm_dtype",
                "ddp_comm_dtype: bf16 rounds what each host sends, so that the bits depend on the number of"
                    + " hosts; set it to fp32, or reproducible to false.",
                sources.location(of: ["ddp_comm_dtype", "reproducible"]))
        }
        let (batch, steps) = (training.perDeviceTrainBatchSize, training.gradientAccumulationSteps)
        guard batch > ValueFormat<Int>.largestCount / max(1, steps) / shards else { return }
        throw .contradiction(
            "reproducible_shards",
            "per_device_train_batch_size × gradient_accumulation_steps × reproducible_shards is \(batch)"
                + " × \(steps) × \(shards) rows, more than \(ValueFormat<Int>.largestCount); lower one of them.",
            sources.location(of: [
                "reproducible_shards", "per_device_train_batch_size", "gradient_accumulation_steps",
            ]))
    }

    private func validateColumns(_ sources: KeySources) throws(ConfigurationError) {
        for columns in [
            [
                ("text_column", data.textColumn), ("text_pair_column", data.textPairColumn),
                ("label_column", data.labelColumn),
            ], [("document_column", data.documentColumn), ("summary_column", data.summaryColumn)],
            [("image_column", data.imageColumn), ("label_column", data.labelColumn)],
            [("image_column", data.imageColumn), ("caption_column", data.captionColumn)],
        ] {
            try validate(columns, sources)
        }
    }

    /// Throws when two keys name the same column.
    private func validate(
        _ columns: [(key: String, column: String?)], _ sources: KeySources
    ) throws(ConfigurationError) {
        for (index, (key, column)) in columns.enumerated() {
            for (other, otherColumn) in columns[..<index] where column != nil && column == otherColumn {
                throw .contradiction(
                    key, "\(key) and \(other) name the same column, \(column ?? ""); they must differ.",
                    sources.location(of: [key, other]))
            }
        }
    }

    private func validateEvaluation(_ sources: KeySources) throws(ConfigurationError) {
        if let share = data.validationSplit, training.evalStrategy == .never, data.validationFiles.isEmpty,
            !sources.holdsOutValidation
        {
            throw .contradiction(
                "validation_split",
                "validation_split: \(share) holds out rows to evaluate on, but eval_strategy is no; set"
                    + " eval_strategy to epoch or steps, or leave validation_split out.",
                sources.location(of: ["validation_split"]))
        }
        guard training.evalStrategy != .never, data.validationFiles.isEmpty, data.validationSplit == nil,
            !sources.holdsOutValidation
        else { return }
        throw .contradiction(
            "eval_strategy",
            "eval_strategy: \(training.evalStrategy.rawValue) needs a validation_file; give one, or set"
                + " eval_strategy: no.",
            sources.location(of: ["eval_strategy"]))
    }

    private func validateBestModel(_ sources: KeySources) throws(ConfigurationError) {
        let evaluation = training.evalStrategy
        let saving = training.saveStrategy
        if saving == .best, evaluation == .never {
            throw .contradiction(
                "save_strategy",
                "save_strategy: best needs evaluations to compare; set eval_strategy to epoch or steps.",
                sources.location(of: ["save_strategy"]))
        }
        guard training.loadBestModelAtEnd else { return }
        let place = sources.location(of: ["load_best_model_at_end"])
        if evaluation == .never {
            throw .contradiction(
                "load_best_model_at_end",
                "load_best_model_at_end: true needs evaluations to compare; set eval_strategy to"
                    + " epoch or steps.",
                place)
        }
        if saving != .best, saving.rawValue != evaluation.rawValue {
            throw .contradiction(
                "load_best_model_at_end",
                "load_best_model_at_end: true needs a checkpoint for each evaluation, but save_strategy is"
                    + " \(saving.rawValue) and eval_strategy is \(evaluation.rawValue); make them equal.",
                place)
        }
        // Shares are known in steps when the rows are counted; the training checks them again then.
        if saving == .steps, case .steps(let save) = training.saveSteps,
            case .steps(let evaluate) = training.evalSteps, !save.isMultiple(of: evaluate)
        {
            throw .contradiction(
                "load_best_model_at_end",
                "load_best_model_at_end: true needs save_steps to be a multiple of eval_steps, but they are"
                    + " \(save) and \(evaluate).",
                place)
        }
    }

    private func validateAdaptation(_ sources: KeySources) throws(ConfigurationError) {
        let keys = [
            "lora_alpha", "lora_dropout", "lora_target_modules", "lora_rank_pattern", "lora_alpha_pattern",
            "use_rslora", "modules_to_save", "merge_lora",
        ]
        let defaults = RunConfiguration()
        for key in keys.compactMap(RecipeKey.named)
        where training.adaptation.loraR == nil && key.read(self) != key.read(defaults) {
            throw .contradiction(
                key.name,
                "\(key.name) shapes low-rank adapters, but lora_r is not set; set lora_r, such as 8, or leave"
                    + " \(key.name) out.",
                sources.location(of: [key.name]))
        }
        if training.adaptation.loraR != nil, model.startsUntrained {
            throw .contradiction(
                "lora_r",
                "lora_r adapts the weights of a pretrained model, but config_name starts from random ones; set"
                    + " model_name_or_path, or leave lora_r out.",
                sources.location(of: ["lora_r", "config_name"]))
        }
        if training.earlyStoppingPatience != nil, training.evalStrategy == .never {
            throw .contradiction(
                "early_stopping_patience",
                "early_stopping_patience counts evaluations; set eval_strategy to epoch or steps.",
                sources.location(of: ["early_stopping_patience"]))
        }
    }

    private func validateSchedule(_ sources: KeySources) throws(ConfigurationError) {
        let (kind, options) = (training.lrSchedulerType, training.lrSchedulerOptions)
        if let problem = options.problem(
            with: kind, peak: training.learningRate, set: SchedulerOption.set(in: options))
        {
            throw .contradiction(
                "lr_scheduler_kwargs", "lr_scheduler_kwargs: \(problem).",
                sources.location(of: ["lr_scheduler_kwargs", "lr_scheduler_type"]))
        }
        if kind == .reduceOnPlateau, training.evalStrategy == .never {
            throw .contradiction(
                "lr_scheduler_type",
                "lr_scheduler_type: reduce_lr_on_plateau follows evaluations; set eval_strategy to epoch or steps.",
                sources.location(of: ["lr_scheduler_type"]))
        }
    }

    private func validateStart(_ sources: KeySources) throws(ConfigurationError) {
        if model.startsUntrained, let reason = task.definition.needsPretrained {
            throw .contradiction(
                "config_name",
                "config_name starts from random weights, but \(reason); set model_name_or_path.",
                sources.location(of: ["config_name"]))
        }
        guard training.overwriteOutputDir, training.resumeFromCheckpoint != .none else { return }
        throw .contradiction(
            "overwrite_output_dir",
            "overwrite_output_dir: true starts afresh, but resume_from_checkpoint goes on"
                + " from a checkpoint; set"
                + " resume_from_checkpoint: none, or overwrite_output_dir: false.",
            sources.location(of: ["overwrite_output_dir"]))
    }
}
