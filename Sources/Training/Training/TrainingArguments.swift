// What a run is asked to do, as plain values: model, data, and everything the training loop needs.
// Names and defaults are those of Hugging Face's TrainingArguments and example scripts unless a comment
// says otherwise.

public import DataParallel
public import Datasets
internal import Images
public import Models
public import Optimizers

/// Which model is trained for what, and where the result goes.
public struct ModelArguments: Sendable, Equatable {
    /// What the model learns.
    public enum Task: String, Sendable, CaseIterable {
        case textClassification = "text-classification"
        case imageClassification = "image-classification"
        case imageCaptioning = "image-captioning"
        case maskedLM = "masked-lm"
        case causalLM = "causal-lm"
        case chat
        case extractiveSummarization = "extractive-summarization"
        case summarization

        /// Whether rows name images.
        public var readsImages: Bool { self == .imageClassification || self == .imageCaptioning }
    }

    public var task = Task.textClassification
    /// Hugging Face model directory: config.json, tokenizer files, safetensors.
    public var modelNameOrPath = ""
    /// Directories of two pretrained models that are joined to an encoder–decoder instead.
    public var encoderModelNameOrPath: String?
    public var decoderModelNameOrPath: String?
    /// Inter-sentence layers of a new extractive summarizer; nil for the paper's two, or those of the model.
    public var extractiveLayers: Int?
    /// What stands for a sentence in a new extractive summarizer; nil: what the model was trained with, or its [CLS].
    public var sentencePooling: SentencePooling?
    /// Directory whose config.json describes a model that starts from random weights, with its tokenizer's or image
    /// processor's files; for runs without `modelNameOrPath`.
    public var configName: String?
    /// Directory that receives model, checkpoints, logs and the effective configuration.
    public var outputDir = ""

    public init() {}

    /// Whether an encoder or a decoder is given.
    public var namesPart: Bool { encoderModelNameOrPath != nil || decoderModelNameOrPath != nil }

    /// Whether all weights are random at the start.
    public var startsUntrained: Bool { modelNameOrPath.isEmpty && pair == nil && configName != nil }
    /// The directory of config.json and of the tokenizer's and image processor's files, of a model that has one.
    public var directory: String { modelNameOrPath.isEmpty ? configName ?? "" : modelNameOrPath }
    /// The directories that a run reads models from.
    public var directories: [String] { pair.map { [$0.encoder, $0.decoder] } ?? [directory] }

    /// The directories of encoder and decoder, unless one model has both.
    public var pair: (encoder: String, decoder: String)? {
        guard modelNameOrPath.isEmpty, let encoderModelNameOrPath, let decoderModelNameOrPath else {
            return nil
        }
        return (encoderModelNameOrPath, decoderModelNameOrPath)
    }
}

/// Which rows are read, and what becomes of their columns.
public struct DataArguments: Sendable, Equatable {
    /// How labels become a loss; the raw values are those of `problem_type` in config.json.
    public typealias ProblemType = Datasets.ProblemType

    /// Training files, read in this order. Relative paths count from the current directory.
    public var trainFiles: [String] = []
    /// Validation files, read in this order.
    public var validationFiles: [String] = []
    /// The rows of `trainFiles` to learn from; nil takes all. Set by cross-validation, by no key.
    public var trainSelection: RowSelection?
    /// The rows of `validationFiles` to evaluate on; nil takes all. Set by cross-validation, by no key.
    public var validationSelection: RowSelection?
    public var textColumn = "text"
    /// Column of the second text of a pair; nil for single texts.
    public var textPairColumn: String?
    public var labelColumn = "label"
    /// Column of a conversation: a list of messages with `role` and `content`.
    public var messagesColumn = "messages"
    /// Columns of rows that are a prompt with its answer instead.
    public var promptColumn = "prompt"
    public var completionColumn = "completion"
    /// Column of an image's path, relative to the folder of the row's file.
    public var imageColumn = "image"
    /// Column of an image's caption.
    public var captionColumn = "caption"
    /// Chances that a training image is mirrored, 0...1.
    public var randomHorizontalFlip = 0.0
    public var randomVerticalFlip = 0.0
    /// Smallest share of a training image's area that a random crop keeps, 0<...1; nil crops nothing at random.
    public var randomResizedCrop: Double?
    /// Takes images of another size than the model's and interpolates its position embeddings.
    public var interpolatePosEncoding = false
    /// Makes each row an example of its own instead of cutting the joined texts into blocks.
    public var lineByLine = false
    /// Share of tokens that masked language modelling hides.
    public var mlmProbability = 0.15
    /// Longest sequence in tokens, special tokens included; longer ones are truncated. 128 as in HF's
    /// run_glue.
    public var maxSeqLength = 128
    /// nil: decided from the labels, as HF does.
    public var problemType: ProblemType?
    /// Columns of a text, or list of sentences, and its summary.
    public var documentColumn = "document"
    public var summaryColumn = "summary"
    /// Most tokens that an encoder–decoder reads of a document, special tokens included; nil: HF's 1024, or what the
    /// model has positions for.
    public var maxSourceLength: Int?
    /// Most tokens of a target, its end included. 128 as in HF's run_summarization.
    public var maxTargetLength = 128
    /// Most sentences of an extractive summary; nil: what the model was trained for, or 3.
    public var summarySentences: Int?
    /// Whether an extractive summary may have no sequence of three words twice; nil: what the model was trained for, or
    /// true.
    public var trigramBlocking: Bool?

