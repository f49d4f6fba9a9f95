// Summarization by a causal language model: a prompt asks for the summary of the document that it holds.

internal import Arguments
internal import ChatTemplates
internal import DataParallel
internal import Datasets
internal import Evaluation
internal import Generation
internal import JSON
internal import Models
internal import Tokenizers
internal import Training

/// `summarization` with a GPT-2, a Llama or another causal model, instruction-tuned or not.
struct PromptedSummaries: LanguageModelDefinition {
    var name: ModelArguments.TaskName { .summarization }
    var keyScopes: Set<KeyScope> { Summarization().keyScopes }
    func referenceColumn(_ data: DataArguments) -> String { data.summaryColumn }
    func inputColumn(_ data: DataArguments) -> String? { data.documentColumn }
    func answersRows(_ generation: GenerationArguments) -> Bool {
        Summarization().answersRows(generation)
    }

    func setup(_ run: RunArguments, group: any ProcessGroup) throws -> LanguageModelSetup {
        let longDocuments = try LongDocuments(run, group: group)
        var found: PromptedDocuments?
        var setup = try LanguageModelSetup.causal(run, group: group) { tokenizer, model in
            let documents = try documents(run, tokenizer, model, longDocuments)
            found = documents
            let source = try ExampleSource(run, group: group)
            return { try documents.examples($0, from: source) }
        }
        guard let documents = found else { preconditionFailure("the reader of rows was not made") }
        let limit = (key: "max_source_length", tokens: documents.maximumPromptLength)
        setup.remarks = { longDocuments.remarks($0, limit) + PreparedTask.cuts($0, limit.key, limit.tokens) }
        setup.answers = longDocuments.answering(
            PromptedSummaryPredictor(
                model: setup.model, documents: documents, options: try options(run, documents)), documents)
        setup.writing = LanguageModelWriting(
            options: try options(run, documents), prompt: { documents.prompt(of: $1, in: $0) },
            references: { documents.references(of: $1, in: $0) }, text: documents.text(of:))
        return setup
    }

    private func documents(
        _ run: RunArguments, _ tokenizer: any Tokenizer, _ model: any LanguageModel,
        _ longDocuments: LongDocuments
    ) throws -> PromptedDocuments {
        try PromptedDocuments(
            tokenizer: tokenizer, template: ChatTemplate.loadIfPresent(directory: run.model.directory),
            arguments: run.data, positions: model.maximumLength, directory: run.model.directory,
            choice: longDocuments.choice)
    }

    /// How summaries are written: as the recipe says, else as the model's directory does, else up to
    /// `max_target_length`. Ends of a turn end a summary.
    private func options(
        _ run: RunArguments, _ documents: PromptedDocuments
    ) throws -> GenerationOptions {
        let options = try SummarizationSetup.options(run).endingTurns(
            of: documents.template, documents.tokenizer)
        if let longest = options.maximumLength, longest <= documents.maximumPromptLength {
            throw TrainingError(
                "\(run.model.directory): max_length of its generation settings is \(longest), prompt included, which "
                    + "leaves no room behind a prompt of max_source_length \(documents.maximumPromptLength); set "
                    + "max_new_tokens")
        }
        return options
    }

    func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        InferenceSetup.applyThreadPlan(run.training, group)
        let setup = try setup(run, group: group)
        try InferenceSetup.applyPrecision(run.training, to: setup.model, group)
        guard let answers = setup.answers else { preconditionFailure("summaries have no predictor") }
        return answers
    }

    func predictor(_ run: RunArguments, _ model: any LanguageModel) throws -> any PromptedPredictor {
        let documents = try documents(
            run, TokenizerLoader.load(directory: run.model.directory), model, LongDocuments())
        return PromptedSummaryPredictor(
            model: model, documents: documents, options: try options(run, documents))
    }

    /// With the tokens that end a turn, as of a model that was trained on conversations.
    func generationConfiguration(_ run: RunArguments, _ tokenizer: any Tokenizer) throws -> [UInt8]? {
        let directory = run.model.directory
        return try GenerationConfigurationFile.ofChat(
            directory: directory, ChatTemplate.loadIfPresent(directory: directory), tokenizer)
    }
}

/// A causal language model's summaries of rows.
final class PromptedSummaryPredictor: PromptedPredictor {
    private let documents: PromptedDocuments
    private let continuations: Continuations

    init(model: any LanguageModel, documents: PromptedDocuments, options: GenerationOptions) {
        self.documents = documents
        continuations = Continuations(
            model: model, tokenizer: documents.tokenizer, options: options, rule: .error,
            losses: RowLosses(model))
    }

    func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let answers = try continuations.answers(
            to: rows, prompts: rows.map(documents.prompt), firstNumber: firstNumber,
            examples: findsLoss ? rows.map { try documents.example($0).example } : nil)
        return answers.map { answer in
            var answer = answer
            answer.prediction =
                answer.prediction.string.map { .string(PromptedDocuments.trimmed($0)) } ?? .null
            return answer
        }
    }

    func checkPrompt(of row: Row) throws { _ = try documents.prompt(of: row) }
    func input(of row: Row) throws -> String { try documents.columns.document(of: row) }
    func references(of row: Row) throws -> [String] { [try documents.columns.summary(of: row)] }
}
