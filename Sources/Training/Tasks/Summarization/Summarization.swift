// The task of writing a summary of a document.

package import Arguments
internal import Checkpoints
package import DataParallel
internal import Datasets
package import Evaluation
internal import Training

/// `summarization`.
package struct Summarization: TaskDefinition {
    package var name: ModelArguments.Task { .summarization }
    package var keyScopes: Set<KeyScope> {
        [.documents, .sources, .encoders, .encoderDecoders, .crossEntropy, .generation]
    }
    package func referenceColumn(_ data: DataArguments) -> String { data.summaryColumn }
    package func answersRows(_ generation: GenerationArguments) -> Bool {
        generation.predictWithGenerate ?? true
    }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        let (data, arguments) = (run.data, run.training)
        let setup = try SummarizationSetup(run, group: group)
        try PreparedTask.adapt(setup.model, nil, arguments, group)
        let training = try setup.reader.rows(data.trainingRows())
        let validation = try data.validationRows().map { try setup.reader.rows($0) }
        let task = SequenceToSequenceTask(
            model: setup.model, training: training, validation: validation,
            labelSmoothing: arguments.labelSmoothingFactor, writing: setup.writing(arguments.generation),
            group: group, batchRows: arguments.perDeviceEvalBatchSize)
        return PreparedTask(
            task: task,
            notes: setup.reports.flatMap(\.lines) + [
                PreparedTask.rows(training.examples, validation?.examples),
                "summarization: \(training.targetCount) target tokens an epoch",
            ], tokenizerSource: setup.tokenizerSource, companions: setup.companions)
    }

    package func answering(_ run: RunArguments, group: any ProcessGroup) throws -> RowAnswering {
        Inference.applyThreadPlan(run.training, group)
        let setup = try SummarizationSetup(run, group: group)
        try Inference.applyPrecision(run.training, to: setup.model, group)
        let predictor = SequenceToSequencePredictor(
            model: setup.model, reader: setup.reader, options: setup.options)
        return RowAnswering(predictor: predictor)
    }

    package func losses(
        _ run: RunArguments, group: any ProcessGroup, _ arguments: TokenLossArguments
    ) throws -> RowEvaluationResult {
        Inference.applyThreadPlan(run.training, group)
        let setup = try SummarizationSetup(run, group: group)
        let rows = try setup.reader.rows(run.data.rows(of: run.data.validationFiles))
        try Inference.applyPrecision(run.training, to: setup.model, group)
        return try SequenceToSequenceEvaluator(
            model: setup.model, writing: nil, group: group, batchRows: run.training.perDeviceEvalBatchSize
        ).estimates(rows, arguments)
    }
}
