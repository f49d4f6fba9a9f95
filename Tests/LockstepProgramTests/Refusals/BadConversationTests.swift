// Conversations and texts that cannot be learnt from, each with file, line and what to do.

import Foundation
import TestSupport
import Testing

@Suite struct BadConversationTests {
    /// Two good conversations, then `line`.
    private func expectRefusal(_ line: String, _ keys: [String: String] = [:], saying sentence: String) throws
    {
        let workshop = try Workshop()
        let file = try workshop.write(ToyLanguageModel.conversations(2) + line + "\n", to: "bad.jsonl")
        let flags = try workshop.prepareChat(["train_file": file].merging(keys) { $1 })
        try workshop.expectRefusal(training: [:], flags: flags, saying: file + sentence)
    }

    private func messages(_ messages: String...) -> String {
        #"{"messages": [\#(messages.joined(separator: ", "))]}"#
    }

    /// Trains the chat model with another template.
    private func expectRefusal(template: String, line: String? = nil, saying sentence: (String) -> String)
        throws
    {
        let workshop = try Workshop()
        var flags = try workshop.prepareChat()
        if let line { flags += ["--train_file", try workshop.write(line + "\n", to: "other.jsonl")] }
        let path = workshop.path + "/llama/tokenizer_config.json"
        try FileManager.default.removeItem(atPath: path)
        try workshop.write(
            #"{"tokenizer_class": "BertTokenizer", "eos_token": "[SEP]"}"#, to: "llama/tokenizer_config.json")
        try workshop.write(template, to: "llama/chat_template.jinja")
        try workshop.expectRefusal(training: [:], flags: flags, saying: sentence(workshop.path))
    }

    @Test(
        "a template that uses what is not supported, one that is broken, and one that refuses the conversation"
    )
    func templates() throws {
        try expectRefusal(template: "{% for message in messages %}\n  {% include 'turn' %}{% endfor %}") {
            path in
            "'\(path)/llama/chat_template.jinja': the statement 'include' at line 2, column 6 of the chat template is not "
                + "supported. Rewrite the template without it."
        }
        try expectRefusal(template: "{% for message in messages %}{{ message.content }}") { path in
            "'\(path)/llama/chat_template.jinja' is no valid chat template at line 1"
        }
        try expectRefusal(
            template: "{{ raise_exception('Roles must alternate.') }}",
            line: messages(
                ToyLanguageModel.message("user", "good"), ToyLanguageModel.message("assistant", "bad"))
        ) { path in
            "\(path)/other.jsonl:1: '\(path)/llama/chat_template.jinja': the chat template refuses the conversation: "
                + "Roles must alternate."
        }
    }

    @Test("a conversation without an answer, and one that is too long where that is an error")
    func nothingToLearn() throws {
        try expectRefusal(
            messages(ToyLanguageModel.message("user", "good")),
            saying:
                ":3: the conversation has no message of the assistant, so there is nothing to learn; add one, or "
                + "remove the row")
        let long = String(repeating: "good ", count: 80)
        try expectRefusal(
            messages(ToyLanguageModel.message("user", long), ToyLanguageModel.message("assistant", "bad")),
            ["max_seq_length": "64", "on_long_row": "error"], saying: ":3: the row has ")
    }

    @Test("columns and messages that are not there or of another kind")
    func shapes() throws {
        let form = "; expected a list of messages such as {\"role\": \"user\", \"content\": \"…\"}"
        try expectRefusal(
            #"{"messages": "good"}"#, saying: ":3: column \"messages\": it is no list" + form)
        try expectRefusal(
            #"{"messages": [5]}"#, saying: ":3: column \"messages\": message 1 is no object" + form)
        try expectRefusal(
            #"{"messages": [{"role": "user"}]}"#,
            saying: ":3: column \"messages\": message 1 has no \"content\" that is a string" + form)
        try expectRefusal(
            #"{"message": []}"#,
            saying: ":3: no column \"messages\"; the row has \"message\"; did you mean \"message\"? Set "
                + "messages_column to the column's name.")
    }

    @Test("a tokenizer without a mask token, without a template, and a text file without text")
    func otherTasks() throws {
        let workshop = try Workshop()
        _ = try workshop.prepareChat()
        let blank = try workshop.write("\n\n  \n", to: "blank.txt")
        try workshop.expectRefusal(
            training: ["task": "masked-lm", "train_file": blank],
            saying: "\(blank): no text to learn from; the column text is blank in every row")
        try ToyLanguageModel.write(to: workshop.path + "/plain", hasTemplate: false)
        try workshop.expectRefusal(
            training: [
                "task": "chat", "model_name_or_path": workshop.path + "/plain",
                "train_file": workshop.path + "/chat.jsonl",
            ],
            saying:
                "\(workshop.path)/chat.jsonl:1: the model's tokenizer has no chat template, so a conversation cannot "
                + "be rendered: add chat_template to tokenizer_config.json, or give rows with prompt and completion"
        )
        try workshop.expectRefusal(
            training: ["task": "chat", "train_file": workshop.path + "/chat.jsonl"],
            saying:
                "\(workshop.path)/model/config.json: model_type \"bert\" cannot be trained as a causal language model"
        )
    }
}
