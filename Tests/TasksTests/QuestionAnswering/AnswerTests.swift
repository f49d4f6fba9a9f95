// Windows, chosen answers and their figures against what other programs make of the same input.

import Arguments
import DataParallel
import Datasets
import Evaluation
import JSON
import Metrics
import Models
import Synchronization
import Tasks
import Testing
import Tokenizers

@Suite struct AnswerTests {
    private func cases(_ name: String) throws -> [JSONValue] {
        try #require(try GoldenAnswerer.json(name)["cases"]?.array)
    }

    @Test("windows with a stride, and the tokens of answers in them, are those of transformers' tokenizer")
    func windows() throws {
        let tokenizer = try TokenizerLoader.load(directory: GoldenAnswerer.folder + "tokenizer")
        let cases = try cases("tokenizer/windows.json")
        #expect(cases.count == 40)
        for item in cases {
            var run = RunArguments()
            run.data.maxSeqLength = try #require(item["length"]?.integer)
            run.model.questionAnswering.docStride = try #require(item["stride"]?.integer)
            let reader = try QuestionReader(maximumLength: 64, tokenizer: tokenizer, run, directory: "toy")
            let start = try #require(item["start"]?.integer)
            let answer = try #require(item["answer"]?.string)
            var (fields, answers) = (JSONObject(), JSONObject())
            for name in ["question", "context"] {
                fields.set(name, to: .string(try #require(item[name]?.string)))
            }
            answers.set("text", to: .array([.string(answer)]))
            answers.set("answer_start", to: .array([.integer(start)]))
            fields.set("answers", to: .object(answers))
            let row = Row(fields: fields, source: RowSource(file: "f", line: 1))
            let question = try reader.columns.question(of: row, withAnswers: true)
            #expect(question.place == start..<start + answer.unicodeScalars.count)
            let found = try reader.windows(of: question)
            let expected = try #require(item["windows"]?.array)
            #expect(found.count == expected.count)
            for (window, golden) in zip(found, expected) {
                #expect(window.tokens.map(Int.init) == golden["ids"]?.integers)
                #expect(window.typeIDs.map(Int.init) == golden["types"]?.integers)
                #expect(
                    [window.context.lowerBound, window.context.upperBound] == golden["context"]?.integers)
                #expect(window.offsets == golden["offsets"]?.ranges)
                let span = window.span(of: question.place)
                #expect([span.lowerBound, span.upperBound] == golden["span"]?.integers)
            }
        }
    }

    @Test("the answer and the best candidates of given scores are those of run_qa's rules")
    func selection() throws {
        let cases = try cases("answers.json")
        #expect(cases.count == 120)
        for (number, item) in cases.enumerated() {
            var arguments = QuestionAnsweringArguments()
            arguments.nBestSize = try #require(item["n_best_size"]?.integer)
            arguments.maxAnswerLength = try #require(item["max_answer_length"]?.integer)
            arguments.nullScoreDiffThreshold = try #require(item["threshold"]?.double)
            arguments.version2WithNegative = item["negative"] == .bool(true)
            let windows = try #require(item["windows"]?.array).map { window in
                let context = window["context"]?.integers ?? [0, 0]
                return ScoredWindow(
                    starts: (window["starts"]?.doubles ?? []).map { Float($0) },
                    ends: (window["ends"]?.doubles ?? []).map { Float($0) },
                    context: context[0]..<context[1], scalars: window["offsets"]?.ranges ?? [])
            }
            let answer = SpanSelection(arguments).answer(
                windows, context: try #require(item["context"]?.string))
            #expect(answer.text == item["text"]?.string, "case \(number)")
            #expect(answer.candidates.map(\.text) == item["texts"]?.strings, "case \(number)")
            #expect(answer.candidates.map { Double($0.start) } == item["starts"]?.doubles)
            #expect(answer.candidates.map { Double($0.end) } == item["ends"]?.doubles)
            let probabilities = try #require(item["probabilities"]?.doubles)
            #expect(answer.candidates.count == probabilities.count)
            for (candidate, expected) in zip(answer.candidates, probabilities) {
                #expect(abs(candidate.probability - expected) < 1e-6)
            }
        }
    }

    @Test("exact match and F1 of 400 answers are those of the official evaluations, 1.1 and 2.0")
    func overlaps() throws {
        let cases = try cases("figures.json")
        #expect(cases.count == 400)
        for item in cases {
            let prediction = try #require(item["prediction"]?.string)
            let references = try #require(item["references"]?.strings)
            for (version, knowsNoAnswer) in [("1", false), ("2", true)] {
                guard let exact = item["exact_" + version]?.double, let f1 = item["f1_" + version]?.double
                else { continue }
                let found = AnswerOverlap(
                    prediction: prediction, references: references, knowsNoAnswer: knowsNoAnswer)
                #expect(found.isExact == (exact == 1), "\(version): \(prediction) for \(references)")
                #expect(abs(found.f1 - f1) < 1e-12, "\(version): \(prediction) for \(references)")
            }
        }
    }

    /// The figures over `rows`, scattered to so many ranks in batches of eight.
    private func figures(
        _ rows: [PredictedRow], ranks: Int, knowsNoAnswer: Bool
    ) throws -> [String: Double] {
        let results = Mutex<[[String: Double]]>([])
        try ThreadProcessGroup.run(size: ranks) { group in
            let evaluation = RowEvaluation(
                .scored(AnswerScorer(knowsNoAnswer: knowsNoAnswer)), group: group, seed: 3)
            for row in rows where row.number / 8 % group.size == group.rank { try evaluation.add(row) }
            let metrics = try evaluation.finish().metrics
            results.withLock { $0.append(Dictionary(uniqueKeysWithValues: metrics)) }
        }
        let found = results.withLock { $0 }
        #expect(found.count == ranks && found.allSatisfy { $0 == found[0] })
        return found[0]
    }

    @Test("the figures of all questions, and of those with and without an answer, on 1 to 4 ranks")
    func totals() throws {
        let golden = try GoldenAnswerer.json("figures.json")
        let rows = try cases("figures.json").enumerated().map { number, item in
            PredictedRow(
                number: number, prediction: .string(item["prediction"]?.string ?? ""),
                references: item["references"]?.strings ?? [""],
                loss: RowLoss(sum: Double(number) / 7, count: 2, correct: 1))
        }
        let second = try figures(rows, ranks: 1, knowsNoAnswer: true)
        let first = try figures(rows.filter { $0.references != [""] }, ranks: 1, knowsNoAnswer: false)
        func expect(_ found: Double?, _ part: String, _ key: String) throws {
            let expected = try #require(golden[part]?[key]?.double)
            #expect(abs(try #require(found) - expected) < 1e-7, "\(part) \(key)")
        }
        for key in ["exact", "f1", "total"] {
            for part in ["HasAns", "NoAns"] { try expect(second["\(part)_\(key)"], part, key) }
        }
        try expect(second["exact"], "version_2", "exact")
        try expect(second["f1"], "version_2", "f1")
        try expect(first["exact_match"], "version_1", "exact")
        try expect(first["f1"], "version_1", "f1")
        #expect(first["NoAns_f1"] == nil)
        #expect(abs(try #require(second["loss"]) - 399.0 / 28) < 1e-12)
        for ranks in 2...4 {
            #expect(try figures(rows, ranks: ranks, knowsNoAnswer: true) == second)
        }
    }
}
