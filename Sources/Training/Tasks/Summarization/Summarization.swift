// The task of writing a summary of a document, by an encoder–decoder or by a causal language model.

package import Arguments
package import Checkpoints
package import DataParallel
internal import Datasets
package import Evaluation
package import Models

/// `summarization`. What it is for each kind of model stands in `WrittenSummaries` and `PromptedSummaries`.
package struct Summarization: TaskDefinition {
    package var name: ModelArguments.TaskName { .summarization }
    package var keyScopes: Set<KeyScope> {
        [.documents, .sources, .encoders, .encoderDecoders, .templates, .crossEntropy, .generation]
    }
    package var isKnownByReference: Bool { true }
    package func referenceColumn(_ data: DataArguments) -> String { data.summaryColumn }
    package func inputColumn(_ data: DataArguments) -> String? { data.documentColumn }
    package func answersRows(_ generation: GenerationArguments) -> Bool {
        generation.predictWithGenerate ?? true
    }

    /// The task for the model of a run.
    private func form(_ model: ModelArguments) throws -> any TaskDefinition {
        try form(model.pair == nil ? model.directory : "")
    }

    /// The same for the model of a folder. What its files lack is said by what loads them.
    private func form(_ directory: String) throws -> any TaskDefinition {
        let family = try ModelConfigurationFile.modelType(in: directory).flatMap(ModelFamily.named)
        return family?.architectures[.causalLanguageModel] == nil ? WrittenSummaries() : PromptedSummaries()
    }

    package func model(in directory: String) throws -> (model: any TrainableModel, report: LoadReport) {
        try form(directory).model(in: directory)
    }

    package func prepare(_ run: RunArguments, group: any ProcessGroup) throws -> PreparedTask {
        try form(run.model).prepare(run, group: group)
    }

    package func taskPredictor(_ run: RunArguments, group: any ProcessGroup) throws -> TaskPredictor {
        try form(run.model).taskPredictor(run, group: group)
    }

    package func losses(
        _ run: RunArguments, group: any ProcessGroup, _ arguments: TokenLossArguments
    ) throws -> RowEvaluationResult {
        try form(run.model).losses(run, group: group, arguments)
    }

    package func checkRows(_ run: RunArguments, group: any ProcessGroup) throws {
        try form(run.model).checkRows(run, group: group)
    }
}
