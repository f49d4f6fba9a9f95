// What a run does with its model: batches, optimiser, schedule, evaluation, checkpoints and ranks. Names and
// defaults are those of Hugging Face's TrainingArguments unless a comment says otherwise.

package import DataParallel
package import Datasets
package import JSON
internal import Models
package import Optimizers

/// Everything the training loop needs to know.
package struct TrainingArguments: Sendable, Equatable {
    /// Shape of the learning rate after warm-up.
    package typealias SchedulerType = Optimizers.LearningRateScheduler.Kind

    /// When the validation files are evaluated.
    package enum EvaluationStrategy: String, Sendable, CaseIterable {
        case never = "no"
        case steps, epoch
    }

    /// When a checkpoint is written; `best` writes one after each evaluation that improves the best metric.
    package enum SaveStrategy: String, Sendable, CaseIterable {
        case never = "no"
        case steps, epoch, best
    }

    /// The order of the training rows within an epoch.
    package typealias SamplingStrategy = DistributedSampler.Strategy

    /// The format in which gradients travel between hosts.
    package typealias CommunicationType = DataParallel.WireType

    // MARK: Batches

    /// Rows a rank takes for one micro-batch.
    package var perDeviceTrainBatchSize = 8
    /// Rows a rank takes for one evaluation batch.
    package var perDeviceEvalBatchSize = 8
    /// Tokens a rank takes at most for one micro-batch; when set, it replaces `perDeviceTrainBatchSize`.
    package var maxTokensPerDevice: Int?
    /// Micro-batches summed for one optimiser step.
    package var gradientAccumulationSteps = 1
    package var trainSamplingStrategy = SamplingStrategy.random
    /// Leaves out the last rows of an epoch that do not fill a global batch.
    package var dataloaderDropLast = false

    // MARK: Optimiser

    /// Peak learning rate, reached at the end of warm-up.
    package var learningRate = 5e-5
    /// Decay of weights; biases and norm weights are exempt.
    package var weightDecay = 0.0
    package var adamBeta1 = 0.9
    package var adamBeta2 = 0.999
    package var adamEpsilon = 1e-8
    /// Share of each target's probability that is spread over all labels, or over the vocabulary in language
    /// models, whose evaluations do without.
    package var labelSmoothingFactor = 0.0
    /// How much each label counts in the loss; nil: all alike.
    package var classWeights: ClassWeights?
    /// γ of the focal loss of classifiers; 0 is cross-entropy.
    package var focalLossGamma = 0.0
    /// Global gradient norm above which gradients are scaled down; 0 means no clipping.
    package var maxGradNorm = 1.0
    /// Steps with a loss or gradient that is not finite that a run may leave out before it ends.
    package var maxSkippedUpdates = 0
    package var lrSchedulerType = SchedulerType.linear
    /// What shapes the schedule beside its kind.
    package var lrSchedulerOptions = ScheduleOptions()
    /// Share of all steps spent on warm-up, 0...1.
    package var warmupRatio = 0.0
    /// Steps of warm-up, or their share of all steps; above 0 it beats `warmupRatio`.
    package var warmupSteps = StepCount.steps(0)

    // MARK: Length and randomness

    /// Passes over the training rows; may be a fraction.
    package var numTrainEpochs = 3.0
    /// Optimiser steps in all; above 0 it beats `numTrainEpochs`, -1 means not set.
    package var maxSteps = -1
    package var seed: UInt64 = 42

    /// Which parameters are trained.
    package var adaptation = AdaptationArguments()

    /// How texts are generated.
    package var generation = GenerationArguments()

    // MARK: Model overrides

    /// Multiplies in bfloat16; weights and moments stay fp32.
    package var bf16 = false
    /// Computes the activations of blocks again in the backward pass instead of keeping them.
    package var gradientCheckpointing = false
    /// Replaces the same value of config.json when set, 0..<1.
    package var hiddenDropoutProb: Double?
    /// Replaces the same value of config.json when set, 0..<1.
    package var attentionProbsDropoutProb: Double?
    /// Replaces the same value of config.json when set, 0..<1.
    package var classifierDropout: Double?

    // MARK: Logging, evaluation, checkpoints

    /// Steps between two log records. HF's 500 would leave most fine-tuning runs without a single record.
    package var loggingSteps = StepCount.steps(10)
    /// The programs that the figures of the run are written for, besides metrics.jsonl.
    package var reportTo: [ReportTarget] = []
    /// The port on which rank 0 shows the run's metrics to Prometheus; nil shows none unless `reportTo` does.
    package var metricsPort: Int?
    /// The address of this machine that the port belongs to.
    package var metricsHost = "127.0.0.1"
    /// Whether statistics of the data are left beside a trained text classifier, for `monitor`.
    package var monitoringStatistics = true
    /// The steps, from 1, of which a trace over all ranks is written; nil writes none.
    package var profileSteps: ClosedRange<Int>?
    package var evalStrategy = EvaluationStrategy.never
    /// Steps between evaluations with `steps`. HF falls back to `loggingSteps`, by default 500: the value
    /// here.
    package var evalSteps = StepCount.steps(500)
    package var saveStrategy = SaveStrategy.steps
    /// Steps between checkpoints with `steps`.
    package var saveSteps = StepCount.steps(500)
    /// Checkpoints kept, the best one always among them; nil keeps all.
    package var saveTotalLimit: Int?
    package var loadBestModelAtEnd = false
    /// Name of an evaluation metric, with or without `eval_`; nil means the loss.
    package var metricForBestModel: String?
    /// nil: false if the metric's name ends in `loss` or `perplexity`, else true.
    package var greaterIsBetter: Bool?
    /// Evaluations in a row without improvement after which the run ends; nil never ends it.
    package var earlyStoppingPatience: Int?
    /// How much the metric must change to count as an improvement for `earlyStoppingPatience`.
    package var earlyStoppingThreshold = 0.0
    package var resumeFromCheckpoint = ResumePoint.none
    /// Lets a run start afresh in an output directory that holds another run.
    package var overwriteOutputDir = false

    /// Seconds of training after which the run saves and leaves, to go on another time; nil never does.
    package var maxTrainSeconds: Double?

    // MARK: Ranks

    /// Steps between two comparisons of the parameters of all ranks; 0 means never.
    package var replicaCheckSteps = 100
    /// Size of a gradient bucket, in MiB. 25 as in PyTorch.
    package var ddpBucketCapMB = 25
    /// Format in which gradients travel between hosts.
    package var ddpCommDtype = CommunicationType.float32
    /// 1: each rank keeps the optimiser's state, and updates the weights, of its shard alone. 0: of all
    /// weights. nil: 1 when all ranks share the memory of one host. The bits of a run do not depend on it.
    package var zeroStage: Int?
    /// Whether a run has the same bits on any number of ranks and threads.
    package var reproducible = false
    /// Shards that a global batch is cut into then: each takes what a rank takes otherwise.
    package var reproducibleShards = 8
    /// Seconds a collective may take before the job is aborted.
    package var ddpTimeoutSeconds = 1800
    /// Threads of a rank; 0 means as many as the cores it is bound to.
    package var threadsPerRank = 0

    package init() {}
}

