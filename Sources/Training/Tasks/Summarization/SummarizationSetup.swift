// The models and readers of both kinds of summarization, for training, evaluation and prediction.

internal import Arguments
package import Checkpoints
internal import DataParallel
package import Datasets
package import Evaluation
internal import Files
internal import Foundation
package import Generation
package import Models
internal import Tokenizers
internal import Training

/// An extractive summarizer on every rank with the reader of its documents.
struct ExtractiveSetup {
    let model: ExtractiveSummarizer
    let reader: ExtractiveReader
    /// Rank 0's report of what was read.
    let report: LoadReport?

    /// Loads on rank 0 and broadcasts. `isTraining` lets layers over the sentences be new. Collective.
    init(
        _ configuration: RunArguments, isTraining: Bool = false, group: any ProcessGroup
    ) throws {
        let directory = configuration.model.modelNameOrPath
        (model, report) = try ModelBroadcast.extractive(configuration, isTraining: isTraining, through: group)
        reader = try ExtractiveReader(
            model: model, tokenizer: TokenizerLoader.load(directory: directory),
            arguments: configuration.data, directory: directory)
    }

    /// The windows of `source`'s documents to learn from, checked against the model. Collective.
    func trainingRows(_ source: RowReader, _ run: RunArguments, group: any ProcessGroup) throws
        -> ExtractiveRows
    {
        let rows = try reader.windows(source, from: ExampleSource(run, group: group))
        try rows.windows.validate(for: model)
        return rows
    }

    /// The documents of `source`, checked against the model. Collective with a cache.
    func documents(_ source: RowReader, _ run: RunArguments, group: any ProcessGroup) throws
        -> TokenizedDataset
    {
        let documents = try reader.documents(source, from: ExampleSource(run, group: group))
        try documents.validate(for: model) { ExtractiveDocument($0).windowExamples }
        return documents
    }
}

/// An encoder–decoder for texts on every rank with the reader of its rows.
package struct SummarizationSetup: SequenceToSequenceSetup {
    package let model: any SequenceToSequenceModel
    package let reader: SummarizationReader
    /// How texts are written.
    package let options: GenerationOptions
    /// Rank 0's reports of what was read.
    package let reports: [LoadReport]
    /// Directory of the encoder's tokenizer.
    package let tokenizerSource: String
    /// The decoder's tokenizer, if it is another.
    package let companions: [CompanionFiles]
    private let examples: ExampleSource
    private let longDocuments: LongDocuments

    /// Loads on rank 0 and broadcasts. Collective.
    init(_ configuration: RunArguments, group: any ProcessGroup) throws {
        let directory = configuration.model.directory
        let decoderDirectory: String
        if let pair = configuration.model.pair {
            (tokenizerSource, decoderDirectory) = pair
        } else {
            let folder = directory + "/" + CompanionFiles.decoderFolder
            tokenizerSource = directory
            decoderDirectory = FileSystem.exists(folder) ? folder : directory
        }
        let isShared =
            tokenizerSource == decoderDirectory
            ? true : try CompanionFiles.isSameTokenizer(tokenizerSource, decoderDirectory)
        companions =
            isShared
            ? []
            : [CompanionFiles(directory: decoderDirectory, folder: CompanionFiles.decoderFolder)]
        let tokenizer = try TokenizerLoader.load(directory: tokenizerSource)
        let decoderTokenizer = try TokenizerLoader.load(directory: decoderDirectory)
        (model, reports) = try ModelBroadcast.sequenceToSequence(
            configuration, decoderTokenizer: decoderTokenizer, through: group)
        guard (model as? EncoderDecoder)?.imageConfiguration == nil else {
            throw TrainingError(
                "\(directory): the model's encoder reads images, and summarization needs one that reads texts; choose a "
                    + "model of type encoder-decoder, or set task: image-captioning")
        }
        longDocuments = try LongDocuments(configuration, group: group)
        reader = try SummarizationReader(
            model: model, tokenizer: tokenizer, decoderTokenizer: decoderTokenizer,
            arguments: configuration.data, directory: decoderDirectory, sourceDirectory: tokenizerSource,
            choice: longDocuments.choice)
        examples = try ExampleSource(configuration, group: group)
        options = try Self.options(configuration)
    }

    /// How texts are written: as the recipe says, else as the model's directory does, else up to
    /// `max_target_length`.
    static func options(_ configuration: RunArguments) throws -> GenerationOptions {
        let (arguments, seed) = (configuration.training.generation, configuration.training.seed)
        guard configuration.model.pair == nil else {
            var defaults = GenerationOptions()
            defaults.maximumNewTokens = configuration.data.maxTargetLength
            return arguments.options(defaults: defaults, seed: seed)
        }
        let file = try GenerationConfigurationFile(directory: configuration.model.directory)
        let longest = configuration.data.maxTargetLength
        var options = try file.options(arguments, seed: seed, defaultNewTokens: longest)
        // The length that a run was told beats the one that the run before wrote down.
        if arguments.maxNewTokens == nil, options.maximumLength == nil,
            longest != DataArguments().maxTargetLength
        {
            options.maximumNewTokens = longest
        }
        return options
    }

    package var sourceLimit: (key: String, tokens: Int) { ("max_source_length", reader.maximumSourceLength) }

    package func answering(_ predictor: any Predictor) -> TaskPredictor {
        longDocuments.answering(predictor, reader)
    }

    package func remarks(_ rows: any SequenceToSequenceRows) -> [String] {
        longDocuments.remarks(rows.examples, sourceLimit)
    }

    package func rows(_ source: RowReader) throws -> any SequenceToSequenceRows {
        try reader.rows(source, from: examples)
    }
}
