// Texts and conversations as examples: blocks as run_mlm.py and run_clm.py cut them, and what is learnt of a
// conversation.

import Arguments
import ChatTemplates
import Datasets
import Foundation
import Tasks
import Testing
import Tokenizers
import Training

/// A folder with a tokenizer of a few words: [CLS] is 2, [SEP] is 3, and the words a, b, c … are 5, 6, 7 …
final class Words {
    let path: String
    let tokenizer: any Tokenizer
    static let template =
        "{% for message in messages %}[CLS] {{ message['role'] }} {{ message['content'] }} [SEP] {% endfor %}"
        + "{% if add_generation_prompt %}[CLS] assistant {% endif %}"

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("words-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d", "e", "f"]
        let vocabulary = words + ["user", "assistant"]
        try Data((vocabulary.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: path + "/vocab.txt"))
        try Data(#"{"tokenizer_class": "BertTokenizer", "eos_token": "[SEP]"}"#.utf8)
            .write(to: URL(fileURLWithPath: path + "/tokenizer_config.json"))
        tokenizer = try TokenizerLoader.load(directory: path)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) could not be removed: \(error)")
        }
    }

    func reader(_ text: String, _ name: String) throws -> RowReader {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        return try RowReader(patterns: [path + "/" + name])
    }

    func blocks(
        _ text: String, _ name: String, isCausal: Bool, length: Int = 4, lineByLine: Bool = false
    ) throws -> TokenizedDataset {
        var arguments = DataArguments()
        arguments.maxSeqLength = length
        arguments.lineByLine = lineByLine
        return try TextBlocks(tokenizer: tokenizer, arguments: arguments, isCausal: isCausal)
            .examples(reader(text, name))
    }

    func conversations(_ text: String, length: Int = 64) throws -> TokenizedDataset {
        var arguments = DataArguments()
        arguments.maxSeqLength = length
        return try Conversations(
            tokenizer: tokenizer, template: ChatTemplate(Self.template), arguments: arguments
        ).examples(reader(text, "chat.jsonl"))
    }
}

private func tokens(_ store: TokenizedDataset) -> [[Int32]] {
    (0..<store.count).map { Array(store.tokens(of: $0)) }
}

@Suite struct TextExampleTests {
    @Test(
        "masked texts are framed, joined and cut; blank lines are left out and the last block may be shorter")
    func maskedBlocks() throws {
        let store = try Words().blocks("a b c\n\nd\n  \ne f\n", "t.txt", isCausal: false)
        #expect(tokens(store) == [[2, 5, 6, 7], [3, 2, 8, 3], [2, 9, 10, 3]])
        #expect((0..<3).map { store.source(of: $0).line } == [1, 1, 5])
        #expect((0..<3).allSatisfy { store.target(of: $0) == .none })
    }

    @Test("causal texts run on over lines of a text file, and rows of other files end with the end token")
    func causalBlocks() throws {
        let words = try Words()
        let lines = try words.blocks("a b c\nd\ne f\n", "t.txt", isCausal: true)
        #expect(tokens(lines) == [[5, 6, 7, 8], [9, 10]])
        #expect(lines.target(of: 0) == .spans([1..<4]) && lines.target(of: 1) == .spans([1..<2]))
        // The tokenizer of this test frames every text, and [SEP] is its end token: it is not doubled.
        let rows = try words.blocks("{\"text\": \"a b\"}\n{\"text\": \"c\"}\n", "t.jsonl", isCausal: true)
        #expect(tokens(rows) == [[2, 5, 6, 3], [2, 7, 3]])
    }

    @Test("a last token alone is no block, and rows may be examples of their own, truncated")
    func rows() throws {
        let words = try Words()
        #expect(try tokens(words.blocks("a b c d e\n", "t.txt", isCausal: true)) == [[5, 6, 7, 8]])
        let rows = try words.blocks("a b c d e f\n\nb\n", "t.txt", isCausal: false, lineByLine: true)
        #expect(tokens(rows) == [[2, 5, 6, 3], [2, 6, 3]])
        let causal = try words.blocks("a b c d\nb\n", "t.txt", isCausal: true, lineByLine: true)
        #expect(tokens(causal) == [[2, 5, 6, 7], [2, 6, 3]])
    }

    @Test("every turn of the assistant is learnt with its end, and nothing else")
    func conversations() throws {
        let store = try Words().conversations(
            #"{"messages": [{"role": "user", "content": "a b"}, {"role": "assistant", "content": "c"}, "#
                + #"{"role": "user", "content": "d"}, {"role": "assistant", "content": "e f"}]}"# + "\n")
        #expect(tokens(store) == [[2, 11, 5, 6, 3, 2, 12, 7, 3, 2, 11, 8, 3, 2, 12, 9, 10, 3]])
        #expect(store.target(of: 0) == .spans([7..<9, 15..<18]))
    }

    @Test("a long conversation is cut at its end, and of a prompt with its answer only the answer is learnt")
    func truncation() throws {
        let row =
            #"{"messages": [{"role": "user", "content": "a b"}, {"role": "assistant", "content": "c d e"}]}"#
            + "\n"
        let words = try Words()
        let cut = try words.conversations(row, length: 9)
        #expect(tokens(cut) == [[2, 11, 5, 6, 3, 2, 12, 7, 8]] && cut.target(of: 0) == .spans([7..<9]))
        #expect(throws: TrainingError.self) { try words.conversations(row, length: 7) }
        let earlier =
            #"{"prompt": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, "#
            + #"{"role": "user", "content": "c"}], "completion": [{"role": "assistant", "content": "d"}]}"#
            + "\n"
        let store = try words.conversations(earlier)
        #expect(tokens(store) == [[2, 11, 5, 3, 2, 12, 6, 3, 2, 11, 7, 3, 2, 12, 8, 3]])
        #expect(store.target(of: 0) == .spans([14..<16]))
    }
}
