// The model and the reader of rows of a language-modelling task, for training and for evaluation.

import Arguments
import ChatTemplates
import Checkpoints
import DataParallel
import Datasets
internal import Generation
import Models
import Tokenizers
import Training

/// A language model on every rank with what its task needs.
package struct LanguageModelSetup {
    let model: any LanguageModel
    let tokenizer: any Tokenizer
    let objective: LanguageModelObjective
    /// Rank 0's report of what was read.
    let report: LoadReport?
    /// Makes examples of rows.
    let read: (RowReader) throws -> TokenizedDataset
    /// How evaluations of a run write texts, if the task's do.
    var writing: LanguageModelWriting?
    /// What is to be told of the training rows, beside what the reader of the rows tells.
    var remarks: (TokenizedDataset) -> [String] = { _ in [] }
    /// What answers rows with this model, of a task whose evaluations may be those of `evaluate`.
    var answers: TaskPredictor?

    /// What tokens say, for people.
    func text(of tokens: [Int32]) -> String { tokenizer.decode(tokens, skippingSpecialTokens: true) }

    /// The examples of rows, checked against the model.
    func examples(_ rows: RowReader) throws -> TokenizedDataset {
        let store = try read(rows)
        try store.validate(for: model)
        return store
    }

    /// A causal language model whose rows `read` makes examples of. Collective.
    static func causal(
        _ run: RunArguments, group: any ProcessGroup,
        read: (any Tokenizer, any LanguageModel) throws -> (RowReader) throws -> TokenizedDataset
    ) throws -> LanguageModelSetup {
        let tokenizer = try TokenizerLoader.load(directory: run.model.directory)
        let (model, report) = try ModelBroadcast.causal(
            run.model, seed: run.training.seed, overrides: run.training.configurationOverrides,
            through: group)
        return LanguageModelSetup(
            model: model, tokenizer: tokenizer, objective: .causal, report: report,
            read: try read(tokenizer, model))
    }

    /// A masked language model. Collective.
    static func masked(_ run: RunArguments, group: any ProcessGroup) throws -> LanguageModelSetup {
        let tokenizer = try TokenizerLoader.load(directory: run.model.directory)
        let (model, report) = try ModelBroadcast.masked(
            run.model, seed: run.training.seed, overrides: run.training.configurationOverrides,
            through: group)
        let blocks = TextBlocks(
            tokenizer: tokenizer, arguments: run.data, isCausal: false, directory: run.model.directory)
        let source = try ExampleSource(run, group: group)
        return LanguageModelSetup(
            model: model, tokenizer: tokenizer, objective: .masked(try masking(tokenizer, model, run)),
            report: report, read: { try blocks.examples($0, from: source) })
    }

    private static func masking(
        _ tokenizer: any Tokenizer, _ model: any LanguageModel, _ configuration: RunArguments
    ) throws -> TokenMasking {
        guard let maskID = tokenizer.maskID else {
            throw TrainingError(
                "\(configuration.model.directory): the tokenizer has no mask token, so its model cannot learn by "
                    + "masked-lm; choose a model of type \(ModelFamily.names(having: [.maskedLanguageModel])), "
                    + "or task: causal-lm")
        }
        let special = [tokenizer.classifierID, tokenizer.separatorID, tokenizer.padID, maskID]
        return TokenMasking(
            probability: configuration.data.mlmProbability, maskID: maskID,
            vocabularySize: min(tokenizer.vocabularySize, model.vocabularySize),
            specialIDs: Set(special.compactMap { $0 }), seed: configuration.training.seed)
    }
}

extension LanguageModelDefinition {
    /// How texts are written: as the recipe says, else as the model's directory does.
    func generation(_ run: RunArguments) throws -> GenerationOptions {
        try GenerationConfigurationFile(directory: run.model.directory).options(
            run.training.generation, seed: run.training.seed, defaultNewTokens: 256)
    }
}
