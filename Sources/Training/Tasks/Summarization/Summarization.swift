// The task of writing a summary of a document.

package import Arguments
package import DataParallel

/// `summarization`.
package struct Summarization: SequenceToSequenceDefinition {
    package var name: ModelArguments.TaskName { .summarization }
    package var keyScopes: Set<KeyScope> {
        [.documents, .sources, .encoders, .encoderDecoders, .crossEntropy, .generation]
    }
    package func referenceColumn(_ data: DataArguments) -> String { data.summaryColumn }

    package func inputColumn(_ data: DataArguments) -> String? { data.documentColumn }

    package func setup(
        _ run: RunArguments, group: any ProcessGroup
    ) throws -> any SequenceToSequenceSetup { try SummarizationSetup(run, group: group) }
}
