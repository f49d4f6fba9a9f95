// The training loop: steps, records, evaluations and checkpoints, in the order of Hugging Face's Trainer.

package import Arguments
internal import Checkpoints
package import DataParallel
internal import Datasets
internal import Evaluation
internal import Layers
internal import Machine
internal import Models
internal import Optimizers
internal import Phrases

/// Fine-tunes one replica together with the other ranks of its group.
///
/// Everything that changes the course (stop, save, best so far) comes from values that all ranks share.
package final class TrainingLoop {
    package let plan: TrainingPlan
    let arguments: TrainingArguments
    let task: any TrainingTask
    var model: any TrainableModel { task.model }
    let group: any ProcessGroup
    let checkpoints: RunCheckpoints
    let planner: BatchSampler
    let optimizer: any Optimizer
    let step: TrainingStep
    private let reducer: GradientReducer
    private let stepRows: StepRows
    let onEvent: (TrainingEvent) throws -> Void
    /// Whether this rank was told to stop and save, or has to by the clock.
    private let isStopRequested: @Sendable () -> Bool
    /// When the run stops by itself, to go on another time.
    private let deadline: RunDeadline

    /// What a checkpoint has to carry besides model and optimiser.
    var progress = RunProgress()
    private var recordedCounters = ReductionCounters()
    private var recordedComputeSeconds = 0.0
    private var stragglers = StragglerWatch()
    private var memory = MemoryWatch()
    /// Whether the steps that run are traced.
    var isTracing = false
    /// What makes the figures of the model that the run ends with doubtful.
    private var doubts: [String] = []
    private var totals = (loss: 0.0, steps: 0, rows: 0, tokens: 0)

    /// Sets up the run. Collective. `recipe` is stored with each checkpoint; `modelDirectory` is where the
    /// tokenizer files come from.
    package init(
        _ arguments: TrainingArguments, task: any TrainingTask, group: any ProcessGroup, output: RunOutput,
        isStopRequested: @escaping @Sendable () -> Bool = { false },
        onEvent: @escaping (TrainingEvent) throws -> Void
    ) throws {
        self.arguments = arguments
        self.task = task
        self.group = group
        let deadline = RunDeadline(
            maximumSeconds: arguments.maxTrainSeconds, jobEnd: ProcessVariables.current.slurmJobEnd)
        self.deadline = deadline
        self.isStopRequested = { isStopRequested() || deadline.hasCome(asOf: .now) }
        self.onEvent = onEvent
        try Self.check(arguments, task)
        if let shards = arguments.shardCount, group.size > shards {
            throw TrainingError(
                "\(group.size, "rank") cannot share \(shards, "shard"): start at most \(shards, "rank"), or "
                    + "raise reproducible_shards, which makes another run")
        }
        planner = try BatchSampler(arguments, store: task.training, rankCount: group.size)
        let total =
            arguments.maxSteps > 0 ? arguments.maxSteps : planner.totalSteps(epochs: arguments.numTrainEpochs)
        let warmup = arguments.warmupStepCount(totalSteps: total)
        plan = TrainingPlan(
            rowCount: task.training.count, globalBatchRows: planner.globalBatchRows,
            stepsPerEpoch: planner.steps(epoch: 0), totalSteps: total, warmupSteps: warmup,
            loggingSteps: arguments.loggingSteps.count(of: total),
            evalSteps: arguments.evalSteps.count(of: total),
            saveSteps: arguments.saveSteps.count(of: total),
            parameterCount: task.model.parameters.layout.parameterCount,
            trainableParameterCount: task.model.parameters.trainable.layout.parameterCount,
            rankCount: group.size)
        let options = AdamW.Options(
            beta1: Float(arguments.adamBeta1), beta2: Float(arguments.adamBeta2),
            epsilon: Float(arguments.adamEpsilon), weightDecay: Float(arguments.weightDecay))
        let replica = try Replica(
            task.model, options, reduction: arguments.reductionOptions, group: group)
        (reducer, optimizer) = (replica.reducer, replica.optimizer)
        stepRows = StepRows(planner, task, rank: group.rank, shards: replica.reducer.shards)
        let schedule = LearningRateScheduler(
            kind: arguments.lrSchedulerType, peak: arguments.learningRate, warmupSteps: warmup,
            totalSteps: total, options: arguments.lrSchedulerOptions)
        step = TrainingStep(
            task: task, optimizer: optimizer, reducer: reducer, schedule: schedule, group: group,
            seed: arguments.seed, maximumNorm: arguments.maxGradNorm,
            recomputesActivations: arguments.gradientCheckpointing)
        checkpoints = RunCheckpoints(
            output: output, arguments: arguments, plan: plan, group: group, reducer: reducer)
    }

    private static func check(
        _ arguments: TrainingArguments, _ task: any TrainingTask
    ) throws(TrainingError) {
        guard !task.hasValidation else {
            let names = task.metrics.map(\.name)
            guard names.contains(where: { "eval_" + $0 == arguments.bestModelMetric }) else {
                throw .unknownMetric(arguments.metricForBestModel ?? "loss", known: names)
            }
            return
        }
        if arguments.evalStrategy != .never { throw .needsValidation("eval_strategy") }
        if arguments.loadBestModelAtEnd { throw .needsValidation("load_best_model_at_end") }
        if arguments.saveStrategy == .best { throw .needsValidation("save_strategy: best") }
        if arguments.earlyStoppingPatience != nil { throw .needsValidation("early_stopping_patience") }
        if arguments.lrSchedulerType == .reduceOnPlateau {
            throw .needsValidation("lr_scheduler_type: reduce_lr_on_plateau")
        }
    }

    /// Trains from `resumePoint`, or from the start, to the last step, and writes the final model.
    /// Collective.
    @discardableResult
    package func run(resumingFrom path: String? = nil) throws -> TrainingSummary {
        if let path {
            progress = try checkpoints.restore(path, model: model, optimizer: optimizer)
            RankStatus.savedStep = progress.step
        }
        progress.run = progress.run ?? Manifest.identity(ofRunBy: checkpoints.output.recipe)
        try ParameterBroadcast.run(model.parameters.values, through: group)
        model.parameters.refreshRoundedValues()
        try onEvent(.started(plan, firstStep: progress.step))
        if let refusal = reducer.sharedMemoryRefusal {
            try onEvent(
                .warning("gradients travel by messages inside this host, which is slower: \(refusal)"))
        }
        if group.rank == 0,
            let warning = try checkpoints.requireRoom(
                model: model, optimizer: optimizer, from: progress.step)
        {
            try onEvent(.warning(warning))
        }
        let start = ContinuousClock.now
        var wasStopped = false
        do {
            if progress.owesEvaluation { wasStopped = try payEvaluation() }
            deadline.start(at: .now)
            while progress.step < plan.totalSteps, !wasStopped, !isOutOfPatience {
                wasStopped = try advance()
            }
        } catch {
            // The checkpoint that is being written is a good one: the error ends the process.
            checkpoints.writer.settle()
            throw error
        }
        let summary = try finish(
            start: start,
            wasStopped: wasStopped && !isOutOfPatience
                && (progress.step < plan.totalSteps || progress.owesEvaluation))
        try onEvent(.finished(summary))
        return summary
    }

    /// Makes up for the evaluation that was cut short when the checkpoint was saved from which the run goes
    /// on.
    private func payEvaluation() throws -> Bool {
        progress.owesEvaluation = false
        let position = planner.position(step: progress.step - 1)
        return try evaluateAndSave(
            isEpochEnd: position.step + 1 == position.stepsOfEpoch, isStopping: false)
    }

    /// One step with what follows from it. Returns whether the run was asked to stop.
    private func advance() throws -> Bool {
        try tellSaved(isWaiting: false)
        try startTraceIfDue()
        let position = planner.position(step: progress.step)
        let isLast = progress.step + 1 >= plan.totalSteps
        RankStatus.enter(.reading)
        let waitedBefore = stepRows.waitedSeconds
        let batch = try stepRows.batch(
            at: position, next: isLast ? nil : planner.position(step: progress.step + 1))
        let rows = batch.rows
        let result = try step.run(
            step: progress.step, epoch: position.epoch, rows: rows, microBatches: batch.microBatches,
            rateScale: progress.plateau.scale,
            isStopRequested: isStopRequested)
        deadline.noteStep(at: .now)
        try watch(result, rows: rows)
        progress.step += 1
        progress.epoch = Double(position.epoch) + Double(position.step + 1) / Double(position.stepsOfEpoch)
        if result.notFinite == nil { addLoss(of: result) }
        try onEvent(
            .step(
                StepReport(
                    step: progress.step, totalSteps: plan.totalSteps, epoch: progress.epoch, result: result,
                    waitingForDataSeconds: stepRows.waitedSeconds - waitedBefore)))
        try record(result)
        try checkReplicas()
        try endTraceIfDue(isStopping: result.isStopRequested)
        let isEpochEnd = position.step + 1 == position.stepsOfEpoch
        return try evaluateAndSave(isEpochEnd: isEpochEnd, isStopping: result.isStopRequested)
    }

    private func addLoss(of result: StepResult) {
        progress.windowLoss += result.loss
        progress.windowSteps += 1
        progress.curve.addStep(loss: result.loss)
        progress.tokens += result.tokens
        totals = (
            totals.loss + result.loss, totals.steps + 1, totals.rows + result.rows,
            totals.tokens + result.tokens
        )
    }

    /// Ends the run at a step that is not finite, or counts it as left out while the recipe allows that; and
    /// says that a loss leaps. The result is the same on all ranks, and so is what follows.
    private func watch(_ result: StepResult, rows: [Int]) throws {
        if let notFinite = result.notFinite {
            guard progress.skippedUpdates < arguments.maxSkippedUpdates else {
                throw TrainingError.notFinite(notFinite, skipped: progress.skippedUpdates)
            }
            progress.skippedUpdates += 1
            progress.windowSkipped += 1
            try onEvent(
                .warning(
                    "\(notFinite.description); the step is left out, \(progress.skippedUpdates) of at most "
                        + "\(arguments.maxSkippedUpdates)"))
            return
        }
        guard let usual = progress.losses.add(result.loss) else { return }
        progress.windowSpikes += 1
        try onEvent(
            .warning(
                "the loss leaps to \(LossCurve.figure(result.loss)) at step \(progress.step + 1), from "
                    + "\(LossCurve.figure(usual.mean)) ± \(LossCurve.figure(usual.deviation)) before: rows "
                    + RowSource.list(rows.map(task.training.source(of:)))))
    }

    private func record(_ result: StepResult) throws {
        guard progress.step.isMultiple(of: plan.loggingSteps) || progress.step == plan.totalSteps else {
            return
        }
        let record = TrainingRecord(
            step: progress.step, epoch: progress.epoch,
            loss: progress.windowLoss / Double(progress.windowSteps),
            learningRate: result.learningRate, gradientNorm: result.gradientNorm,
            lossSpikes: progress.windowSpikes, skippedUpdates: progress.windowSkipped)
        (progress.windowLoss, progress.windowSteps) = (0, 0)
        (progress.windowSpikes, progress.windowSkipped) = (0, 0)
        progress.history.append(record.json)
        try onEvent(.record(record))
        memory.look()
        try recordCommunication()
    }

    /// Apart from the training record: the times differ between runs that are otherwise equal to the last
    /// bit.
    private func recordCommunication() throws {
        let counters = step.reductionCounters
        defer { recordedCounters = counters }
        let steps = Double(counters.steps - recordedCounters.steps)
        guard group.size > 1, steps > 0 else { return }
        let seconds = counters.communicationSeconds - recordedCounters.communicationSeconds
        let waited = counters.exposedSeconds - recordedCounters.exposedSeconds
        var computing = [Double](repeating: 0, count: group.size)
        computing[group.rank] = (step.computeSeconds - recordedComputeSeconds) / steps
        recordedComputeSeconds = step.computeSeconds
        try group.allReduceSum(&computing)
        guard let slowest = StragglerWatch.slowest(of: computing) else { return }
        let isNews = stragglers.isNews(slowest)
        try onEvent(
            .communicated(
                CommunicationRecord(
                    step: progress.step, epoch: progress.epoch, communicationSeconds: seconds / steps,
                    waitingSeconds: waited / steps, slowestRank: slowest.rank,
                    slowestSeconds: slowest.seconds, medianSeconds: slowest.medianSeconds,
                    computeSeconds: computing, straggler: stragglers.straggler)))
        guard isNews else { return }
        let hosts = try group.allGather(Array(group.hostName.utf8))
        let name = String(decoding: hosts[slowest.rank], as: UTF8.self)
        try onEvent(
            .warning(
                "rank \(slowest.rank) on \(name) is slow: it computes "
                    + "\(LossCurve.figure(slowest.seconds)) s a step, the median rank "
                    + "\(LossCurve.figure(slowest.medianSeconds)) s, and the others wait for it; look for "
                    + "other work on its cores, a throttled processor or fewer threads"))
    }

    private func checkReplicas() throws {
        let every = arguments.replicaCheckSteps
        guard every > 0, progress.step.isMultiple(of: every) || progress.step == plan.totalSteps else {
            return
        }
        try ReplicaCheck.run(
            layout: model.parameters.layout, arena: model.parameters.values, through: group)
    }

    /// What follows a step. Returns whether the run was asked to stop: in the step, or while it evaluated or
    /// saved.
    private func evaluateAndSave(isEpochEnd: Bool, isStopping: Bool) throws -> Bool {
        var isStopping = isStopping
        var isLast: Bool { progress.step == plan.totalSteps || isOutOfPatience }
        // As Trainer: the last step is evaluated and saved whatever the interval.
        func isDue(_ isSteps: Bool, every: Int, _ isEpoch: Bool) -> Bool {
            isSteps && (progress.step.isMultiple(of: every) || progress.step == plan.totalSteps)
                || isEpoch && (isEpochEnd || isLast)
        }
        var isBest = false
        if isDue(
            arguments.evalStrategy == .steps, every: plan.evalSteps, arguments.evalStrategy == .epoch)
        {
            do {
                // Asked to stop already, the run leaves the evaluation to the one that goes on.
                if isStopping { throw EvaluationInterrupted() }
                isBest = try evaluate()
            } catch is EvaluationInterrupted {
                (isStopping, progress.owesEvaluation) = (true, true)
            }
        }
        let isDueToSave = isDue(
            arguments.saveStrategy == .steps, every: plan.saveSteps, arguments.saveStrategy == .epoch)
        guard isDueToSave || arguments.saveStrategy == .best && isBest || isStopping else {
            return false
        }
        if isBest { progress.bestStep = progress.step }
        RankStatus.enter(.saving)
        let start = ContinuousClock.now
        try tellSaved(isWaiting: true)
        if group.rank == 0 {
            try onEvent(
                .hashed(step: progress.step, epoch: progress.epoch, weights: WeightHash.text(of: model)))
        }
        try checkpoints.save(
            model: model, optimizer: optimizer, progress: progress,
            position: planner.position(step: progress.step))
        deadline.note(saveSeconds: (ContinuousClock.now - start) / .seconds(1))
        try tellSaved(isWaiting: false)
        guard !isStopping else { return true }
        var isAsked: [Int64] = [isStopRequested() ? 1 : 0]
        try group.allReduceMaximum(&isAsked)
        return isAsked[0] > 0
    }

    /// Tells of a checkpoint that has been written since the last call, or throws what it failed by.
    private func tellSaved(isWaiting: Bool) throws {
        if let saved = try checkpoints.writer.takeFinished(isWaiting: isWaiting) {
            RankStatus.savedStep = saved.step
            try onEvent(.saved(path: saved.path, step: saved.step))
        }
    }

    /// Evaluates on the validation rows; returns whether the result is the best so far.
    private func evaluate() throws -> Bool {
        guard task.hasValidation else { return false }
        let start = ContinuousClock.now
        RankStatus.enter(.evaluating)
        let evaluation = try EvaluationInterruption.listening(to: isStopRequested) {
            try task.evaluate()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let isBest = updateBest(evaluation)
        watchPlateau(evaluation)
        let record = EvaluationRecord(
            step: progress.step, epoch: progress.epoch, evaluation: evaluation, seconds: seconds,
            isBest: isBest)
        progress.history.append(record.json)
        try onEvent(.evaluated(record))
        try watchOverfitting(evaluation, isBest: isBest)
        if isBest || !arguments.loadBestModelAtEnd { doubts = evaluation.warnings }
        return isBest
    }

    /// Loads the best model if asked to, writes the final model and sums up.
    private func finish(start: ContinuousClock.Instant, wasStopped: Bool) throws -> TrainingSummary {
        try tellSaved(isWaiting: true)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let best = progress.bestStep.map { checkpoints.path(step: $0) }
        if !wasStopped {
            RankStatus.enter(.finishing)
            if arguments.loadBestModelAtEnd, let best {
                try checkpoints.loadWeights(best, into: model)
            }
            try checkpoints.writeFinal(
                model: model, progress: progress, position: planner.position(step: progress.step))
            for doubt in doubts { try onEvent(.warning(doubt)) }
        }
        return TrainingSummary(
            step: progress.step, epoch: progress.epoch,
            loss: totals.steps == 0 ? 0 : totals.loss / Double(totals.steps), seconds: seconds,
            rows: totals.rows,
            tokens: totals.tokens, exposedCommunicationSeconds: step.reductionCounters.exposedSeconds,
            bestCheckpoint: best, bestMetric: progress.bestMetric, wasStopped: wasStopped,
            earlyStop: earlyStop, overfitting: overfittingWarning(keptStep: progress.bestStep),
            overfittingSinceEpoch: progress.curve.overfitting?.best.epoch)
    }
}
