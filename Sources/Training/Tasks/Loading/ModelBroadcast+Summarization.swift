// Brings summarizers from rank 0's disk to every rank.

import Arguments
import Checkpoints
import DataParallel
internal import JSON
import Models
import Tokenizers
import Training

extension ModelBroadcast {
    /// The extractive summarizer in the recipe's directory. Unless `isTraining` its layers over the sentences
    /// must be there. Collective.
    static func extractive(
        _ configuration: RunArguments, isTraining: Bool, through group: any ProcessGroup
    ) throws -> (model: ExtractiveSummarizer, report: LoadReport?) {
        let loaded = try load(
            configuration.model, as: { _ in .extractive }, seed: configuration.training.seed,
            overrides: { folder in try folder.map { try extractiveMembers(configuration, of: $0) } ?? [:] },
            through: group)
        if !isTraining, let report = loaded.report, report.newHeadReason != nil {
            throw TrainingError(
                "\(report.directory) has no layers over sentences (missing: \(report.newHead[0]), …): the model was "
                    + "never trained to summarize; run `lockstep train` first and give its output_dir")
        }
        return loaded
    }

    /// Keys of config.json that the recipe replaces, those about the layers over sentences among them.
    private static func extractiveMembers(
        _ configuration: RunArguments, of directory: String
    ) throws -> JSONObject {
        var extractive = try ModelLoader.extractiveConfiguration(directory: directory)
        let (model, data) = (configuration.model, configuration.data)
        if let layers = model.extractiveLayers { extractive.layerCount = layers }
        if let pooling = model.sentencePooling { extractive.pooling = pooling }
        if let count = data.summarySentences { extractive.summarySentences = count }
        if let blocks = data.trigramBlocking { extractive.blocksTrigrams = blocks }
        return configuration.training.configurationOverrides.merging(extractive.members)
    }

    /// The encoder–decoder of the recipe: one of its own, or one that is joined from two pretrained models.
    /// Collective.
    static func sequenceToSequence(
        _ configuration: RunArguments, decoderTokenizer: any Tokenizer, through group: any ProcessGroup
    ) throws -> (model: any SequenceToSequenceModel, reports: [LoadReport]) {
        let (overrides, seed) = (configuration.training.configurationOverrides, configuration.training.seed)
        guard let pair = configuration.model.pair else {
            let (model, report) = try load(
                configuration.model, as: { _ in .encoderDecoder }, seed: seed, overrides: { _ in overrides },
                through: group)
            return (model, [report].compactMap { $0 })
        }
        let tokens = try decoderTokens(decoderTokenizer, directory: pair.decoder)
        let (model, reports) = try deliver(
            .encoderDecoder, file: "\(pair.encoder)/config.json and \(pair.decoder)/config.json",
            through: group,
            reading: {
                let joined = try ModelLoader.encoderDecoder(
                    encoder: pair.encoder, decoder: pair.decoder, tokens: tokens, seed: seed,
                    overrides: overrides, readsWeights: configuration.model.readsWeights)
                return (model: joined.model, report: joined.reports)
            })
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
