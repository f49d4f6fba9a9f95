// The model and the reader of rows of image captioning, for training, evaluation and prediction.

internal import Arguments
package import Checkpoints
internal import DataParallel
package import Datasets
package import Generation
package import Models
internal import Tokenizers
internal import Training

/// An encoder–decoder that reads images, on every rank, with what its task needs.
package struct CaptioningSetup: SequenceToSequenceSetup {
    package let model: any SequenceToSequenceModel
    package let reader: CaptionReader
    /// How captions are written.
    package let options: GenerationOptions
    /// Rank 0's reports of what was read.
    package let reports: [LoadReport]
    /// Directory of the tokenizer.
    package let tokenizerSource: String
    /// The encoder's image processor, if it lies elsewhere.
    package let companions: [CompanionFiles]
    private let group: any ProcessGroup
    private let examples: ExampleSource

    /// Loads on rank 0 and broadcasts. Collective.
    init(_ configuration: RunArguments, group: any ProcessGroup) throws {
        self.group = group
        examples = try ExampleSource(configuration, group: group)
        let pair = configuration.model.pair
        let directory = pair?.decoder ?? configuration.model.directory
        tokenizerSource = directory
        companions = pair.map { [CompanionFiles(directory: $0.encoder, folder: nil)] } ?? []
        let tokenizer = try TokenizerLoader.load(directory: directory)
        (model, reports) = try ModelBroadcast.sequenceToSequence(
            configuration, decoderTokenizer: tokenizer, through: group)
        reader = try CaptionReader(
            model: model,
            images: ClassificationReaders.images(configuration, model, directory: pair?.encoder ?? directory),
            tokenizer: tokenizer, arguments: configuration.data, directory: directory)
        options = try SummarizationSetup.options(configuration)
    }

    /// The images and captions of rows, checked against the model. Each rank opens its share of the images.
    package func rows(_ source: RowReader) throws -> any SequenceToSequenceRows {
        try reader.rows(source, from: examples, rank: group.rank, of: group.size)
    }
}
