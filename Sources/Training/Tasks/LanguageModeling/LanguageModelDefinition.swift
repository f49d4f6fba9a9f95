// The tasks of language modelling on plain texts: masked and causal.

package import Arguments
package import Checkpoints
package import DataParallel
package import Datasets
package import Evaluation
package import Models
internal import Phrases
package import Tokenizers
internal import Training

/// `masked-lm`.
package struct MaskedLanguageModeling: LanguageModelDefinition {
    package var name: ModelArguments.TaskName { .maskedLM }
    package var keyScopes: Set<KeyScope> {
        [.text, .sequences, .blocks, .masking, .encoders, .crossEntropy]
    }
    package func answersRows(_ generation: GenerationArguments) -> Bool { false }

    package func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport) {
        try ModelLoader.loadTrainable(.masked, directory: directory)
    }

    package func setup(_ run: RunArguments, group: any ProcessGroup) throws -> LanguageModelSetup {
        try .masked(run, group: group)
    }

    package func predictor(
        _ run: RunArguments, _ model: any LanguageModel
    ) throws -> any PromptedPredictor {
        throw Self.cannotAnswer
    }

    private static let cannotAnswer = TrainingError(
        "task: masked-lm teaches a model to fill gaps, which is no answer to a row: fine-tune the model for "
            + "another task, such as text-classification, and predict with that")

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        throw Self.cannotAnswer
    }
}

/// `causal-lm`.
package struct CausalLanguageModeling: LanguageModelDefinition {
    package var name: ModelArguments.TaskName { .causalLM }
    package var keyScopes: Set<KeyScope> {
        [.text, .sequences, .blocks, .prompts, .crossEntropy, .generation]
    }
    package var isKnownByReference: Bool { true }
    package func answersRows(_ generation: GenerationArguments) -> Bool {
        generation.predictWithGenerate ?? false
    }

    package func setup(_ run: RunArguments, group: any ProcessGroup) throws -> LanguageModelSetup {
        try .causal(run, group: group) { tokenizer, _ in
            let blocks = TextBlocks(
                tokenizer: tokenizer, arguments: run.data, isCausal: true, directory: run.model.directory)
            let source = try ExampleSource(run, group: group)
            return { try blocks.examples($0, from: source) { $0.say(group, of: run) } }
        }
    }

    package func predictor(
        _ run: RunArguments, _ model: any LanguageModel
    ) throws -> any PromptedPredictor {
        TextPredictor(
            model: model, tokenizer: try TokenizerLoader.load(directory: run.model.directory),
            arguments: run.data, options: try generation(run))
    }
}

/// What training a language model is, whatever its rows are.
package protocol LanguageModelDefinition: TaskDefinition {
    /// The model with the reader of its rows. Collective.
    func setup(_ run: RunArguments, group: any ProcessGroup) throws -> LanguageModelSetup
    /// What writes texts with a model that is loaded.
    func predictor(_ run: RunArguments, _ model: any LanguageModel) throws -> any PromptedPredictor
    /// The generation_config.json that is written beside the model; nil for a copy of the one that it has.
    func generationConfiguration(_ run: RunArguments, _ tokenizer: any Tokenizer) throws -> [UInt8]?
}

extension LanguageModelDefinition {
    /// Lines of text files may be blank: they belong to a text that goes on.
    package func neededColumns(
        of row: Row, _ run: RunArguments, withReferences: Bool
    ) -> [NeededColumn] {
        let data = run.data
        if row.isLine { return [] }
        guard row[data.textColumn] == nil, row[data.promptColumn] != nil else {
            return [NeededColumn(data.textColumn)]
        }
        return [NeededColumn(data.promptColumn)]
            + (withReferences ? [NeededColumn(data.completionColumn)] : [])
    }

    package func inputColumn(_ data: DataArguments) -> String? { data.textColumn }

    package func referenceColumn(_ data: DataArguments) -> String { data.completionColumn }

    package func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport) {
        try ModelLoader.loadTrainable(.causal, directory: directory)
    }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        let (data, arguments) = (run.data, run.training)
        let setup = try self.setup(run, group: group)
        try PreparedTask.adapt(setup.model, setup.report, arguments, group)
        let examples = try setup.examples(data.trainingRows())
        let validation = try data.validationRows().map { try setup.examples($0) }
        let task = LanguageModelTask(
            model: setup.model, objective: setup.objective, training: examples, validation: validation,
            labelSmoothing: arguments.labelSmoothingFactor,
            writing: arguments.generation.predictWithGenerate == true ? setup.writing : nil, group: group,
            batchRows: arguments.perDeviceEvalBatchSize)
        let targets = task.targetsOfFirstEpoch
        return PreparedTask(
            task: try setup.answers.map { try WindowedTask.of(task, $0, run, group: group) } ?? task,
            notes: (setup.report?.lines ?? []) + [
                PreparedTask.rows(examples, validation),
                "\(name.rawValue): \(targets, "target token") an epoch",
            ] + setup.remarks(examples),
            generationConfiguration: try generationConfiguration(run, setup.tokenizer))
    }

    package func generationConfiguration(
        _ run: RunArguments, _ tokenizer: any Tokenizer
    ) throws -> [UInt8]? { nil }

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        InferenceSetup.applyThreadPlan(run.training, group)
        let model = try ModelBroadcast.causal(run.model, seed: run.training.seed, through: group).model
        try InferenceSetup.applyPrecision(run.training, to: model, group)
        return TaskPredictor(predictor: try predictor(run, model))
    }

    package func losses(
        _ run: RunArguments, group: any ProcessGroup, _ arguments: TokenLossArguments
    ) throws -> RowEvaluationResult {
        InferenceSetup.applyThreadPlan(run.training, group)
        let setup = try self.setup(run, group: group)
        try InferenceSetup.applyPrecision(run.training, to: setup.model, group)
        let store = try setup.examples(
            run.data.rows(of: run.data.validationFiles, run.data.validationSelection))
        let evaluator = LanguageModelEvaluator(
            model: setup.model, objective: setup.objective, group: group,
            batchRows: run.training.perDeviceEvalBatchSize)
        return try evaluator.estimates(store, arguments, text: setup.text(of:))
    }

    package func checkRows(_ run: RunArguments, group: any ProcessGroup) throws {
        let setup = try self.setup(run, group: group)
        _ = try setup.examples(run.data.trainingRows())
        guard answersRows(run.training.generation) else { return }
        let predictor = try self.predictor(run, setup.model)
        let rows = try run.data.trainingRows().makeIterator()
        while let row = try rows.next() { try predictor.checkPrompt(of: row) }
    }
}
