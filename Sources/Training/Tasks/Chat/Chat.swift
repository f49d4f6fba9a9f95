// The task of learning the assistant's part in conversations.

package import Arguments
internal import ChatTemplates
package import DataParallel
package import Datasets
package import Models
package import Tokenizers

/// `chat`.
package struct Chat: LanguageModelDefinition {
    package var name: ModelArguments.TaskName { .chat }
    package var keyScopes: Set<KeyScope> {
        [.conversations, .templates, .prompts, .sequences, .crossEntropy, .generation]
    }
    package func answersRows(_ generation: GenerationArguments) -> Bool {
        generation.predictWithGenerate ?? true
    }

    package func neededColumns(
        of row: Row, _ run: RunArguments, withReferences: Bool
    ) -> [NeededColumn] {
        let data = run.data
        guard row[data.messagesColumn] == nil, row[data.promptColumn] != nil else {
            return [NeededColumn(data.messagesColumn)]
        }
        return [NeededColumn(data.promptColumn)]
            + (withReferences ? [NeededColumn(data.completionColumn)] : [])
    }

    package func inputColumn(_ data: DataArguments) -> String? { data.promptColumn }

    package func setup(_ run: RunArguments, group: any ProcessGroup) throws -> LanguageModelSetup {
        try .causal(run, group: group) { tokenizer, model in
            let conversations = Conversations(
                tokenizer: tokenizer,
                template: try ChatTemplate.loadIfPresent(directory: run.model.directory), arguments: run.data,
                modelLength: min(model.maximumLength, run.training.maxTokensPerDevice ?? .max),
                directory: run.model.directory)
            let source = try ExampleSource(run, group: group)
            return { try conversations.examples($0, from: source) { $0.say(group, of: run) } }
        }
    }

    package func writtenReference(of row: Row, _ data: DataArguments) throws -> String? {
        try ConversationRow(data, hasTemplate: true).parts(of: row, needsCompletion: false).reference
    }

    package func predictor(
        _ run: RunArguments, _ model: any LanguageModel
    ) throws -> any PromptedPredictor {
        ConversationPredictor(
            model: model, tokenizer: try TokenizerLoader.load(directory: run.model.directory),
            template: try ChatTemplate.loadIfPresent(directory: run.model.directory), arguments: run.data,
            options: try generation(run))
    }

    /// With the tokens that end a turn, which other programs would write past.
    package func generationConfiguration(
        _ run: RunArguments, _ tokenizer: any Tokenizer
    ) throws -> [UInt8]? {
        let directory = run.model.directory
        return try GenerationConfigurationFile.ofChat(
            directory: directory, ChatTemplate.loadIfPresent(directory: directory), tokenizer)
    }
}
