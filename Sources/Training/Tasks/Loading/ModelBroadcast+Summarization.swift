// Brings summarizers from rank 0's disk to every rank.

import Arguments
import Checkpoints
import DataParallel
import Models
import Tokenizers
import Training

extension ModelBroadcast {
    /// The extractive summarizer in the recipe's directory. Unless `isTraining` its layers over the sentences must be
    /// there. Collective.
    static func extractive(
        _ configuration: RunArguments, isTraining: Bool, through group: any ProcessGroup
    ) throws -> (model: ExtractiveSummarizer, report: LoadReport?) {
        try load(
            Source(arguments: configuration.model, seed: 0, overrides: [:]), through: group,
            reading: { folder, _ in
                var extractive = try PretrainedModel.extractiveConfiguration(directory: folder)
                let (model, data) = (configuration.model, configuration.data)
                if let layers = model.extractiveLayers { extractive.layerCount = layers }
                if let pooling = model.sentencePooling { extractive.pooling = pooling }
                if let count = data.summarySentences { extractive.summarySentences = count }
                if let blocks = data.trigramBlocking { extractive.blocksTrigrams = blocks }
                let loaded = try PretrainedModel.extractiveSummarizer(
                    directory: folder, headSeed: configuration.training.seed,
                    overrides: configuration.training.configurationOverrides.merging(extractive.members) {
                        $1
                    })
                if !isTraining, loaded.report.newHeadReason != nil {
                    throw TrainingError(
                        "\(folder) has no layers over sentences (missing: \(loaded.report.newHead[0]), …): the model was "
                            + "never trained to summarize; run `lockstep train` first and give its output_dir"
                    )
                }
                return loaded
            }, empty: PretrainedModel.emptyExtractiveSummarizer, as: { $0 })
    }

    /// The encoder–decoder of the recipe: one of its own, or one that is joined from two pretrained models. Collective.
    static func sequenceToSequence(
        _ configuration: RunArguments, decoderTokenizer: any Tokenizer, through group: any ProcessGroup
    ) throws -> (model: any SequenceToSequenceModel, reports: [LoadReport]) {
        let overrides = configuration.training.configurationOverrides
        guard let pair = configuration.model.pair else {
            let (model, report) = try load(
                Source(arguments: configuration.model, seed: configuration.training.seed, overrides: [:]),
                through: group,
                reading: { folder, _ in
                    try PretrainedModel.sequenceToSequenceModel(directory: folder, overrides: overrides)
                },
                empty: { json, file in
                    try PretrainedModel.emptySequenceToSequenceModel(json, overrides: overrides, file: file)
                }, as: { $0 })
            return (model, [report].compactMap { $0 })
        }
        let tokens = try decoderTokens(decoderTokenizer, directory: pair.decoder)
        let (model, reports) = try deliver(
            through: group,
            reading: {
                let joined = try PretrainedModel.encoderDecoder(
                    encoder: pair.encoder, decoder: pair.decoder, tokens: tokens,
                    seed: configuration.training.seed, encoderOverrides: overrides,
                    decoderOverrides: overrides)
                return (model: joined.model, report: joined.reports)
            },
            empty: {
                try PretrainedModel.emptySequenceToSequenceModel(
                    $0, file: "\(pair.encoder)/config.json and \(pair.decoder)/config.json")
            }, as: { $0 })
        return (model, reports ?? [])
    }

    /// What frames a target: [CLS] and [SEP], or the tokens that begin and end a text.
    static func decoderTokens(
        _ tokenizer: any Tokenizer, directory: String
    ) throws(TrainingError) -> DecoderTokens {
        let end = tokenizer.separatorID ?? tokenizer.endOfSequenceID
        let start = tokenizer.classifierID ?? tokenizer.beginningOfSequenceID ?? end
        guard let start, let end else {
            throw TrainingError(
                "\(directory): the tokenizer names no token that ends a text (sep_token or eos_token), so the decoder "
                    + "could not learn where to stop; add it to tokenizer_config.json")
        }
        return DecoderTokens(
            startID: Int(start), endID: Int(end), paddingID: Int(tokenizer.padID ?? end))
    }
}
