// What the tasks of encoder–decoders share: how they are trained, answered and measured.

package import Arguments
package import Checkpoints
package import DataParallel
package import Datasets
package import Evaluation
package import Generation
internal import Layers
package import Models
internal import Phrases
internal import Training

/// An encoder–decoder on every rank with what its task needs.
package protocol SequenceToSequenceSetup {
    associatedtype Reader: SequenceToSequenceReader
    var model: any SequenceToSequenceModel { get }
    var reader: Reader { get }
    /// How texts are written.
    var options: GenerationOptions { get }
    /// Rank 0's reports of what was read.
    var reports: [LoadReport] { get }
    /// Directory of the tokenizer that is saved with the model.
    var tokenizerSource: String { get }
    /// Files that are saved with the model and lie elsewhere.
    var companions: [CompanionFiles] { get }
    /// The most tokens of a source, and the key that says so.
    var sourceLimit: (key: String, tokens: Int) { get }
    /// The rows of `source` with their targets, checked against the model.
    func rows(_ source: RowReader) throws -> any SequenceToSequenceRows
    /// What answers rows, and how, where that is more than one text a row.
    func answering(_ predictor: any Predictor) -> TaskPredictor
    /// What is to be told of the training rows beside their number.
    func remarks(_ rows: any SequenceToSequenceRows) -> [String]
}

extension SequenceToSequenceSetup {
    /// Sources that are no texts are not cut.
    package var sourceLimit: (key: String, tokens: Int) { ("max_source_length", .max) }
    package func answering(_ predictor: any Predictor) -> TaskPredictor {
        TaskPredictor(predictor: predictor)
    }
    package func remarks(_ rows: any SequenceToSequenceRows) -> [String] { [] }

    /// The model's answers to rows.
    fileprivate var answers: TaskPredictor {
        answering(SequenceToSequencePredictor(model: model, reader: reader, options: options))
    }

    /// How evaluations during training write texts and score them; nil when they do not.
    fileprivate func writing(_ arguments: GenerationArguments) -> SequenceToSequenceWriting? {
        guard arguments.predictWithGenerate == true else { return nil }
        return SequenceToSequenceWriting(options: options, text: reader.text(of:))
    }
}

/// A task whose model writes a text for each row.
package protocol SequenceToSequenceDefinition: TaskDefinition {
    /// Loads on rank 0 and broadcasts. Collective.
    func setup(_ run: RunArguments, group: any ProcessGroup) throws -> any SequenceToSequenceSetup
}

extension SequenceToSequenceDefinition {
    package var isKnownByReference: Bool { true }

    package func answersRows(_ generation: GenerationArguments) -> Bool {
        generation.predictWithGenerate ?? true
    }

    package func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport) {
        try ModelLoader.loadTrainable(.encoderDecoder, directory: directory)
    }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        let (data, arguments) = (run.data, run.training)
        let setup = try setup(run, group: group)
        try PreparedTask.adapt(setup.model, nil, arguments, group)
        let training = try setup.rows(data.trainingRows())
        let validation = try data.validationRows().map { try setup.rows($0) }
        let task = SequenceToSequenceTask(
            model: setup.model, training: training, validation: validation,
            labelSmoothing: arguments.labelSmoothingFactor, writing: setup.writing(arguments.generation),
            group: group, batchRows: arguments.perDeviceEvalBatchSize)
        return PreparedTask(
            task: try WindowedTask.of(task, setup.answers, run, group: group),
            notes: setup.reports.flatMap(\.lines) + [
                PreparedTask.rows(training.examples, validation?.examples),
                "\(name.rawValue): \(training.targetCount, "target token") an epoch",
            ] + setup.remarks(training)
                + PreparedTask.cuts(training.examples, setup.sourceLimit.key, setup.sourceLimit.tokens),
            tokenizerSource: setup.tokenizerSource, companions: setup.companions,
            generationConfiguration: try GenerationConfigurationFile.of(
                setup.model, setup.options, directory: run.model.pair == nil ? run.model.directory : ""))
    }

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        InferenceSetup.applyThreadPlan(run.training, group)
        let setup = try setup(run, group: group)
        try InferenceSetup.applyPrecision(run.training, to: setup.model, group)
        var answering = setup.answers
        answering.weights = [setup.model.parameters.values]
        return answering
    }

    package func losses(
        _ run: RunArguments, group: any ProcessGroup, _ arguments: TokenLossArguments
    ) throws -> RowEvaluationResult {
        InferenceSetup.applyThreadPlan(run.training, group)
        let setup = try setup(run, group: group)
        let rows = try setup.rows(run.data.rows(of: run.data.validationFiles, run.data.validationSelection))
        try InferenceSetup.applyPrecision(run.training, to: setup.model, group)
        return try SequenceToSequenceEvaluator(
            model: setup.model, writing: nil, group: group, batchRows: run.training.perDeviceEvalBatchSize
        ).estimates(rows, arguments)
    }
}
