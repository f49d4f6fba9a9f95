// What a causal language model learns of a document and its summary, against transformers' chat templates
// and masks.

import Arguments
import Datasets
import JSON
import Tasks
import TestSupport
import Testing
import Tokenizers
import Training

@Suite struct PromptedDocumentsTests {
    private func documents(
        template name: String?, _ arguments: DataArguments = DataArguments(), positions: Int = 512
    ) throws -> PromptedDocuments {
        let goldens = try ChatGoldens("summaries.jsonl")
        return try PromptedDocuments(
            tokenizer: ChatGoldens.tokenizer("bytes"), template: name.map(goldens.template),
            arguments: arguments, positions: positions, directory: "toy")
    }

    private func row(_ document: String, _ summary: String) throws -> Row {
        Row(
            fields: ["document": .string(document), "summary": .string(summary)],
            source: RowSource(file: "rows.jsonl", line: 3))
    }

    @Test("prompts, rows and learnt places are transformers', of documents that are cut too")
    func golden() throws {
        let rows = try ChatGoldens("summaries.jsonl").rows
        #expect(rows.count == 16)
        var (cutCount, ownPromptCount) = (0, 0)
        for golden in rows {
            var arguments = DataArguments()
            arguments.summaryPrompt = golden["summary_prompt"]?.string
            arguments.maxSourceLength = golden["max_source_length"]?.integer
            arguments.maxTargetLength = try #require(golden["max_target_length"]?.integer)
            arguments.chatTemplateArguments = [TemplateArgument(name: "date_string", value: "7 Jul")]
            let documents = try documents(template: golden["template"]?.string, arguments)
            let row = try row(
                #require(golden["document"]?.string), #require(golden["summary"]?.string))
            let (example, lost, _) = try documents.example(row)
            func numbers(_ key: String) -> [Int]? { golden[key]?.array?.compactMap(\.integer) }
            let comment = Comment(rawValue: golden.json)
            #expect(try documents.prompt(of: row).map { Int($0) } == numbers("prompt"), comment)
            #expect(example.tokens.map { Int($0) } == numbers("ids"), comment)
            guard case .spans(let spans) = example.target else {
                Issue.record(comment)
                continue
            }
            #expect(spans.flatMap { [$0.lowerBound, $0.upperBound] } == numbers("learnt"), comment)
            if lost > 0 { cutCount += 1 }
            let store = TokenizedDataset([example])
            #expect(documents.prompt(of: 0, in: store).map { Int($0) } == numbers("prompt"), comment)
            #expect(documents.references(of: 0, in: store) == [golden["summary"]?.string])
            if example.attachment.first != 0 { ownPromptCount += 1 }
        }
        #expect(cutCount == 9 && ownPromptCount == 2)
    }

    @Test("what does not fit is said in a sentence")
    func refusals() throws {
        func message(_ body: () throws -> Void) -> String {
            #expect(throws: TrainingError.self) { try body() }?.description ?? ""
        }
        var arguments = DataArguments()
        arguments.summaryPrompt = "Summarize {text}"
        #expect(message { _ = try documents(template: nil, arguments) }.contains("does not hold {document}"))
        arguments.summaryPrompt = nil
        #expect(
            message { _ = try documents(template: nil, arguments, positions: 100) }
                == "max_target_length 128 are more than the 100 positions that the model has for prompt and summary "
                + "together; lower them")
        arguments.maxSourceLength = 90
        #expect(
            message { _ = try documents(template: nil, arguments, positions: 200) }
                .hasPrefix("max_source_length 90 and max_target_length 128 are more than the 200 positions"))
        arguments.maxSourceLength = 60
        let narrow = try documents(template: "smollm2", arguments)
        let found = message { _ = try narrow.prompt(of: row("The weather in Köln.", "sunny")) }
        #expect(found.hasPrefix("rows.jsonl:3: 81 "), "\(found)")
        #expect(found.contains("tokens stand around the document, which leaves no room for it among 60"))
    }
}
