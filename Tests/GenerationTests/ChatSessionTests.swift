// Conversations: what the model reads, what is kept, and what happens when the context is full.

import ChatTemplates
import Checkpoints
import Foundation
import Generation
import Layers
import Models
import Testing
import Tokenizers

/// A tokenizer whose words fit the golden models' vocabularies of 37, gone with its last reference.
private final class WordTokenizer {
    let tokenizer: any Tokenizer
    let template: ChatTemplate
    private let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("words-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "user", "assistant", "system"] + letters
        try Data((words.joined(separator: "\n") + "\n").utf8).write(
            to: url.appendingPathComponent("vocab.txt"))
        try Data(#"{"tokenizer_class": "BertTokenizer", "eos_token": "[SEP]"}"#.utf8)
            .write(to: url.appendingPathComponent("tokenizer_config.json"))
        tokenizer = try TokenizerLoader.load(directory: path)
        template = try ChatTemplate(
            "{% for message in messages %}[CLS] {{ message['role'] }} {{ message['content'] }} [SEP] {% endfor %}"
                + "{% if add_generation_prompt %}[CLS] assistant {% endif %}")
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) could not be removed: \(error)")
        }
    }

    func prompt(_ messages: [(String, String)]) throws -> [Int32] {
        try template.prompt(messages.map { .message(role: $0.0, content: $0.1) }, with: tokenizer)
    }

    func dialogue(
        _ newTokens: Int = 6, system: String? = nil, template: ChatTemplate? = nil
    ) throws -> ChatSession {
        var options = GenerationOptions()
        options.maximumNewTokens = newTokens
        return ChatSession(
            try model(), tokenizer: tokenizer, template: template ?? self.template, options: options,
            system: system)
    }

    func model() throws -> any LanguageModel {
        try ModelLoader.load(.causal, directory: goldenPath("llama")).model
    }

    /// What a model that reads everything anew writes behind these messages.
    func expected(_ messages: [(String, String)], _ newTokens: Int = 6) throws -> String {
        var options = GenerationOptions()
        options.maximumNewTokens = newTokens
        options.endIDs = [3]
        let found = try Generator(try model(), usesCache: false)
            .generate(prompts: [try prompt(messages)], options: options)[0]
        return tokenizer.decode(found.tokens, skippingSpecialTokens: true)
    }
}

@Suite struct ChatSessionTests {
    @Test("each answer is the one that the whole history gives, read through the cache")
    func history() throws {
        let words = try WordTokenizer()
        let dialogue = try words.dialogue(system: "q")
        var messages = [("system", "q")]
        for (turn, text) in ["a b", "c", "d e f"].enumerated() {
            var pieces = ""
            let answer = try dialogue.answer(text) { piece in
                pieces += piece
                return true
            }
            messages.append(("user", text))
            #expect(try answer.text == words.expected(messages), "turn \(turn + 1)")
            #expect(pieces == answer.text)
            #expect(try answer.promptTokenCount == words.prompt(messages).count)
            if turn > 0 { #expect(answer.readTokenCount < answer.promptTokenCount) }
            messages.append(("assistant", answer.text))
        }
        #expect(dialogue.messageCount == 6)
    }

    @Test("undo takes back an exchange, reset all of them")
    func undo() throws {
        let words = try WordTokenizer()
        let dialogue = try words.dialogue()
        #expect(!dialogue.undo())
        let first = try dialogue.answer("a")
        let second = try dialogue.answer("b c")
        #expect(dialogue.undo())
        let again = try dialogue.answer("b c")
        #expect(again.text == second.text && again.readTokenCount == 1)
        dialogue.reset()
        #expect(dialogue.messageCount == 0)
        #expect(try dialogue.answer("a").text == first.text)
        dialogue.reset(system: "z")
        #expect(try dialogue.answer("a").text == words.expected([("system", "z"), ("user", "a")]))
    }

    @Test("an answer that is stopped stays in the history as far as it came")
    func stopped() throws {
        let words = try WordTokenizer()
        let dialogue = try words.dialogue()
        var count = 0
        let part = try dialogue.answer("a b") { _ in
            count += 1
            return count < 2
        }
        #expect(part.ending == .stopped && part.tokenCount == 2)
        let next = try dialogue.answer("c")
        let messages = [("user", "a b"), ("assistant", part.text), ("user", "c")]
        #expect(try next.text == words.expected(messages))
        #expect(next.ending != .stopped)
    }

    @Test("a full context loses its oldest exchanges and keeps the system message")
    func context() throws {
        let words = try WordTokenizer()
        // The model has 64 positions, of which 8 are kept for an answer.
        let dialogue = try words.dialogue(8, system: "q r s")
        var messages: [(String, String)] = []
        var forgotten = 0
        for turn in 0..<12 {
            let answer = try dialogue.answer("a b c d")
            messages.append(("user", "a b c d"))
            forgotten += answer.forgottenMessageCount
            #expect(answer.promptTokenCount <= 56)
            if answer.forgottenMessageCount > 0 { #expect(answer.promptTokenCount <= 42, "turn \(turn)") }
            let expected = [("system", "q r s")] + messages[forgotten...]
            #expect(try answer.promptTokenCount == words.prompt(expected).count, "turn \(turn)")
            #expect(try answer.text == words.expected(expected, 8), "turn \(turn)")
            messages.append(("assistant", answer.text))
        }
        #expect(forgotten >= 10 && forgotten.isMultiple(of: 2))
    }

    @Test("a message that does not fit is refused and leaves the conversation as it was")
    func tooLong() throws {
        let words = try WordTokenizer()
        let dialogue = try words.dialogue()
        _ = try dialogue.answer("a b")
        let error = #expect(throws: GenerationError.self) {
            try dialogue.answer(String(repeating: "a ", count: 70))
        }
        #expect(
            error?.description
                == "this message takes 75 tokens with what stands around it, but the model reads and writes 64 at "
                + "most: shorten it")
        #expect(dialogue.messageCount == 2)
        let other = try words.dialogue()
        _ = try other.answer("a b")
        #expect(try dialogue.answer("c").text == other.answer("c").text)
    }

    @Test(
        "the template's end of turn ends an answer; without a template the end of the sequence joins messages"
    )
    func ends() throws {
        let words = try WordTokenizer()
        #expect(words.template.endOfTurn(with: words.tokenizer) == 3)
        #expect(GenerationOptions().endingTurns(of: words.template, words.tokenizer).endIDs == [3])
        let joined = try #require(try ChatTemplate.messagesWithEnds(words.tokenizer))
        let messages = [("user", "a b"), ("assistant", "c"), ("user", "d")].map {
            TemplateValue.message(role: $0.0, content: $0.1)
        }
        #expect(try joined.prompt(messages, with: words.tokenizer) == [8, 9, 3, 10, 3, 11, 3])
        #expect(joined.endOfTurn(with: words.tokenizer) == 3)
    }
}
