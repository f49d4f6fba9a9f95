// A run's progress in the state of a checkpoint and on its way to the other ranks: every number, or an error.

package import Checkpoints
package import JSON
internal import Optimizers

extension RunProgress {
    /// Updates of the weights: the steps less those that were left out.
    var updates: Int { step - skippedUpdates }

    /// The progress that the state of the checkpoint at `path` describes. Throws what is missing or of
    /// another kind.
    package init(_ state: TrainerState, path: String) throws(CheckpointError) {
        step = state.globalStep
        epoch = state.epoch
        tokens = state.numInputTokensSeen
        bestMetric = state.bestMetric
        bestStep = state.bestGlobalStep
        history = state.logHistory
        patienceCounter = state.position.earlyStoppingPatienceCounter
        try setCounters(
            JSONReader(
                .object(state.position.counters), file: path + "/" + TrainerState.fileName,
                path: "stateful_callbacks.lockstep.counters"))
    }

    /// Sums of the intervals that are under way, and the loss curve.
    package var counters: JSONObject {
        var run: JSONObject = run.map { ["run": .string($0)] } ?? [:]
        if owesEvaluation { run["owes_evaluation"] = .bool(true) }
        return run.merging([
            "window_loss": .exact(windowLoss), "window_steps": .integer(windowSteps),
            "curve_loss": .exact(curve.trainingSum), "curve_steps": .integer(curve.trainingSteps),
            "curve": .array(
                curve.points.map {
                    .array([.integer($0.step), .exact($0.epoch), .exact($0.training), .exact($0.validation)])
                }),
            "overfitting_warned": .bool(hasWarned), "losses": losses.json,
            "skipped_updates": .integer(skippedUpdates), "window_skipped": .integer(windowSkipped),
            "window_spikes": .integer(windowSpikes),
            "plateau": .array([
                .exact(plateau.scale), plateau.best.map { .exact($0) } ?? .null,
                .integer(plateau.badEvaluations), .integer(plateau.cooldown),
            ]),
        ])
    }

    private mutating func setCounters(_ fields: JSONReader<CheckpointError>) throws(CheckpointError) {
        windowLoss = try fields["window_loss"].exactDouble()
        windowSteps = try fields["window_steps"].integer()
        curve.trainingSum = try fields["curve_loss"].exactDouble()
        curve.trainingSteps = try fields["curve_steps"].integer()
        curve.points = try fields["curve"].array().map { (point) throws(CheckpointError) in
            LossCurve.Point(
                step: try point[0].integer(), epoch: try point[1].exactDouble(),
                training: try point[2].exactDouble(), validation: try point[3].exactDouble())
        }
        hasWarned = try fields["overfitting_warned"].bool()
        // Checkpoints of earlier versions have none of these.
        run = try fields["run"].ifPresent?.string()
        owesEvaluation = try fields["owes_evaluation"].ifPresent?.bool() ?? false
        skippedUpdates = try fields["skipped_updates"].ifPresent?.integer() ?? 0
        windowSkipped = try fields["window_skipped"].ifPresent?.integer() ?? 0
        windowSpikes = try fields["window_spikes"].ifPresent?.integer() ?? 0
        if let watch = fields["losses"].ifPresent {
            losses = try watch.converted("the course of the losses") { LossWatch($0) }
        }
        // Checkpoints of earlier versions have no plateau, which their schedules did not need either.
        guard let watch = fields["plateau"].ifPresent else { return }
        plateau.scale = try watch[0].exactDouble()
        plateau.best = try watch[1].ifPresent?.exactDouble()
        plateau.badEvaluations = try watch[2].integer()
        plateau.cooldown = try watch[3].integer()
    }

    /// All of it, for the other ranks.
    package var json: JSONValue {
        let members: JSONObject = [
            "step": .integer(step), "epoch": .exact(epoch), "tokens": .integer(tokens),
            "best_metric": bestMetric.map { .exact($0) } ?? .null,
            "best_step": bestStep.map { .integer($0) } ?? .null,
            "history": JSONValue.array(history).withFiniteNumbers, "patience": .integer(patienceCounter),
        ]
        return .object(members.merging(counters))
    }

    package init(_ fields: JSONReader<CheckpointError>) throws(CheckpointError) {
        step = try fields["step"].integer()
        epoch = try fields["epoch"].exactDouble()
        tokens = try fields["tokens"].integer()
        bestMetric = try fields["best_metric"].ifPresent?.exactDouble()
        bestStep = try fields["best_step"].ifPresent?.integer()
        history = try fields["history"].converted("a list", \.array)
        patienceCounter = try fields["patience"].integer()
        try setCounters(fields)
    }
}
