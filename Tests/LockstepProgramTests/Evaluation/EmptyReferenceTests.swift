// Rows with nothing to compare with: left out and counted, or refused, whatever measures them.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct EmptyReferenceTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop(trainRows: 3, validationRows: 3) }

    private func lines(_ column: String, _ values: [String]) -> String {
        values.map { "{\"\(column)\": \($0)}\n" }.joined()
    }

    private func flags(
        _ task: String, _ predictions: [String], _ references: [String], column: String = "reference",
        name: String
    ) throws -> [String] {
        [
            "--task", task, "--predictions_file",
            try workshop.write(lines("prediction", predictions), to: "\(name)-p.jsonl"), "--references_file",
            try workshop.write(lines(column, references), to: "\(name)-r.jsonl"),
        ]
    }

    private static let predictions = [
        #""the cat sat on the mat .""#, #""a dog runs in the park""#, #""nothing""#, #""it rains""#,
    ]
    private static let references = [
        #""the cat is on the mat .""#, #"["a dog runs in the park", "dogs run in parks"]"#,
        #""nothing was written here""#, #"["it is raining", "it rains"]"#,
    ]
    /// References that say nothing.
    private static let nothing = [
        "null", "[]", #""""#, #"" ""#, "[null]", #"[""]"#, #"["", null]"#, "[[]]", #"" \n\t""#, "[[], null]",
    ]

    @Test(
        "texts without a reference change no figure and are counted", arguments: ["chat", "summarization"])
    func texts(task: String) throws {
        let whole = try workshop.evaluation(
            flags(task, Self.predictions, Self.references, name: "whole"))
        let predictions = Self.predictions + Self.nothing.map { _ in #""something""# }
        let mixed = try flags(task, predictions, Self.references + Self.nothing, name: "mixed")
        let outcome = try workshop.succeed(["evaluate", "--json"] + mixed)
        var found = try JSONValue(parsing: Array(outcome.output.utf8)).object ?? [:]
        for name in ["eval_runtime", "eval_samples_per_second"] { found[name] = nil }
        #expect(found == whole)
        #expect(found["eval_samples"] == .integer(4))
        let place = workshop.path + "/mixed-r.jsonl"
        #expect(
            outcome.errors.contains(
                "warning: 10 of 14 rows of \(place) are left out, because reference is empty: \(place):5, "),
            "\(outcome.errors)")
        for ranks in [2, 3] { #expect(try workshop.evaluation(mixed, ranks: ranks) == whole) }
    }

    @Test("each of them is refused where that is asked for, all at once")
    func refused() throws {
        let flags = try flags(
            "chat", Self.predictions + Self.nothing.map { _ in #""x""# }, Self.references + Self.nothing,
            name: "refused")
        let place = workshop.path + "/refused-r.jsonl"
        let list = Self.nothing.indices.map { "\n  \(place):\($0 + 5): column \"reference\" is empty" }
            .joined()
        try workshop.expectRefusal(
            ["evaluate", "--on_empty_row", "error"] + flags,
            saying:
                "\(place): 10 of 14 rows are empty where they must not be; fill or remove what is empty, or set "
                + "on_empty_row: skip to leave such rows out:\(list)")
        try workshop.expectRefusal(
            ["evaluate"]
                + self.flags("chat", [#""x""#, #""y""#], ["null", "[]"], name: "none"),
            saying:
                "\(workshop.path)/none-r.jsonl: no row can be used, since all 2 are empty where a value must be"
        )
    }

    @Test("rows of predictions without an answer are left out and counted, an empty text is an answer")
    func noPrediction() throws {
        let whole = try workshop.evaluation(
            self.flags(
                "chat", [#""it rains""#, #""""#], [#""it is raining""#, #""it snows""#], name: "answered"))
        let flags = try flags(
            "chat", [#""it rains""#, #""""#, "null", "null"],
            [#""it is raining""#, #""it snows""#, #""a""#, #""b""#], name: "partly-answered")
        #expect(try workshop.evaluation(flags) == whole)
        #expect(try workshop.evaluation(flags, ranks: 2) == whole)
        let place = workshop.path + "/partly-answered-p.jsonl:3: prediction is empty"
        #expect(
            try workshop.succeed(["evaluate"] + flags).errors.contains(
                "2 of 4 rows are left out, without a prediction; the first: \(place)"))
        try workshop.expectRefusal(
            ["evaluate", "--on_empty_row", "error"] + flags,
            saying: "\(place); give a prediction, or set on_empty_row: skip to leave such rows out")
        let labels = try workshop.evaluation(
            self.flags(
                "text-classification", [#""a""#, "null", #""b""#, #""""#],
                [#""a""#, #""b""#, #""a""#, #""b""#], column: "label", name: "unlabelled"))
        #expect(labels["eval_samples"] == .integer(2) && labels["eval_accuracy"]?.double == 0.5)
        try workshop.expectRefusal(
            ["evaluate"] + self.flags("chat", ["null"], [#""a""#], name: "unanswered"),
            saying: "no row is left to evaluate: 1 of 1 row is left out, without a prediction; the first: ")
    }

    @Test("an empty reference among several is none of them")
    func partly() throws {
        let full = try workshop.evaluation(
            flags("chat", Self.predictions, Self.references, name: "full"))
        let references = Self.references.map { reference in
            reference.hasPrefix("[") ? reference.replacing("[", with: "[null, \"\", ") : reference
        }
        #expect(
            try workshop.evaluation(flags("chat", Self.predictions, references, name: "partly")) == full)
    }

    @Test("an empty reference is no answer to a question, and null is no reference")
    func questions() throws {
        let predictions = [#""Paris""#, #""""#, #""in 1066""#, #""""#, #""x""#]
        let found = try workshop.evaluation(
            flags(
                "question-answering", predictions, [#"["Paris"]"#, "[]", #""1066""#, #""""#, "null"],
                column: "answers", name: "questions"))
        #expect(found["eval_samples"] == .integer(4))
        #expect(found["eval_NoAns_total"]?.double == 2 && found["eval_NoAns_exact"]?.double == 100)
        #expect(found["eval_HasAns_total"]?.double == 2)
    }

    @Test("labels: null and an empty text are left out, an empty list is a row without a label")
    func labels() throws {
        let single = try workshop.evaluation(
            flags(
                "text-classification", [#""a""#, #""b""#, #""a""#, #""b""#, #""a""#],
                [#""a""#, #""b""#, "null", #""""#, #""b""#], column: "label", name: "single"))
        #expect(single["eval_samples"] == .integer(3) && single["eval_accuracy"]?.double == 2.0 / 3)
        let several = try workshop.evaluation(
            flags(
                "text-classification", [#"["a"]"#, "[]", #"["b"]"#], [#"["a", "b"]"#, "[]", "null"],
                column: "label", name: "several"))
        #expect(several["eval_samples"] == .integer(2) && several["eval_accuracy"]?.double == 0.5)
    }
}
