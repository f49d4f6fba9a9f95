// What goes wrong with chat templates, each with its sentence; reading them from a directory; which tokens
// are the assistant's.

import ChatTemplates
import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct ChatTemplateTests {
    private let greeting: [TemplateValue] = [.message(role: "user", content: "Hi")]

    private func message(_ source: String, _ messages: [TemplateValue]? = nil) -> String {
        do throws(ChatTemplateError) {
            return try ChatTemplate(source).render(messages: messages ?? greeting).text
        } catch {
            return error.description
        }
    }

    @Test(
        "A construct that is not supported is named with its line and column",
        arguments: [
            ("a\n {% include 'x' %}", "the statement 'include' at line 2, column 5 of the chat template"),
            ("{{ 'a' | wordwrap(3) }}", "the filter 'wordwrap' at line 1, column 10"),
            ("{{ 1 is prime }}", "the test 'prime' at line 1, column 9"),
            ("{% do f() %}", "the statement 'do' at line 1"),
            ("{{ 'a' | striptags }}", "the filter 'striptags' at line 1, column 10"),
            ("{% autoescape true %}{% endautoescape %}", "the statement 'autoescape' at line 1"),
        ])
    func unsupported(source: String, expected: String) {
        let text = message(source)
        #expect(text.contains(expected) && text.contains("is not supported"), "\(text)")
    }

    @Test(
        "A malformed template is reported with line and column",
        arguments: [
            ("{% if a %}\n{{ b }}", "line 1, column 4: a block has no 'endif'"),
            ("x\n{{ 'a }}", "line 2, column 4: a string has no end"),
            ("{% foo %}", "line 1, column 4: an unknown statement 'foo'"),
            ("{{ a", "column 1: a tag has no end"),
            ("{{ a ? b }}", "column 6: an unexpected character '?'"),
            ("{{ }}", "column 4: expected an expression"),
            ("{{ \(String(repeating: "(", count: 300)) }}", "an unexpected '}'"),
            (
                "{{ \(String(repeating: "[", count: 300))\(String(repeating: "]", count: 300)) }}",
                "nested too deeply"
            ),
        ])
    func malformed(source: String, expected: String) {
        #expect(message(source).contains(expected), "\(message(source))")
    }

    @Test("What fails while rendering says where and why") func evaluation() {
        #expect(
            message("ab\n{{ messages[0].content + 1 }}").contains(
                "line 2, column 24: '+' does not work on str and int"))
        #expect(message("{{ missing.x }}").contains("fails at line 1, column 11: 'missing' is undefined"))
        #expect(
            message("{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}").contains(
                "macros call each other too deeply"))
        #expect(message("{{ range(200000) }}").contains("a range of more than 100,000 numbers"))
        #expect(message("{{ messages.append(1) }}").contains("would change a list"))
        #expect(
            message("{{ raise_exception('Only two roles') }}")
                == "'chat_template': the chat template refuses the conversation: Only two roles")
        #expect(message("x", []) == "The conversation has no message. Give it at least one.")
    }

    @Test(
        "What Python has and this has not is refused by name, never another text",
        arguments: [
            ("{{ messages | map('upper') }}", "a value of type iterator as text"),
            ("{{ [messages | select] | string }}", "a value of type iterator as text"),
            ("{{ 'a'.upper }}", "a value of type function as text"),
            ("{{ range }}", "the function 'range' as text"),
            ("{{ lipsum() }}", "a call of 'lipsum' is not supported"),
            ("{{ messages | map('wordwrap') | list }}", "the filter 'wordwrap' is not supported"),
            ("{{ (1.5).hex() }}", "the attribute 'hex' of a value of type float is not supported"),
            ("{{ 'a'.encode() }}", "the string method 'encode' is not supported"),
            ("{{ ('<' | e) | replace('a', 'b') }}", "the filter 'replace' of text that 'e' or 'safe' made"),
            ("{{ ('<' | safe).upper() }}", "the method 'upper' of text that 'e' or 'safe' made"),
            ("{{ [] is sameas [] }}", "the test 'sameas' of equal values of type list"),
            ("{{ range(99) | list | pprint }}", "'pprint' of what needs more than one line"),
            ("{{ 99999999999999999999 }}", "a whole number of more than 64 bits"),
            ("{{ '99999999999999999999' | int }}", "a number is too large"),
            ("{{ '\\N{BULLET}' }}", "an escape by the name of a character"),
            (
                "{% set x = [1, 2] | select %}{% for i in x %}{% break %}{% endfor %}{{ x | list }}",
                "an iterator that a loop left by 'break' is used again"
            ),
            (
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "loops call each other too deeply"
            ),
        ])
    func unlikePython(source: String, expected: String) {
        #expect(message(source).contains(expected), "\(message(source))")
    }

    @Test("A template is read from chat_template.jinja or tokenizer_config.json, with the special tokens")
    func loading() throws {
        func text(_ files: [String: String]) throws -> String {
            let folder = try TemporaryFolder()
            for (name, text) in files { try folder.write(text, to: name) }
            return try ChatTemplate.load(directory: folder.path).render(messages: greeting).text
        }
        let source = "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token }}"
        let tokens = "\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\"}, \"pad_token\": null"
        #expect(
            try text(["tokenizer_config.json": "{\(tokens), \"chat_template\": \"\(source)\"}"])
                == "<s>Hi</s>")
        #expect(
            try text(["tokenizer_config.json": "{\(tokens)}", "chat_template.jinja": source]) == "<s>Hi</s>")
        let named = """
            [{"name": "rag", "template": "no"}, {"name": "default", "template": "{{ messages[0].role }}"}]
            """
        #expect(try text(["tokenizer_config.json": "{\"chat_template\": \(named)}"]) == "user")
        let error = #expect(throws: ChatTemplateError.self) { try text(["tokenizer_config.json": "{}"]) }
        #expect(error?.description.contains("has no chat template. Put one into chat_template.jinja") == true)
    }

    /// A byte-level tokenizer that knows the special tokens of all families.
    private func tokenizer() throws -> any Tokenizer {
        let special = [
            "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|start_header_id|>",
            "<|end_header_id|>",
            "<|begin_of_text|>", "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<|end_of_turn|>",
            "<|EOT|>",
            "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<|end|>",
            "<|user|>",
            "<|assistant|>", "<|system|>", "<|endoftext|>", "<|START_OF_TURN_TOKEN|>",
            "<|END_OF_TURN_TOKEN|>",
            "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>", "<|SYSTEM_TOKEN|>", "[INST]", "[/INST]",
        ]
        return try ByteLevelTokenizer.load(special: special)
    }

    /// The marked stretches of a conversation as text.
    private func marked(_ chat: TokenizedChat, _ tokenizer: any Tokenizer) -> [String] {
        var runs: [[Int32]] = []
        for (index, id) in chat.ids.enumerated() where chat.isAssistant[index] {
            if index > 0, chat.isAssistant[index - 1] {
                runs[runs.count - 1].append(id)
            } else {
                runs.append([id])
            }
        }
        return runs.map { tokenizer.decode($0, skippingSpecialTokens: false) }
    }

    @Test("In every family every turn of the assistant is marked whole, with the token that ends it")
    func assistantTurns() throws {
        let tokenizer = try tokenizer()
        let answers = ["One. And more?", "Grüße 🌍\nin two lines", "the", "Hi"]
        let users = ["Hi", "the", "say\nmore", "Grüße 🌍"]
        let messages = zip(users, answers).flatMap {
            [TemplateValue.message(role: "user", content: $0), .message(role: "assistant", content: $1)]
        }
        let ends = [
            "smollm2": "<|im_end|>", "chatml": "<|im_end|>", "qwen2": "<|im_end|>", "qwen3": "<|im_end|>",
            "mistral-7b": "</s>", "mistral-nemo": "</s>", "zephyr": "</s>", "llama2": " </s>",
            "llama3": "<|eot_id|>",
            "llama3.2": "<|eot_id|>", "gemma2": "<end_of_turn>", "openchat": "<|end_of_turn|>",
            "deepseek-coder": "\n<|EOT|>", "phi3.5": "<|end|>", "deepseek-r1-distill": "<｜end▁of▁sentence｜>",
            "command-r-plus": "<|END_OF_TURN_TOKEN|>", "chatml-generation": "<|im_end|>",
        ]
        for (family, template) in try ChatGoldens.templates() {
            let chat = try template.tokenize(messages: messages, with: tokenizer)
            let end = try #require(ends[family])
            var expected = answers.map { $0 + end }
            if family == "llama2" || family == "openchat" { expected = expected.map { " " + $0 } }
            if family == "qwen3" { expected[3] = "<think>\n\n</think>\n\n" + expected[3] }
            #expect(marked(chat, tokenizer) == expected, "\(family): \(chat.text)")
            #expect(tokenizer.decode(chat.ids, skippingSpecialTokens: false) == chat.text, "\(family)")
        }
    }

    @Test("A system message, empty answers and answers that repeat other text are found")
    func difficultTurns() throws {
        let tokenizer = try tokenizer()
        let messages: [TemplateValue] = [
            .message(role: "system", content: "assistant"), .message(role: "user", content: "assistant"),
            .message(role: "assistant", content: ""), .message(role: "user", content: "im_end"),
            .message(role: "assistant", content: "user"),
        ]
        for (family, template) in try ChatGoldens.templates()
        where family != "gemma2" && family != "mistral-7b" {
            let chat = try template.tokenize(messages: messages, with: tokenizer)
            let runs = marked(chat, tokenizer)
            #expect(runs.count == 2, "\(family): \(runs)")
            #expect(runs.last?.contains("user") == true, "\(family): \(runs)")
            #expect(
                !runs.contains { $0.contains("im_end\n") || $0.contains("assistant") }, "\(family): \(runs)")
        }
    }

    @Test("The first message may be the assistant's; one without a role or without a trace is refused")
    func unusualConversations() throws {
        let template = try ChatTemplate("{% for m in messages %}{{ m.content }}\n{% endfor %}")
        let tokenizer = try tokenizer()
        func message(_ messages: [TemplateValue]) -> String {
            do throws(ChatTemplateError) {
                return try template.tokenize(messages: messages, with: tokenizer).text
            } catch {
                return error.description
            }
        }
        let answer = TemplateValue.message(role: "assistant", content: "a")
        let chat = try template.tokenize(messages: [answer] + greeting + [answer], with: tokenizer)
        #expect(marked(chat, tokenizer) == ["a", "a"])
        #expect(message([.message(role: "system", content: "s"), answer]) == "s\na\n")
        #expect(message([["content": "x"]]).hasPrefix("Message 1 of the conversation has no \"role\"."))
        let dropping = try ChatTemplate("{{ messages[0].content }}")
        let error = #expect(throws: ChatTemplateError.self) {
            try dropping.tokenize(messages: greeting + [answer], with: tokenizer)
        }
        #expect(error == .turnNotFound(path: "chat_template", message: 2))
    }
}
