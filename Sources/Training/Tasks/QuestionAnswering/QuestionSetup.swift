// A model that answers questions on every rank, with the reader of its rows.

internal import Arguments
internal import Checkpoints
internal import DataParallel
internal import Datasets
internal import Models
internal import Tokenizers
internal import Training

/// A model that points at answers with the reader of its rows.
struct QuestionSetup {
    let model: QuestionAnswerer
    let reader: QuestionReader
    let selection: SpanSelection
    /// Rank 0's report of what was read.
    let report: LoadReport?

    /// Loads on rank 0 and broadcasts. `isTraining` lets the head be new. Collective.
    init(_ run: RunArguments, isTraining: Bool, group: any ProcessGroup) throws {
        (model, report) = try ModelBroadcast.questionAnswerer(run, isTraining: isTraining, through: group)
        let directory = run.model.directory
        reader = try QuestionReader(
            maximumLength: model.maximumLength, tokenizer: TokenizerLoader.load(directory: directory),
            run, directory: directory)
        selection = SpanSelection(run.model.questionAnswering)
    }

    /// The windows of `source`'s questions to learn from, checked against the model. Collective.
    func trainingRows(_ source: RowReader, _ run: RunArguments, group: any ProcessGroup) throws
        -> QuestionRows
    {
        let rows = try reader.windows(source, from: ExampleSource(run, group: group))
        try rows.windows.validate(for: model)
        return rows
    }

    /// The questions of `source`, checked against the model. Collective with a cache.
    func questions(_ source: RowReader, _ run: RunArguments, group: any ProcessGroup) throws
        -> TokenizedDataset
    {
        let questions = try reader.questions(source, from: ExampleSource(run, group: group))
        try questions.validate(for: model) { AskedQuestion($0).windowExamples }
        return questions
    }
}

extension ModelBroadcast {
    /// The model for question answering in the recipe's directory. Unless `isTraining` its head must be
    /// there. Collective.
    fileprivate static func questionAnswerer(
        _ run: RunArguments, isTraining: Bool, through group: any ProcessGroup
    ) throws -> (model: QuestionAnswerer, report: LoadReport?) {
        let overrides = run.training.configurationOverrides
        let loaded = try load(
            run.model, as: { _ in .questionAnswering }, seed: run.training.seed,
            overrides: { _ in overrides }, through: group)
        if !isTraining, let report = loaded.report, report.newHeadReason != nil {
            throw TrainingError(
                "\(report.directory) has no head for question answering (missing: \(report.newHead[0]), …): the "
                    + "model was never trained to answer; run `lockstep train` first and give its output_dir")
        }
        return loaded
    }
}
