// Which rows a run reads, and what becomes of their columns. Names and defaults are those of Hugging Face's
// example scripts unless a comment says otherwise.

package import Datasets
package import Files
package import Images
package import Models

/// Which rows are read, and what becomes of their columns.
package struct DataArguments: Sendable, Equatable {
    /// Training files, read in this order. Relative paths count from the current directory.
    package var trainFiles: [String] = []
    /// Validation files, read in this order.
    package var validationFiles: [String] = []
    /// The rows of `trainFiles` to learn from; nil takes all. Set when a run has looked at its rows, by no
    /// key.
    package var trainSelection: RowSelection?
    /// All rows of `trainFiles` that can be used, those that are held out too; they say which labels there
    /// are. Set likewise.
    package var usableTrainSelection: RowSelection?
    /// The rows of `validationFiles` to evaluate on; nil takes all. Set likewise.
    package var validationSelection: RowSelection?
    /// Rows that were read already and stand for those of the files; nil reads the files. Set likewise.
    package var knownRows: KnownRows?
    /// The folder of the caches of tokenised rows; nil holds all rows in the memory of each rank.
    package var cacheDir: String?
    /// Reads the source files and all of their caches again, whatever is remembered of them.
    package var verifyCache = false
    /// What becomes of rows with an empty text or label.
    package var onEmptyRow = EmptyRowRule.skip
    /// Most rows that are learnt from, evaluated on and predicted, the first ones; nil takes all.
    package var maxTrainSamples: Int?
    package var maxEvalSamples: Int?
    package var maxPredictSamples: Int?
    /// Share of the training rows to evaluate on where there are no validation files.
    package var validationSplit: Double?
    /// Column of the group of a row; nil where rows belong to none.
    package var groupColumn: String?
    /// The character between the fields of CSV and TSV files, and their encoding; nil finds them.
    package var csvSeparator: UInt8?
    package var csvEncoding: TextEncoding?
    package var textColumn = "text"
    /// Column of the second text of a pair; nil for single texts.
    package var textPairColumn: String?
    package var labelColumn = "label"
    /// Of two labels the one whose precision, recall and F1 are told; nil for the second.
    package var positiveLabel: String?
    /// Labels all tokens of a word, not its first alone.
    package var labelAllTokens = false
    /// Column of a conversation: a list of messages with `role` and `content`.
    package var messagesColumn = "messages"
    /// Columns of rows that are a prompt with its answer instead.
    package var promptColumn = "prompt"
    package var completionColumn = "completion"
    /// Column of an image's path, relative to the folder of the row's file.
    package var imageColumn = "image"
    /// Column of an image's caption.
    package var captionColumn = "caption"
    /// Chances that a training image is mirrored, 0...1.
    package var randomHorizontalFlip = 0.0
    package var randomVerticalFlip = 0.0
    /// Smallest share of a training image's area that a random crop keeps, 0<...1; nil crops nothing at
    /// random.
    package var randomResizedCrop: Double?
    /// Takes images of another size than the model's and interpolates its position embeddings.
    package var interpolatePosEncoding = false
    /// Makes each row an example of its own instead of cutting the joined texts into blocks.
    package var lineByLine = false
    /// Share of tokens that masked language modelling hides.
    package var mlmProbability = 0.15
    /// Longest sequence in tokens, special tokens included; longer ones are truncated. nil: 128 as in HF's
    /// run_glue, and for conversations what the model has positions for, up to 2,048.
    package var maxSeqLength: Int?
    /// What becomes of a conversation or prompt that is longer.
    package var onLongRow = LongRowRule.truncate
    /// Variables of the chat template, such as `enable_thinking`; those of a row win.
    package var chatTemplateArguments: [TemplateArgument] = []
    /// nil: decided from the labels, as HF does.
    package var problemType: ProblemType?
    /// Columns of a text, or list of sentences, and its summary.
    package var documentColumn = "document"
    package var summaryColumn = "summary"
    /// What is read before each document, such as T5's "summarize: "; nil: nothing.
    package var sourcePrefix: String?
    /// What asks a causal language model for a summary, with `{document}` where the document stands; nil: the
    /// words of `PromptedDocuments`.
    package var summaryPrompt: String?
    /// Most tokens that are read of a document, special tokens and those of a prompt included; nil: HF's
    /// 1024, or what the model has positions for.
    package var maxSourceLength: Int?
    /// What becomes of documents that are longer.
    package var longDocuments = LongDocumentRule.cut
    /// Sentences that a window of such a document repeats of the one before.
    package var windowOverlap = 0
    /// Most tokens of a target, its end included. 128 as in HF's run_summarization.
    package var maxTargetLength = 128
    /// Most sentences of an extractive summary; nil: what the model was trained for, or 3.
    package var summarySentences: Int?
    /// Whether an extractive summary may have no sequence of three words twice; nil: what the model was
    /// trained for, or true.
    package var trigramBlocking: Bool?

    package init() {}
}

/// What becomes of a row with nothing in a column that it needs.
package enum EmptyRowRule: String, Sendable, CaseIterable {
    /// It is left out and counted.
    case skip
    /// The run is refused with all such rows.
    case error
}

/// What becomes of a row that is longer than the limit.
package enum LongRowRule: String, Sendable, CaseIterable {
    /// The run stops and names it.
    case error
    /// Its end is cut; a row of which nothing to learn is left, or no room for an answer, is left out.
    case truncate
    /// It is left out.
    case skip
}

/// How a document is read that is longer than a writer reads at once.
package enum LongDocumentRule: String, Sendable, CaseIterable {
    /// Its end is not read.
    case cut
    /// It is read in windows, whose summaries are joined.
    case windows
}

/// A variable of a chat template as a recipe writes it.
package struct TemplateArgument: Sendable, Equatable {
    package var name: String
    /// `true`, `false`, `null`, a number, or else a text.
    package var value: String

    package init(name: String, value: String) { (self.name, self.value) = (name, value) }
}

extension DataArguments {
    /// The longest sequence of tasks whose limit does not depend on the model.
    package var sequenceLength: Int { maxSeqLength ?? 128 }

    /// Random changes of training images. The ratios of a crop are torchvision's.
    package var augmentation: ImageAugmentation {
        ImageAugmentation(
            horizontalFlipProbability: randomHorizontalFlip, verticalFlipProbability: randomVerticalFlip,
            randomCrop: randomResizedCrop.map { .init(scale: $0...1) })
    }
}
