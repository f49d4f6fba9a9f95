// The table of all recipe keys. Its order is the order of flags, help and the written configuration.
import Arguments

extension RecipeKey {
    /// Every key of a recipe.
    public static let all: [RecipeKey] =
        modelKeys + adaptationKeys + dataKeys + summarizationKeys + imageKeys + batchKeys + optimizerKeys
        + scheduleKeys
        + generationKeys + rankKeys

    private static let modelKeys: [RecipeKey] = [
        .key("task", \.model.task, .choice(), "What the model learns."),
        .path(
            "model_name_or_path", \.model.modelNameOrPath,
            "Directory of the pretrained model in Hugging Face's layout."),
        .optional(
            "encoder_model_name_or_path", \.model.encoderModelNameOrPath, .path,
            "Directory of the encoder of a new encoder–decoder, instead of model_name_or_path."),
        .optional(
            "decoder_model_name_or_path", \.model.decoderModelNameOrPath, .path,
            "Directory of its decoder, which gets new cross-attention to the encoder."),
        .optional(
            "config_name", \.model.configName, .path,
            "Directory whose config.json describes a model to train from random weights, with its tokenizer; used when"
                + " model_name_or_path is not set."),
        .key(
            "output_dir", \.model.outputDir, .path,
            "Directory that receives the model, checkpoints, logs and the effective configuration."),
        .optional(
            "hidden_dropout_prob", \.training.hiddenDropoutProb, .dropout,
            "Dropout of hidden layers, instead of the one in the model's config.json."),
        .optional(
            "attention_probs_dropout_prob", \.training.attentionProbsDropoutProb, .dropout,
            "Dropout of attention weights, instead of the one in the model's config.json."),
        .optional(
            "classifier_dropout", \.training.classifierDropout, .dropout,
            "Dropout before the classifier, instead of the one in the model's config.json."),
        .key(
            "bf16", \.training.bf16, .boolean, "Multiply matrices in bfloat16; weights and moments stay fp32."
        ),
        .key(
            "gradient_checkpointing", \.training.gradientCheckpointing, .boolean,
            "Compute activations again in the backward pass instead of keeping them: less memory, a third more time."
        ),
    ]

    private static let dataKeys: [RecipeKey] = [
        .paths(
            "train_file", \.data.trainFiles,
            "Training rows: a .jsonl, .json, .csv, .tsv or .txt file, plain or .gz, or a list of them."),
        .paths(
            "validation_file", \.data.validationFiles, "Rows for evaluation, in the same forms as train_file."
        ),
        .key("text_column", \.data.textColumn, .text, "Column that holds the text."),
        .optional(
            "text_pair_column", \.data.textPairColumn, .text, "Column that holds the second text of a pair."),
        .key("label_column", \.data.labelColumn, .text, "Column that holds the label."),
        .key(
            "messages_column", \.data.messagesColumn, .text,
            "Column that holds a conversation: a list of messages with role and content."),
        .key(
            "prompt_column", \.data.promptColumn, .text,
            "Column that holds the prompt of rows that are a prompt with its answer."),
        .key(
            "completion_column", \.data.completionColumn, .text, "Column that holds the answer to the prompt."
        ),
        .key(
            "line_by_line", \.data.lineByLine, .boolean,
            "Make each row an example of its own instead of cutting the joined texts into blocks."),
        .key(
            "mlm_probability", \.data.mlmProbability,
            .number("a number above 0 and below 1") { $0 > 0 && $0 < 1 },
            "Share of tokens that masked-lm hides and lets the model guess."),
        .key(
            "max_seq_length", \.data.maxSeqLength, .integer(atLeast: 3),
            "Longest sequence in tokens, special tokens included; longer texts are truncated, or cut into blocks."
        ),
        .optional(
            "problem_type", \.data.problemType, .choice(),
            "Kind of label; decided from the training file if not set."),
    ]

