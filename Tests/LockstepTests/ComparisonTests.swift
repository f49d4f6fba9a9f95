// `lockstep evaluate --compare`: whether two runs differ by more than chance, in words.

import Foundation
import Models
import TestSupport
import Testing

@Suite(.serialized) struct ComparisonTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop(trainRows: 3, validationRows: 3) }

    /// 400 rows of two labels, of which every `period`-th is predicted wrongly, in `name`.jsonl; `labels.jsonl` holds the
    /// labels.
    private func write(_ name: String, period: Int, rows: Int = 400) throws -> [String] {
        var (predictions, references) = ("", "")
        for row in 0..<rows {
            let isPositive = row * 7 % 5 < 2
            let isRight = row % period != 0
            predictions +=
                "{\"prediction\": \"\(isPositive == isRight ? "yes" : "no")\", \"score\": 0.\(60 + row % 30)}\n"
            references += "{\"label\": \"\(isPositive ? "yes" : "no")\"}\n"
        }
        return [
            "--predictions_file", try workshop.write(predictions, to: name + ".jsonl"), "--references_file",
            try workshop.write(references, to: "labels-\(rows).jsonl"), "--output_dir",
            workshop.path + "/" + name,
        ]
    }

    @Test("a clear difference is more than chance and a small one may be chance; 1 and 3 ranks agree")
    func labels() throws {
        try workshop.succeed(["evaluate"] + write("weak", period: 4))
        let strong = try write("strong", period: 20)
        let compared = strong + ["--compare", workshop.path + "/weak"]
        let document = try workshop.evaluation(compared)
        let words = (document["comparison"]?["words"]?.array ?? []).compactMap(\.string)
        let other = workshop.path + "/weak/eval_predictions.jsonl"
        let accuracy = try #require(words.first { $0.hasPrefix("accuracy: ") })
        #expect(accuracy.hasPrefix("accuracy: this run is better than \(other) by 20.00 points ["))
        #expect(accuracy.hasSuffix("]; p ≤ 0.001: more than chance"), "\(accuracy)")
        let rows =
            "rows: this run alone is right on 80, the other run alone on 0; McNemar's test: p ≤ 0.001: "
        #expect(words.contains(rows + "more than chance"), "\(words)")
        #expect(try workshop.evaluation(compared, ranks: 3) == document)
        let page = try workshop.text("strong/report.html")
        #expect(page.contains("this run is better than") && page.contains("<h2>Samples</h2>"))
        // The other way round, and against nearly the same run.
        let weak = try workshop.evaluation(
            try write("weak", period: 4) + ["--compare", workshop.path + "/strong"])
        #expect("\(weak)".contains("accuracy: this run is worse than"))
        let similar = try workshop.succeed(
            ["evaluate"] + write("similar", period: 19) + ["--compare", workshop.path + "/strong"]
        ).output
        #expect(similar.contains("accuracy: this run is worse than") && similar.contains(": may be chance"))
        let same = try workshop.succeed(["evaluate"] + strong + ["--compare", workshop.path + "/strong"])
        #expect(same.output.contains("accuracy: both runs are equal"))
    }

    @Test("runs over other rows, and folders without predictions, are refused in a sentence")
    func mistakes() throws {
        try workshop.succeed(["evaluate"] + write("one", period: 4))
        let fewer = try write("two", period: 4, rows: 390)
        try workshop.expectRefusal(
            ["evaluate"] + fewer + ["--compare", workshop.path + "/one"], ranks: 2,
            saying:
                "\(workshop.path)/one/eval_predictions.jsonl has 400 rows, this evaluation 390: both runs must be"
        )
        let text = try workshop.text("one/eval_predictions.jsonl")
        let third = text.split(separator: "\n")[3]
        let flipped = third.replacing(/"reference": "(yes|no)"/, with: "\"reference\": \"perhaps\"")
        try workshop.write(
            text.replacing(third, with: flipped), to: "one/eval_predictions.jsonl")
        let same = try write("three", period: 4)
        try workshop.expectRefusal(
            ["evaluate"] + same + ["--compare", workshop.path + "/one"],
            saying:
                "\(workshop.path)/one/eval_predictions.jsonl:4: its reference is \"perhaps\", but row 3 of this "
                + "evaluation has ")
        try workshop.expectRefusal(
            ["evaluate"] + same + ["--compare", workshop.path + "/model"],
            saying: "\(workshop.path)/model has no eval_predictions.jsonl to compare with")
    }
}
