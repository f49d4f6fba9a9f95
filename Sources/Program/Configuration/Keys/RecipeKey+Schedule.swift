// The recipe keys of batches and of the length of a run.
internal import Arguments

extension RecipeKey {
    static let scheduleKeys: [RecipeKey] = [
        .key(
            "per_device_train_batch_size", \.training.perDeviceTrainBatchSize, .integer(atLeast: 1),
            "Rows that each rank takes for one micro-batch."),
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
        .key(
            "num_train_epochs", \.training.numTrainEpochs, .positive(upTo: 1_000_000),
            "Passes over the training rows; may be a fraction."),
        .key(
            "max_steps", \.training.maxSteps,
            .integer("-1 (not set) or an integer of at least 1", upTo: ValueFormat<Int>.largestCount) {
                $0 == -1 || $0 >= 1
            },
            "Optimiser steps in all; when set, it beats num_train_epochs."),
        .optional(
            "max_train_seconds", \.training.maxTrainSeconds, .number("a number above 0") { $0 > 0 },
            "Seconds after which the run saves and leaves with code 85, to go on with "
                + "resume_from_checkpoint."),
        .key(
            "seed", \.training.seed, .integer(atLeast: 0),
            "Seed of shuffling, dropout, new weights, drawn tokens and bootstrap intervals.",
            in: .all),
        .key(
            "logging_steps", \.training.loggingSteps, .stepCount(atLeast: 1),
            "Steps between two records of the training log, or below 1 their share of all steps."),
        .reportTargets(
            "report_to", \.training.reportTo,
            "Programs that figures of the run are written for, besides metrics.jsonl: tensorboard, mlflow"
                + " (MLFLOW_TRACKING_URI), prometheus (metrics_port), otlp (OTEL_EXPORTER_OTLP_ENDPOINT), all"
                + " or none."),
        .optional(
            "metrics_port", \.training.metricsPort, .integer(atLeast: 1, upTo: 65_535),
            "Port on which the first rank shows the metrics of the run to Prometheus, at /metrics; report_to:"
                + " prometheus alone means 9464."),
        .key(
            "metrics_host", \.training.metricsHost, .text,
            "Address of the first rank's machine that metrics_port belongs to; 0.0.0.0 is every one."),
        .key(
            "monitoring_statistics", \.training.monitoringStatistics, .boolean,
            "Leave monitoring.json beside a trained text classifier, the statistics of its data that monitor compares"
                + " requests with; answers the validation rows once more."),
        .optional(
            "profile_steps", \.training.profileSteps, .stepRange,
            "Steps, such as 20-22, of which trace-20-22.json in output_dir shows what each rank did when: open"
                + " it in Perfetto or chrome://tracing."),
    ]
}