    private static let imageKeys: [RecipeKey] = [
        .key(
            "image_column", \.data.imageColumn, .text,
            "Column that holds the path of an image, relative to the folder of the row's file."),
        .key("caption_column", \.data.captionColumn, .text, "Column that holds the image's caption."),
        .key(
            "random_horizontal_flip", \.data.randomHorizontalFlip, .share,
            "Chance that a training image is mirrored left to right."),
        .key(
            "random_vertical_flip", \.data.randomVerticalFlip, .share,
            "Chance that a training image is turned upside down."),
        .optional(
            "random_resized_crop", \.data.randomResizedCrop,
            .number("a number above 0 and at most 1") { $0 > 0 && $0 <= 1 },
            "Smallest share of a training image that a random crop keeps; no crop if not set."),
        .key(
            "interpolate_pos_encoding", \.data.interpolatePosEncoding, .boolean,
            "Take images of another size than the model's and interpolate its position embeddings."),
    ]

    private static let batchKeys: [RecipeKey] = [
        .key(
            "per_device_train_batch_size", \.training.perDeviceTrainBatchSize, .integer(atLeast: 1),
            "Rows that each rank takes for one micro-batch."),
        .key(
            "per_device_eval_batch_size", \.training.perDeviceEvalBatchSize, .integer(atLeast: 1),
            "Rows that each rank takes for one evaluation batch."),
        .optional(
            "max_tokens_per_device", \.training.maxTokensPerDevice, .integer(atLeast: 1),
            "Most tokens in a rank's micro-batch; when set, it replaces per_device_train_batch_size."),
        .key(
            "gradient_accumulation_steps", \.training.gradientAccumulationSteps, .integer(atLeast: 1),
            "Micro-batches that are summed for one optimiser step."),
        .key(
            "train_sampling_strategy", \.training.trainSamplingStrategy,
            .choice(refusals: [
                "group_by_length":
                    "group_by_length is not needed: batches carry no padding, whatever the lengths"
                    + " of their rows."
                    + " Use random."
            ]),
            "Order of the training rows within an epoch."),
        .key(
            "dataloader_drop_last", \.training.dataloaderDropLast, .boolean,
            "Leave out the last rows of an epoch that do not fill a global batch."),
    ]

    private static let optimizerKeys: [RecipeKey] = [
        .key(
            "learning_rate", \.training.learningRate, .nonNegative,
            "Peak learning rate of AdamW, reached at the end of warm-up."),
        .key(
            "weight_decay", \.training.weightDecay, .nonNegative,
            "Decay of weights; biases and norm weights are exempt."),
        .key("adam_beta1", \.training.adamBeta1, .beta, "Decay rate of AdamW's first moment."),
        .key("adam_beta2", \.training.adamBeta2, .beta, "Decay rate of AdamW's second moment."),
        .key(
            "adam_epsilon", \.training.adamEpsilon, .number("a number above 0") { $0 > 0 },
            "Term that keeps AdamW's denominator from zero."),
        .key(
            "label_smoothing_factor", \.training.labelSmoothingFactor, .dropout,
            "Share of each target's probability that is spread over the vocabulary, in language models."),
        .key(
            "max_grad_norm", \.training.maxGradNorm, .nonNegative,
            "Gradient norm above which gradients are scaled down; 0 turns clipping off."),
        .key(
            "lr_scheduler_type", \.training.lrSchedulerType, .choice(),
            "Course of the learning rate after warm-up."),
        .key(
            "warmup_ratio", \.training.warmupRatio, .share,
            "Share of all steps during which the learning rate rises."),
        .key(
            "warmup_steps", \.training.warmupSteps, .integer(atLeast: 0),
            "Steps during which the learning rate rises; above 0 it beats warmup_ratio."),
        .key(
            "num_train_epochs", \.training.numTrainEpochs, .number("a number above 0") { $0 > 0 },
            "Passes over the training rows; may be a fraction."),
        .key(
            "max_steps", \.training.maxSteps,
            .integer("-1 (not set) or an integer of at least 1") { $0 == -1 || $0 >= 1 },
            "Optimiser steps in all; when set, it beats num_train_epochs."),
        .key("seed", \.training.seed, .integer(atLeast: 0), "Seed of shuffling, dropout and new weights."),
    ]

