// The recipe keys of what is saved and gone on from.
internal import Arguments

extension RecipeKey {
    static let checkpointsKeys: [RecipeKey] = [
        .key(
            "save_strategy", \.training.saveStrategy, .choice(),
            "When a checkpoint is written; best writes one after each evaluation that improves the metric."),
        .key(
            "save_steps", \.training.saveSteps, .stepCount(atLeast: 1),
            "Steps between two checkpoints with save_strategy: steps, or below 1 their share of all steps."),
        .optional(
            "save_total_limit", \.training.saveTotalLimit, .integer(atLeast: 1),
            "Number of checkpoints kept, the best one among them; all are kept if not set."),
        .key(
            "resume_from_checkpoint", \.training.resumeFromCheckpoint, .resumePoint,
            "Checkpoint to go on from: auto for the newest in output_dir, none, or a directory."),
        .key(
            "overwrite_output_dir", \.training.overwriteOutputDir, .boolean,
            "Start afresh even if output_dir holds another run."),
    ]
}
