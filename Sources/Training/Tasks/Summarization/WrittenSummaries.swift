// Summarization by an encoder–decoder: it reads the document, and writes the summary.

internal import Arguments
internal import DataParallel
internal import Training

/// `summarization` with a BART, Pegasus or T5, or with two models that are joined.
struct WrittenSummaries: SequenceToSequenceDefinition {
    var name: ModelArguments.TaskName { .summarization }
    var keyScopes: Set<KeyScope> { Summarization().keyScopes }
    func referenceColumn(_ data: DataArguments) -> String { data.summaryColumn }
    func inputColumn(_ data: DataArguments) -> String? { data.documentColumn }

    func setup(
        _ run: RunArguments, group: any ProcessGroup
    ) throws -> any SequenceToSequenceSetup {
        let prompted: [(key: String, isSet: Bool)] = [
            ("summary_prompt", run.data.summaryPrompt != nil),
            ("chat_template_kwargs", !run.data.chatTemplateArguments.isEmpty),
        ]
        if let key = prompted.first(where: \.isSet)?.key {
            throw TrainingError(
                "\(key) shapes the prompt of a causal language model, and this model is an encoder–decoder, which reads "
                    + "the document itself; leave it out, or set source_prefix for what stands before the document"
            )
        }
        return try SummarizationSetup(run, group: group)
    }
}
