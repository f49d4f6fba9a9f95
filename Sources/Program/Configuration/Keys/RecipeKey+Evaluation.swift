// The recipe keys that say when a run is evaluated, and what an evaluation decides.
internal import Arguments

extension RecipeKey {
    static let evaluationKeys: [RecipeKey] = [
        .key(
            "per_device_eval_batch_size", \.training.perDeviceEvalBatchSize, .integer(atLeast: 1),
            "Rows that each rank takes for one evaluation batch.", in: .rows),
        .key("eval_strategy", \.training.evalStrategy, .choice(), "When the validation file is evaluated."),
        .key(
            "eval_steps", \.training.evalSteps, .stepCount(atLeast: 1),
            "Steps between two evaluations with eval_strategy: steps, or below 1 their share of all steps."),
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
    ]
}
