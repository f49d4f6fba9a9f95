// The recipe keys of the optimiser and its learning rate.
internal import Arguments

extension RecipeKey {
    static let optimizerKeys: [RecipeKey] = [
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
            "Share of each target's probability that is spread over all labels, or over the vocabulary.",
            for: .crossEntropy),
        .classWeights(
            "class_weights", \.training.classWeights,
            "How much each label counts in the loss; balanced: as scikit-learn weighs the training rows.",
            for: .labels),
        .key(
            "focal_loss_gamma", \.training.focalLossGamma, .nonNegative,
            "Focus of the loss on rows that the model is unsure of, such as 2; 0 is cross-entropy.",
            for: .labels),
        .key(
            "max_grad_norm", \.training.maxGradNorm, .nonNegative,
            "Gradient norm above which gradients are scaled down; 0 turns clipping off."),
        .key(
            "max_skipped_updates", \.training.maxSkippedUpdates, .integer(atLeast: 0),
            "Steps without a finite loss and gradient that may be left out; one more ends the run."),
        .key(
            "lr_scheduler_type", \.training.lrSchedulerType, .choice(),
            "Course of the learning rate after warm-up."),
        .schedulerOptions(
            "lr_scheduler_kwargs", \.training.lrSchedulerOptions,
            "What shapes the schedule beside its kind, such as min_lr: 1e-6 of cosine_with_min_lr."),
        .key(
            "warmup_ratio", \.training.warmupRatio, .share,
            "Share of all steps during which the learning rate rises."),
        .key(
            "warmup_steps", \.training.warmupSteps, .stepCount(atLeast: 0),
            "Steps during which the learning rate rises, or below 1 their share of all; above 0 it beats warmup_ratio."
        ),
    ]
}
