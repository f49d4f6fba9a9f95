// The flags that were given, as pairs for `RunConfiguration`.

extension RecipeFlags {
    /// Key and text of every flag that was given, in the order of the table.
    var overrides: [(key: String, value: String)] {
        values.compactMap { pair in pair.value.map { (key: pair.key, value: $0) } }
    }

    private var values: [(key: String, value: String?)] {
        [
            ("task", task),
            ("model_name_or_path", modelNameOrPath),
            ("output_dir", outputDir),
            ("hidden_dropout_prob", hiddenDropoutProb),
            ("attention_probs_dropout_prob", attentionProbsDropoutProb),
            ("classifier_dropout", classifierDropout),
            ("bf16", bf16),
            ("train_file", trainFile),
            ("validation_file", validationFile),
            ("text_column", textColumn),
            ("text_pair_column", textPairColumn),
            ("label_column", labelColumn),
            ("max_seq_length", maxSeqLength),
            ("problem_type", problemType),
            ("per_device_train_batch_size", perDeviceTrainBatchSize),
            ("per_device_eval_batch_size", perDeviceEvalBatchSize),
            ("max_tokens_per_device", maxTokensPerDevice),
            ("gradient_accumulation_steps", gradientAccumulationSteps),
            ("train_sampling_strategy", trainSamplingStrategy),
            ("dataloader_drop_last", dataloaderDropLast),
            ("learning_rate", learningRate),
            ("weight_decay", weightDecay),
            ("adam_beta1", adamBeta1),
            ("adam_beta2", adamBeta2),
            ("adam_epsilon", adamEpsilon),
            ("max_grad_norm", maxGradNorm),
            ("lr_scheduler_type", lrSchedulerType),
            ("warmup_ratio", warmupRatio),
            ("warmup_steps", warmupSteps),
            ("num_train_epochs", numTrainEpochs),
            ("max_steps", maxSteps),
            ("seed", seed),
            ("logging_steps", loggingSteps),
            ("eval_strategy", evalStrategy),
            ("eval_steps", evalSteps),
            ("save_strategy", saveStrategy),
            ("save_steps", saveSteps),
            ("save_total_limit", saveTotalLimit),
            ("load_best_model_at_end", loadBestModelAtEnd),
            ("metric_for_best_model", metricForBestModel),
            ("greater_is_better", greaterIsBetter),
            ("resume_from_checkpoint", resumeFromCheckpoint),
            ("overwrite_output_dir", overwriteOutputDir),
            ("replica_check_steps", replicaCheckSteps),
            ("ddp_bucket_cap_mb", ddpBucketCapMb),
            ("ddp_comm_dtype", ddpCommDtype),
            ("zero_stage", zeroStage),
            ("ddp_timeout", ddpTimeout),
            ("threads_per_rank", threadsPerRank),
        ]
    }
}