    private static let scheduleKeys: [RecipeKey] = [
        .key(
            "logging_steps", \.training.loggingSteps, .integer(atLeast: 1),
            "Steps between two records of the training log."),
        .key("eval_strategy", \.training.evalStrategy, .choice(), "When the validation file is evaluated."),
        .key(
            "eval_steps", \.training.evalSteps, .integer(atLeast: 1),
            "Steps between two evaluations with eval_strategy: steps."),
        .key(
            "save_strategy", \.training.saveStrategy, .choice(),
            "When a checkpoint is written; best writes one after each evaluation that improves the metric."),
        .key(
            "save_steps", \.training.saveSteps, .integer(atLeast: 1),
            "Steps between two checkpoints with save_strategy: steps."),
        .optional(
            "save_total_limit", \.training.saveTotalLimit, .integer(atLeast: 1),
            "Number of checkpoints kept, the best one among them; all are kept if not set."),
        .key(
            "load_best_model_at_end", \.training.loadBestModelAtEnd, .boolean,
            "End with the weights of the best checkpoint instead of the last ones."),
        .optional(
            "metric_for_best_model", \.training.metricForBestModel, .text,
            "Evaluation metric that chooses the best checkpoint; the loss if not set."),
        .optional(
            "greater_is_better", \.training.greaterIsBetter, .boolean,
            "Whether a greater metric is better; if not set, false for a loss or perplexity and true for all"
                + " others."),
        .optional(
            "early_stopping_patience", \.training.earlyStoppingPatience, .integer(atLeast: 1),
            "Evaluations in a row without improvement after which the run ends; never if not set."),
        .key(
            "early_stopping_threshold", \.training.earlyStoppingThreshold, .nonNegative,
            "How much the metric must improve to count for early_stopping_patience."),
        .key(
            "resume_from_checkpoint", \.training.resumeFromCheckpoint, .resumePoint,
            "Checkpoint to go on from: auto for the newest in output_dir, none, or a directory."),
        .key(
            "overwrite_output_dir", \.training.overwriteOutputDir, .boolean,
            "Start afresh even if output_dir holds another run."),
    ]

    private static let rankKeys: [RecipeKey] = [
        .key(
            "replica_check_steps", \.training.replicaCheckSteps, .integer(atLeast: 0),
            "Steps between two comparisons of all ranks' weights; 0 turns them off."),
        .key(
            "ddp_bucket_cap_mb", \.training.ddpBucketCapMB, .integer(atLeast: 1),
            "Size of a gradient bucket in MiB."),
        .key(
            "ddp_comm_dtype", \.training.ddpCommDtype, .choice(),
            "Format in which gradients travel between hosts; bf16 halves the bytes and rounds each gradient twice."
        ),
        .optional(
            "zero_stage", \.training.zeroStage, .integer("0 or 1") { (0...1).contains($0) },
            "Splits the optimiser's state and update over the ranks if it is 1 (ZeRO stage 1); if not set, where all"
                + " ranks share one host's memory."
        ),
        .key(
            "ddp_timeout", \.training.ddpTimeoutSeconds, .integer(atLeast: 30),
            "Seconds after which a stalled exchange between ranks ends the job."),
        .key(
            "threads_per_rank", \.training.threadsPerRank, .integer(atLeast: 0),
            "Threads of each rank; 0 uses the cores that the rank is bound to."),
    ]
}

extension ValueFormat<Double> {
    static let nonNegative = number("a number of at least 0") { $0 >= 0 }
    static let share = number("a number from 0 to 1") { (0...1).contains($0) }
    static let dropout = number("a number from 0 to below 1") { $0 >= 0 && $0 < 1 }
    fileprivate static let beta = dropout
}
