// The task of a model that no run of Lockstep wrote, from its config.json or its adapter's.

import Arguments
import Configuration
import TestSupport
import Testing

@Suite struct InferredTaskTests {
    private static let architectures: [(String, ModelArguments.TaskName)] = [
        ("BertForSequenceClassification", .textClassification),
        ("ModernBertForSequenceClassification", .textClassification),
        ("RobertaForTokenClassification", .tokenClassification),
        ("DistilBertForQuestionAnswering", .questionAnswering),
        ("ViTForImageClassification", .imageClassification), ("BertForMaskedLM", .maskedLM),
        ("LlamaForCausalLM", .causalLM), ("GPT2LMHeadModel", .causalLM), ("Qwen2ForCausalLM", .causalLM),
        ("VisionEncoderDecoderModel", .imageCaptioning), ("EncoderDecoderModel", .summarization),
    ]

    private func read(
        _ files: [String: String], for command: RecipeCommand = .predict,
        _ flags: [(key: String, value: String)] = []
    ) throws -> (read: RunConfiguration, folder: TemporaryFolder) {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(text, to: name) }
        let read = try RunConfiguration(
            yaml: "", file: nil, overrides: [(key: "model_name_or_path", value: folder.path)] + flags,
            for: command, requiredKeys: [])
        return (read, folder)
    }

    private func configuration(_ architecture: String) -> [String: String] {
        ["config.json": "{\"architectures\": [\"\(architecture)\"], \"model_type\": \"x\"}"]
    }

    @Test("the class in transformers says it", arguments: architectures)
    func classes(name: String, task: ModelArguments.TaskName) throws {
        for command in [RecipeCommand.evaluate, .predict] {
            let (read, folder) = try read(configuration(name), for: command)
            #expect(read.task == task)
            let others = task == .causalLM ? "; for chat rows give --task" : ""
            #expect(
                read.notes == [
                    "task: \(task.rawValue), as \(folder.path)/config.json says (architectures: \(name))"
                        + others
                ])
        }
    }

    @Test("a language model with a chat template is for conversations, unless a key is for plain texts")
    func chat() throws {
        var files = configuration("LlamaForCausalLM")
        files["chat_template.jinja"] = "{% for m in messages %}{{ m.content }}{% endfor %}"
        files["tokenizer_config.json"] = "{}"
        #expect(try read(files).read.task == .chat)
        #expect(try read(files, .predict, [("text_column", "report")]).read.task == .causalLM)
        #expect(try read(files, .predict, [("task", "causal-lm")]).read.task == .causalLM)
        #expect(try read(files, for: .chat).read.task == .chat)
    }

    private func read(
        _ files: [String: String], _ command: RecipeCommand, _ flags: [(key: String, value: String)]
    ) throws -> (read: RunConfiguration, folder: TemporaryFolder) {
        try read(files, for: command, flags)
    }

    @Test(
        "an extractive summarizer says it by its section, also where its folder was copied without a recipe")
    func extractive() throws {
        let text = """
            {"architectures": ["BertModel"], "model_type": "bert", "extractive_summarization": {"num_layers": 2}}
            """
        #expect(try read(["config.json": text]).read.task == .extractiveSummarization)
    }

    @Test("a task of the recipe, of a flag or of the run that wrote the model counts first")
    func given() throws {
        var files = configuration("BertForMaskedLM")
        #expect(
            try read(files, for: .evaluate, [("task", "text-classification")]).read.task
                == .textClassification)
        files["recipe.yaml"] = "task: token-classification\n"
        #expect(try read(files).read.task == .tokenClassification)
        #expect(try read(configuration("BertForMaskedLM"), for: .train).read.task == .textClassification)
    }

    @Test("adapters are for what their file says, or their base model's")
    func adapters() throws {
        let base = try TemporaryFolder()
        try base.write("{\"architectures\": [\"LlamaForCausalLM\"]}", to: "config.json")
        func adapter(_ task: String) -> [String: String] {
            [
                "adapter_config.json": """
                {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "task_type": \(task),
                 "base_model_name_or_path": "\(base.path)"}
                """
            ]
        }
        #expect(try read(adapter("\"SEQ_CLS\"")).read.task == .textClassification)
        #expect(try read(adapter("\"TOKEN_CLS\"")).read.task == .tokenClassification)
        #expect(try read(adapter("null")).read.task == .causalLM)
    }

    @Test(
        "where it cannot be told, the sentence lists the tasks",
        arguments: [
            ("BertModel", "architectures: BertModel"),
            ("MarianMTModel", "MarianMTModel"),
        ])
    func unknown(name: String, evidence: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try read(configuration(name)) }
        let text = error?.description ?? ""
        #expect(text.contains("what the model answers cannot be told from") && text.contains(evidence))
        #expect(
            text.contains(
                "say it by task, one of text-classification, token-classification, image-classification, "
                    + "image-captioning, masked-lm, causal-lm, chat, extractive-summarization, summarization, "
                    + "question-answering."))
    }

    @Test("chat needs a causal language model")
    func noChat() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try read(configuration("BertForSequenceClassification"), for: .chat)
        }
        #expect(error?.description.contains("chat needs a causal language model, but ") == true)
    }

    @Test("a folder that is not there, or holds no such file, is left to those who load the model")
    func nothing() throws {
        #expect(try read([:]).read.task == .textClassification)
        #expect(try read(["config.json": "{"]).read.task == .textClassification)
    }
}
