// `lockstep chat`: a conversation with a model, on the terminal or through a pipe.

import ArgumentParser
import Arguments
import ChatTemplates
import Checkpoints
import Configuration
import DataParallel
import Files
import Generation
import Lockstep
import Tasks
import Tokenizers
import Training

/// Chats with a model.
struct ChatCommand: ParsableCommand, RecipeReader {
    static let recipeCommand = RecipeCommand.chat

    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Chats with a causal language model, its answers appearing as they are written.",
        discussion: helpText(
            """
            Needs --model_name_or_path. Each line of the terminal or of a pipe is a message; a line that ends with \\ goes \
            on in the next. /help lists the commands. The answer can be shaped by the generation keys (chat \
            --help generation); what they leave open comes from the model's generation_config.json. A conversation \
            that outgrows the model's context loses its oldest turns.
            """,
            examples: "lockstep chat --model_name_or_path runs/chat --system 'You are brief.'",
            "lockstep chat --model_name_or_path runs/chat --do_sample --temperature 0.7",
            "lockstep chat --model_name_or_path runs/chat --json --max_new_tokens 200"))

    @Argument(help: "Recipe file (YAML) whose keys serve as defaults.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of chat") var options: ChatOptions
    @OptionGroup var flags: RecipeFlags<Self>

    /// Most tokens of an answer when neither the model nor the recipe limits them.
    static let defaultNewTokens = 512

    func run() throws {
        try RankWork.run { group in
            guard group.size == 1 else {
                throw TrainingError(
                    "chat: a conversation needs one process, but this job has \(group.size) ranks; start `lockstep chat` "
                        + "without mpirun, and give it more cores by threads_per_rank")
            }
            let configuration = try flags.configuration(
                recipe: recipe, requiredKeys: ["model_name_or_path"])
            Messages.note(configuration.notes, group)
            let dialogue = try dialogue(configuration, group)
            try ChatConsole(dialogue, printsJSON: options.json).run()
        }
    }

    private func dialogue(
        _ configuration: RunConfiguration, _ group: any ProcessGroup
    ) throws -> ChatSession {
        InferenceSetup.applyThreadPlan(configuration.training, group)
        let directory = configuration.model.modelNameOrPath
        let arguments = configuration.training
        let (model, report) = try ModelBroadcast.causal(
            configuration.model, seed: arguments.seed, through: group)
        try InferenceSetup.applyPrecision(configuration.training, to: model, group, decodes: true)
        let tokenizer = try TokenizerLoader.load(directory: directory)
        let file = try GenerationConfigurationFile(directory: directory)
        let options = try file.options(
            arguments.generation, seed: arguments.seed, defaultNewTokens: Self.defaultNewTokens)
        for line in report?.lines ?? [] { Messages.note(line) }
        return ChatSession(
            model, tokenizer: tokenizer, template: try template(directory, tokenizer), options: options,
            system: self.options.system, tools: try self.options.toolList(),
            variables: configuration.data.chatTemplateArguments.templateVariables)
    }

    /// The model's template, or for a model without one the messages with its end-of-sequence token behind
    /// each.
    private func template(_ directory: String, _ tokenizer: any Tokenizer) throws -> ChatTemplate {
        if let template = try ChatTemplate.loadIfPresent(directory: directory) { return template }
        guard let template = try ChatTemplate.messagesWithEnds(tokenizer) else {
            throw ChatTemplateError.missingTemplate(directory: directory)
        }
        guard options.system == nil else {
            throw TrainingError(
                "system: \(directory) has no chat template, so that nothing would tell a system message from one of the "
                    + "user; leave --system out, or add chat_template to tokenizer_config.json")
        }
        Messages.warn(
            "\(directory) has no chat template: messages follow each other with the end-of-sequence token between "
                + "them, as DialoGPT was trained")
        return template
    }
}

/// What is no key of a recipe.
struct ChatOptions: ParsableArguments {
    @Option(help: "Text of a system message that stands before the conversation.")
    var system: String?

    @Option(
        help: "JSON file with a list of functions that the chat template tells the model of.",
        completion: .file(extensions: ["json"]))
    var tools: String?

    @Flag(help: "Print one JSON object for each answer instead of the text as it comes.")
    var json = false

    /// The functions of the file, if one was named.
    func toolList() throws -> [TemplateValue]? {
        guard let path = tools else { return nil }
        let value = try TemplateValue(json: ByteReader(path: path).readToEnd(), path: path)
        guard case .list(let tools) = value else {
            throw TrainingError(
                "tools: \(path) holds no list; expected one of functions such as {\"type\": \"function\", \"function\": …}"
            )
        }
        return tools
    }
}