extension TrainingArguments {
    /// Where training goes on: from the start, the newest checkpoint of the output directory, or a given
    /// one.
    package enum ResumePoint: Sendable, Equatable {
        case none
        /// The newest whole checkpoint of the output directory, or the start if there is none.
        case auto
        /// A checkpoint directory.
        case path(String)
    }

    /// Metric that chooses the best checkpoint, with the `eval_` prefix that the log uses.
    package var bestModelMetric: String {
        let name = metricForBestModel ?? "loss"
        return name.hasPrefix("eval_") ? name : "eval_" + name
    }

    /// Whether a greater `bestModelMetric` is a better one.
    package var isGreaterBetter: Bool {
        greaterIsBetter ?? !["loss", "perplexity"].contains { bestModelMetric.hasSuffix($0) }
    }

    /// Warm-up steps of a run of `totalSteps`, as HF's `get_warmup_steps`.
    package func warmupStepCount(totalSteps: Int) -> Int {
        let given = warmupSteps.count(of: totalSteps)
        return given > 0 ? given : StepCount.share(warmupRatio).count(of: totalSteps)
    }
}

/// A number of steps, or a share of all steps of a run: Hugging Face takes a number below 1 for a share.
package enum StepCount: Sendable, Equatable {
    case steps(Int)
    /// 0...1
    case share(Double)

    /// In a run of `total` steps; a share is rounded up.
    package func count(of total: Int) -> Int {
        switch self {
        case .steps(let count): count
        case .share(let share): Int((Double(total) * share).rounded(.up))
        }
    }
}

extension TrainingArguments {
    /// How gradients are summed over the ranks.
    package var reductionOptions: ReductionOptions {
        ReductionOptions(
            bucketMebibytes: Double(ddpBucketCapMB), wire: ddpCommDtype, isSharded: zeroStage.map { $0 == 1 },
            shardCount: shardCount)
    }

    /// Whether gradients are rounded where they travel between hosts.
    package var roundsMessages: Bool { ddpCommDtype != .float32 }

    /// Whether the learning rate follows from evaluations.
    package var followsEvaluations: Bool { lrSchedulerType == .reduceOnPlateau }

    /// Micro-batches of a step whose gradients are computed and added as if each were alone; nil: a rank's.
    package var shardCount: Int? { reproducible ? reproducibleShards * gradientAccumulationSteps : nil }

    /// Keys of config.json that the recipe replaces.
    package var configurationOverrides: JSONObject {
        let pairs: [(String, Double?)] = [
            ("hidden_dropout_prob", hiddenDropoutProb),
            ("attention_probs_dropout_prob", attentionProbsDropoutProb),
            ("classifier_dropout", classifierDropout),
        ]
        return JSONObject(pairs.compactMap { key, value in value.map { (key, .shortest($0)) } })
    }
}