    public init() {}
}

extension DataArguments {
    /// Random changes of training images. The ratios of a crop are torchvision's.
    var augmentation: ImageAugmentation {
        ImageAugmentation(
            horizontalFlipProbability: randomHorizontalFlip, verticalFlipProbability: randomVerticalFlip,
            randomCrop: randomResizedCrop.map { .init(scale: $0...1) })
    }
}

/// Everything the training loop needs to know.
public struct TrainingArguments: Sendable, Equatable {
    /// Shape of the learning rate after warm-up.
    public typealias LearningRateSchedule = Optimizers.LearningRateSchedule.Kind

    /// When the validation files are evaluated.
    public enum EvaluationStrategy: String, Sendable, CaseIterable {
        case never = "no"
        case steps, epoch
    }

    /// When a checkpoint is written; `best` writes one after each evaluation that improves the best metric.
    public enum SaveStrategy: String, Sendable, CaseIterable {
        case never = "no"
        case steps, epoch, best
    }

    /// The order of the training rows within an epoch.
    public typealias SamplingStrategy = ShardedSampler.Strategy

    /// The format in which gradients travel between hosts.
    public typealias CommunicationType = DataParallel.WireType

    // MARK: Batches

    /// Rows a rank takes for one micro-batch.
    public var perDeviceTrainBatchSize = 8
    /// Rows a rank takes for one evaluation batch.
    public var perDeviceEvalBatchSize = 8
    /// Tokens a rank takes at most for one micro-batch; when set, it replaces `perDeviceTrainBatchSize`.
    public var maxTokensPerDevice: Int?
    /// Micro-batches summed for one optimiser step.
    public var gradientAccumulationSteps = 1
    public var trainSamplingStrategy = SamplingStrategy.random
    /// Leaves out the last rows of an epoch that do not fill a global batch.
    public var dataloaderDropLast = false

    // MARK: Optimiser

    /// Peak learning rate, reached at the end of warm-up.
    public var learningRate = 5e-5
    /// Decay of weights; biases and norm weights are exempt.
    public var weightDecay = 0.0
    public var adamBeta1 = 0.9
    public var adamBeta2 = 0.999
    public var adamEpsilon = 1e-8
    /// Share of each target's probability that is spread over the vocabulary, in language models; evaluations do
    /// without.
    public var labelSmoothingFactor = 0.0
    /// Global gradient norm above which gradients are scaled down; 0 means no clipping.
    public var maxGradNorm = 1.0
    public var lrSchedulerType = LearningRateSchedule.linear
    /// Share of all steps spent on warm-up, 0...1.
    public var warmupRatio = 0.0
    /// Steps of warm-up; above 0 it beats `warmupRatio`.
    public var warmupSteps = 0

    // MARK: Length and randomness

    /// Passes over the training rows; may be a fraction.
    public var numTrainEpochs = 3.0
    /// Optimiser steps in all; above 0 it beats `numTrainEpochs`, -1 means not set.
    public var maxSteps = -1
    public var seed: UInt64 = 42

    /// Which parameters are trained.
    public var adaptation = AdaptationArguments()

    /// How texts are generated.
    public var generation = GenerationArguments()

    // MARK: Model overrides

