// The model and the reader of rows of a language-modelling task, for training and for evaluation.

import Arguments
import ChatTemplates
import Checkpoints
import Configuration
import DataParallel
import Datasets
import Models
import Tasks
import Tokenizers
import Training

/// A language model on every rank with what its task needs.
struct LanguageModelSetup {
    let model: any LanguageModel
    private let tokenizer: any Tokenizer
    let objective: LanguageModelObjective
    /// Rank 0's report of what was read.
    let report: LoadReport?
    private let reader: Reader

    private enum Reader {
        case blocks(TextBlocks)
        case conversations(Conversations)
    }

    /// Loads on rank 0 and broadcasts. Collective.
    init(_ configuration: RunConfiguration, group: any ProcessGroup) throws {
        let directory = configuration.model.directory
        let (data, arguments) = (configuration.data, configuration.training)
        let overrides = arguments.configurationOverrides
        tokenizer = try TokenizerLoader.load(directory: directory)
        switch configuration.task {
        case .maskedLM:
            (model, report) = try ModelBroadcast.masked(
                configuration.model, seed: arguments.seed, overrides: overrides, through: group)
            objective = .masked(try Self.masking(tokenizer, model, configuration))
            reader = .blocks(TextBlocks(tokenizer: tokenizer, arguments: data, isCausal: false))
        case .causalLM:
            (model, report) = try ModelBroadcast.causal(
                configuration.model, seed: arguments.seed, overrides: overrides, through: group)
            objective = .causal
            reader = .blocks(TextBlocks(tokenizer: tokenizer, arguments: data, isCausal: true))
        case .chat:
            (model, report) = try ModelBroadcast.causal(
                configuration.model, seed: arguments.seed, overrides: overrides, through: group)
            objective = .causal
            reader = .conversations(
                Conversations(
                    tokenizer: tokenizer, template: try ChatTemplate.loadIfPresent(directory: directory),
                    arguments: data))
        case .textClassification, .imageClassification, .imageCaptioning, .extractiveSummarization,
            .summarization:
            preconditionFailure("\(configuration.task.rawValue) needs no language model")
        }
    }

    private static func masking(
        _ tokenizer: any Tokenizer, _ model: any LanguageModel, _ configuration: RunConfiguration
    ) throws -> TokenMasking {
        guard let maskID = tokenizer.maskID else {
            throw TrainingError(
                "\(configuration.model.directory): the tokenizer has no mask token, so its model cannot learn by "
                    + "masked-lm; choose a BERT or RoBERTa, or task: causal-lm")
        }
        let special = [tokenizer.classifierID, tokenizer.separatorID, tokenizer.padID, maskID]
        return TokenMasking(
            probability: configuration.data.mlmProbability, maskID: maskID,
            vocabularySize: min(tokenizer.vocabularySize, model.vocabularySize),
            specialIDs: Set(special.compactMap { $0 }), seed: configuration.training.seed)
    }

    /// What tokens say, for people.
    func text(of tokens: [Int32]) -> String { tokenizer.decode(tokens, skippingSpecialTokens: true) }

    /// The examples of files, checked against the model.
    func examples(_ files: [String]) throws -> ExampleStore {
        try examples(RowReader(patterns: files))
    }

    /// The examples of rows, checked against the model.
    func examples(_ rows: RowReader) throws -> ExampleStore {
        let store =
            switch reader {
            case .blocks(let blocks): try blocks.examples(rows)
            case .conversations(let conversations): try conversations.examples(rows)
            }
        try store.validate(for: model)
        return store
    }
}
