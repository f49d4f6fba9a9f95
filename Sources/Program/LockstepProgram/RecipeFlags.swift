// One flag for each recipe key, named as the key: `--learning_rate 3e-5` beats the recipe file.
import ArgumentParser
import Configuration

/// The recipe's keys as flags, as text; `RunConfiguration` checks them like the lines of a recipe.
///
/// The order is that of `RecipeKey.all`; a test compares the two.
struct RecipeFlags: ParsableArguments {
    @Option(key: "task") var task: String?
    @Option(key: "model_name_or_path") var modelNameOrPath: String?
    @Option(key: "encoder_model_name_or_path") var encoderModelNameOrPath: String?
    @Option(key: "decoder_model_name_or_path") var decoderModelNameOrPath: String?
    @Option(key: "config_name") var configName: String?
    @Option(key: "output_dir") var outputDir: String?
    @Option(key: "hidden_dropout_prob") var hiddenDropoutProb: String?
    @Option(key: "attention_probs_dropout_prob") var attentionProbsDropoutProb: String?
    @Option(key: "classifier_dropout") var classifierDropout: String?
    @Option(switchKey: "bf16") var bf16: String?
    @Option(switchKey: "gradient_checkpointing") var gradientCheckpointing: String?
    @Option(key: "freeze") var freeze: String?
    @Option(key: "layerwise_lr_decay") var layerwiseLrDecay: String?
    @Option(key: "learning_rates") var learningRates: String?
    @Option(key: "lora_r") var loraR: String?
    @Option(key: "lora_alpha") var loraAlpha: String?
    @Option(key: "lora_dropout") var loraDropout: String?
    @Option(key: "lora_target_modules") var loraTargetModules: String?
    @Option(switchKey: "use_rslora") var useRslora: String?
    @Option(key: "modules_to_save") var modulesToSave: String?
    @Option(switchKey: "merge_lora") var mergeLora: String?
    @Option(key: "train_file") var trainFile: String?
    @Option(key: "validation_file") var validationFile: String?
    @Option(key: "text_column") var textColumn: String?
    @Option(key: "text_pair_column") var textPairColumn: String?
    @Option(key: "label_column") var labelColumn: String?
    @Option(key: "messages_column") var messagesColumn: String?
    @Option(key: "prompt_column") var promptColumn: String?
    @Option(key: "completion_column") var completionColumn: String?
    @Option(switchKey: "line_by_line") var lineByLine: String?
    @Option(key: "mlm_probability") var mlmProbability: String?
    @Option(key: "max_seq_length") var maxSeqLength: String?
    @Option(key: "problem_type") var problemType: String?
    @Option(key: "document_column") var documentColumn: String?
    @Option(key: "summary_column") var summaryColumn: String?
    @Option(key: "max_source_length") var maxSourceLength: String?
    @Option(key: "max_target_length") var maxTargetLength: String?
    @Option(key: "summary_sentences") var summarySentences: String?
    @Option(switchKey: "trigram_blocking") var trigramBlocking: String?
    @Option(key: "extractive_layers") var extractiveLayers: String?
    @Option(key: "sentence_pooling") var sentencePooling: String?
    @Option(key: "image_column") var imageColumn: String?
    @Option(key: "caption_column") var captionColumn: String?
    @Option(key: "random_horizontal_flip") var randomHorizontalFlip: String?
    @Option(key: "random_vertical_flip") var randomVerticalFlip: String?
    @Option(key: "random_resized_crop") var randomResizedCrop: String?
    @Option(switchKey: "interpolate_pos_encoding") var interpolatePosEncoding: String?
    @Option(key: "per_device_train_batch_size") var perDeviceTrainBatchSize: String?
    @Option(key: "per_device_eval_batch_size") var perDeviceEvalBatchSize: String?
    @Option(key: "max_tokens_per_device") var maxTokensPerDevice: String?
    @Option(key: "gradient_accumulation_steps") var gradientAccumulationSteps: String?
    @Option(key: "train_sampling_strategy") var trainSamplingStrategy: String?
    @Option(switchKey: "dataloader_drop_last") var dataloaderDropLast: String?
    @Option(key: "learning_rate") var learningRate: String?
    @Option(key: "weight_decay") var weightDecay: String?
    @Option(key: "adam_beta1") var adamBeta1: String?
    @Option(key: "adam_beta2") var adamBeta2: String?
    @Option(key: "adam_epsilon") var adamEpsilon: String?
    @Option(key: "label_smoothing_factor") var labelSmoothingFactor: String?
    @Option(key: "max_grad_norm") var maxGradNorm: String?
    @Option(key: "lr_scheduler_type") var lrSchedulerType: String?
    @Option(key: "warmup_ratio") var warmupRatio: String?
    @Option(key: "warmup_steps") var warmupSteps: String?
    @Option(key: "num_train_epochs") var numTrainEpochs: String?
    @Option(key: "max_steps") var maxSteps: String?
    @Option(key: "seed") var seed: String?
    @Option(key: "logging_steps") var loggingSteps: String?
    @Option(key: "eval_strategy") var evalStrategy: String?
    @Option(key: "eval_steps") var evalSteps: String?
    @Option(key: "save_strategy") var saveStrategy: String?
    @Option(key: "save_steps") var saveSteps: String?
    @Option(key: "save_total_limit") var saveTotalLimit: String?
    @Option(switchKey: "load_best_model_at_end") var loadBestModelAtEnd: String?
    @Option(key: "metric_for_best_model") var metricForBestModel: String?
    @Option(switchKey: "greater_is_better") var greaterIsBetter: String?
    @Option(key: "early_stopping_patience") var earlyStoppingPatience: String?
    @Option(key: "early_stopping_threshold") var earlyStoppingThreshold: String?
    @Option(key: "resume_from_checkpoint") var resumeFromCheckpoint: String?
    @Option(switchKey: "overwrite_output_dir") var overwriteOutputDir: String?
    @Option(switchKey: "predict_with_generate") var predictWithGenerate: String?
    @Option(key: "max_new_tokens") var maxNewTokens: String?
    @Option(key: "min_new_tokens") var minNewTokens: String?
    @Option(key: "num_beams") var numBeams: String?
    @Option(switchKey: "do_sample") var doSample: String?
    @Option(key: "temperature") var temperature: String?
    @Option(key: "top_k") var topK: String?
    @Option(key: "top_p") var topP: String?
    @Option(key: "repetition_penalty") var repetitionPenalty: String?
    @Option(key: "no_repeat_ngram_size") var noRepeatNgramSize: String?
    @Option(key: "length_penalty") var lengthPenalty: String?
    @Option(key: "replica_check_steps") var replicaCheckSteps: String?
    @Option(key: "ddp_bucket_cap_mb") var ddpBucketCapMb: String?
    @Option(key: "ddp_comm_dtype") var ddpCommDtype: String?
    @Option(key: "zero_stage") var zeroStage: String?
    @Option(key: "ddp_timeout") var ddpTimeout: String?
    @Option(key: "threads_per_rank") var threadsPerRank: String?
}

extension Option where Value == String? {
    /// The flag of a recipe key, with the help of the key's table.
    fileprivate init(key name: String) {
        self.init(name: .customLong(name), parsing: .unconditional, help: Self.help(name))
    }

    /// The flag of a key that is true or false; without a value it means true. In front of an argument
    /// without a dash, such as the recipe, it must be given its value.
    fileprivate init(switchKey name: String) {
        self.init(name: .customLong(name), defaultAsFlag: "true", help: Self.help(name))
    }

    private static func help(_ name: String) -> ArgumentHelp {
        guard let key = RecipeKey.named(name) else { preconditionFailure("\(name) is not a recipe key") }
        var notes: [String] = []
        if !key.allowedValues.isEmpty { notes.append(key.allowedValues.joined(separator: "|")) }
        if let text = key.defaultText { notes.append("default: \(text)") }
        let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
        return ArgumentHelp("\(key.help)\(suffix)", valueName: key.typeName)
    }
}
