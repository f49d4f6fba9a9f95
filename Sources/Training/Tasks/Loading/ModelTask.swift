// Which task a model folder that no run of Lockstep wrote is for, by what its config.json says.

package import Arguments
internal import ChatTemplates
internal import Checkpoints
internal import JSON
internal import Models

/// The task of a model folder.
package struct ModelTask: Sendable {
    /// The tasks that the model serves, the likeliest first; empty when its files do not say.
    package let tasks: [ModelArguments.TaskName]
    /// What says so: the class in transformers, or another key of the file.
    package let evidence: String
    /// The file that was read.
    package let path: String

    /// What the classes of transformers are for: the ends of their names.
    private static let architectures: [(suffix: String, tasks: [ModelArguments.TaskName])] = [
        ("ForSequenceClassification", [.textClassification]),
        ("ForTokenClassification", [.tokenClassification]),
        ("ForQuestionAnswering", [.questionAnswering]),
        ("ForImageClassification", [.imageClassification]),
        ("ForMaskedLM", [.maskedLM]), ("ForCausalLM", [.causalLM, .chat]),
        ("LMHeadModel", [.causalLM, .chat]),
        ("ForConditionalGeneration", [.summarization]),
        ("VisionEncoderDecoderModel", [.imageCaptioning]), ("EncoderDecoderModel", [.summarization]),
    ]
    /// The same of PEFT's `task_type`.
    private static let adapters: [String: [ModelArguments.TaskName]] = [
        "SEQ_CLS": [.textClassification], "TOKEN_CLS": [.tokenClassification],
        "QUESTION_ANS": [.questionAnswering], "CAUSAL_LM": [.causalLM, .chat],
        "SEQ_2_SEQ_LM": [.summarization],
    ]

    /// Reads config.json of `directory`, or adapter_config.json and the base model of adapters. A language
    /// model with a chat template is for chat first. nil when there is no such file, or it names no class, or
    /// it cannot be read, which the loading of the model will say.
    package init?(directory: String) {
        do {
            if let found = try Self(configurationOf: directory) {
                self = found
            } else {
                guard let adapter = try AdapterDirectory(directory) else { return nil }
                let path = directory + "/adapter_config.json"
                let type = try ModelConfigurationFile.object(path)["task_type"]?.string
                if let type, let tasks = Self.adapters[type] {
                    self.init(tasks, "task_type: \(type)", path, templateIn: [directory, adapter.base])
                } else {
                    self.init(directory: adapter.base)
                }
            }
        } catch { return nil }
    }

    private init?(configurationOf directory: String) throws {
        let path = directory + "/config.json"
        guard DurableFiles.exists(path) else { return nil }
        let json = try ModelConfigurationFile.object(path)
        if json[ExtractiveConfiguration.key]?.object != nil {
            self.init([.extractiveSummarization], ExtractiveConfiguration.key, path, templateIn: [])
            return
        }
        guard let names = json["architectures"]?.array?.compactMap(\.string), !names.isEmpty else {
            return nil
        }
        let row = Self.architectures.first { row in names.contains { $0.hasSuffix(row.suffix) } }
        self.init(
            row?.tasks ?? [], "architectures: \(names.joined(separator: ", "))", path,
            templateIn: [directory])
    }

    private init(
        _ tasks: [ModelArguments.TaskName], _ evidence: String, _ path: String, templateIn folders: [String]
    ) {
        self.path = path
        guard tasks.contains(.chat), folders.contains(where: Self.hasTemplate) else {
            (self.tasks, self.evidence) = (tasks, evidence)
            return
        }
        (self.tasks, self.evidence) = ([.chat, .causalLM], evidence + " with a chat template")
    }

    private static func hasTemplate(_ directory: String) -> Bool {
        let files = ["chat_template.jinja", "tokenizer_config.json"]
        guard files.contains(where: { DurableFiles.exists(directory + "/" + $0) }) else { return false }
        // A template that cannot be read is one: the task that uses it will say what is wrong.
        do { return try ChatTemplate.loadIfPresent(directory: directory) != nil } catch { return true }
    }
}
