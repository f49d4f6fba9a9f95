// The task of answering questions by a span of a given text.

package import Arguments
package import Checkpoints
package import DataParallel
package import Datasets
package import Evaluation
internal import Layers
package import Models
internal import Phrases
internal import Training

/// `question-answering`: SQuAD's form, with and without questions that have no answer.
package struct QuestionAnswering: TaskDefinition {
    package var name: ModelArguments.TaskName { .questionAnswering }
    package var keyScopes: Set<KeyScope> { [.questions, .sequences, .encoders] }
    package func referenceColumn(_ data: DataArguments) -> String {
        QuestionAnsweringArguments().answersColumn
    }
    package func answersRows(_ generation: GenerationArguments) -> Bool { true }

    package var takesEmptyReferences: Bool { true }

    /// An article holds questions of its own.
    package func neededColumns(
        of row: Row, _ run: RunArguments, withReferences: Bool
    ) -> [NeededColumn] {
        let names = run.model.questionAnswering
        guard row[names.questionColumn] != nil else { return [] }
        return [NeededColumn(names.questionColumn), NeededColumn(names.contextColumn)]
            + (withReferences ? [NeededColumn(names.answersColumn, takesEmptyList: true)] : [])
    }

    package func inputColumn(_ data: DataArguments) -> String? { nil }

    package func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport) {
        try ModelLoader.loadTrainable(.questionAnswering, directory: directory)
    }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        let (data, arguments) = (run.data, run.training)
        let setup = try QuestionSetup(run, isTraining: true, group: group)
        try PreparedTask.adapt(setup.model, setup.report, arguments, group)
        let training = try setup.trainingRows(data.trainingRows(), run, group: group)
        let validation = try data.validationRows().map {
            try setup.questions($0, run, group: group)
        }
        let evaluator = QuestionEvaluator(
            SpanScorer(
                model: setup.model, selection: setup.selection, batchRows: arguments.perDeviceEvalBatchSize),
            group: group, batchRows: arguments.perDeviceEvalBatchSize)
        let task = QuestionTask(
            model: setup.model, training: training, validation: validation, evaluator: evaluator)
        let rest = validation.map { " and \($0.count, "validation question")" } ?? ""
        return PreparedTask(
            task: task,
            notes: (setup.report?.lines ?? []) + [
                "\(training.count, "training question") in \(training.windows.count, "window") "
                    + "(\(training.windows.tokenCount, "token"))\(rest)",
                "\(training.answerableCount, "question has", "questions have") an answer, which "
                    + "\(training.answerWindowCount, "window holds", "windows hold")",
            ])
    }

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        InferenceSetup.applyThreadPlan(run.training, group)
        let setup = try QuestionSetup(run, isTraining: false, group: group)
        try InferenceSetup.applyPrecision(run.training, to: setup.model, group)
        let scorer = SpanScorer(
            model: setup.model, selection: setup.selection, batchRows: run.training.perDeviceEvalBatchSize)
        var answering = TaskPredictor(
            predictor: QuestionPredictor(
                reader: setup.reader, scorer: scorer, writesNBest: run.model.questionAnswering.writeNBest))
        answering.weights = [setup.model.parameters.values]
        return answering
    }

    /// Answers that stand in a file are scored as those of SQuAD 2.0.
    package func textScoring(
        _ predictor: any Predictor, rows: RowReader, group: any ProcessGroup
    ) throws -> RowEvaluation.Kind {
        .scored(
            AnswerScorer(knowsNoAnswer: (predictor as? QuestionPredictor)?.selection.allowsNoAnswer ?? true))
    }
}