    /// Multiplies in bfloat16; weights and moments stay fp32.
    public var bf16 = false
    /// Computes the activations of blocks again in the backward pass instead of keeping them.
    public var gradientCheckpointing = false
    /// Replaces the same value of config.json when set, 0..<1.
    public var hiddenDropoutProb: Double?
    /// Replaces the same value of config.json when set, 0..<1.
    public var attentionProbsDropoutProb: Double?
    /// Replaces the same value of config.json when set, 0..<1.
    public var classifierDropout: Double?

    // MARK: Logging, evaluation, checkpoints

    /// Steps between two log records. HF's 500 would leave most fine-tuning runs without a single record.
    public var loggingSteps = 10
    public var evalStrategy = EvaluationStrategy.never
    /// Steps between evaluations with `steps`. HF falls back to `loggingSteps`, by default 500: the value
    /// here.
    public var evalSteps = 500
    public var saveStrategy = SaveStrategy.steps
    /// Steps between checkpoints with `steps`.
    public var saveSteps = 500
    /// Checkpoints kept, the best one always among them; nil keeps all.
    public var saveTotalLimit: Int?
    public var loadBestModelAtEnd = false
    /// Name of an evaluation metric, with or without `eval_`; nil means the loss.
    public var metricForBestModel: String?
    /// nil: false if the metric's name ends in `loss` or `perplexity`, else true.
    public var greaterIsBetter: Bool?
    /// Evaluations in a row without improvement after which the run ends; nil never ends it.
    public var earlyStoppingPatience: Int?
    /// How much the metric must change to count as an improvement for `earlyStoppingPatience`.
    public var earlyStoppingThreshold = 0.0
    public var resumeFromCheckpoint = ResumePoint.none
    /// Lets a run start afresh in an output directory that holds another run.
    public var overwriteOutputDir = false

    // MARK: Ranks

    /// Steps between two comparisons of the parameters of all ranks; 0 means never.
    public var replicaCheckSteps = 100
    /// Size of a gradient bucket, in MiB. 25 as in PyTorch.
    public var ddpBucketCapMB = 25
    /// Format in which gradients travel between hosts.
    public var ddpCommDtype = CommunicationType.float32
    /// 1: each rank keeps the optimiser's state, and updates the weights, of its shard alone. 0: of all
    /// weights. nil: 1 when all ranks share the memory of one host. The bits of a run do not depend on it.
    public var zeroStage: Int?
    /// Seconds a collective may take before the job is aborted.
    public var ddpTimeoutSeconds = 1800
    /// Threads of a rank; 0 means as many as the cores it is bound to.
    public var threadsPerRank = 0

    public init() {}
}

extension TrainingArguments {
    /// Where training goes on: from the start, the newest checkpoint of the output directory, or a given
    /// one.
    public enum ResumePoint: Sendable, Equatable {
        case none
        /// The newest whole checkpoint of the output directory, or the start if there is none.
        case auto
        /// A checkpoint directory.
        case path(String)
    }

    /// Metric that chooses the best checkpoint, with the `eval_` prefix that the log uses.
    public var bestModelMetric: String {
        let name = metricForBestModel ?? "loss"
        return name.hasPrefix("eval_") ? name : "eval_" + name
    }

    /// Whether a greater `bestModelMetric` is a better one.
    public var isGreaterBetter: Bool {
        greaterIsBetter ?? !["loss", "perplexity"].contains { bestModelMetric.hasSuffix($0) }
    }

    /// Warm-up steps of a run of `totalSteps`, as HF's `get_warmup_steps`.
    public func warmupStepCount(totalSteps: Int) -> Int {
        warmupSteps > 0 ? warmupSteps : Int((Double(totalSteps) * warmupRatio).rounded(.up))
    }
}

extension TrainingArguments {
    /// How gradients are summed over the ranks.
    var reductionOptions: ReductionOptions {
        ReductionOptions(
            bucketMebibytes: Double(ddpBucketCapMB), wire: ddpCommDtype, isSharded: zeroStage.map { $0 == 1 })
    }

    /// Keys of config.json that the recipe replaces.
    public var configurationOverrides: [String: JSONValue] {
        let pairs: [(String, Double?)] = [
            ("hidden_dropout_prob", hiddenDropoutProb),
            ("attention_probs_dropout_prob", attentionProbsDropoutProb),
            ("classifier_dropout", classifierDropout),
        ]
        return Dictionary(
            uniqueKeysWithValues: pairs.compactMap { key, value in value.map { (key, .number($0)) } })
    }
}
