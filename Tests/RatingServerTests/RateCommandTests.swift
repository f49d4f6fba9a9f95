// `lockstep rate export`, `import` and `result`, and what they refuse.

import Datasets
import Foundation
import JSON
import Ratings
import TestSupport
import Testing

@Suite(.serialized) struct RateCommandTests {
    private let workshop: TemporaryFolder
    private let folder: String

    /// Two systems in folders of their own, one with the metrics of an evaluation, and ratings by two raters.
    init() throws {
        workshop = try TemporaryFolder()
        folder = workshop.path + "/r"
        for system in ["base", "tuned"] {
            try FileManager.default.createDirectory(
                atPath: workshop.path + "/" + system, withIntermediateDirectories: true)
            try workshop.predictions(system + "/predictions", rows: 8)
        }
        try workshop.write(
            #"{"eval_bleu": 31.25, "eval_perplexity": 12.5, "eval_loss": 2.5, "eval_runtime": 3}"#,
            to: "tuned/eval_results.json")
        let server = try RatingProcess(
            workshop,
            ["base", "tuned"].flatMap { ["--predictions", "\($0)=\(workshop.path)/\($0)/predictions.jsonl"] })
        try server.end(by: SIGTERM)
    }

    private func sheet(_ raters: [String] = ["ann", "ben"]) -> String {
        var text = "rater,item,system,naturalness,correctness,helpfulness\n"
        for (number, rater) in raters.enumerated() {
            for row in 1...8 {
                text += "\(rater),\(row),base,2,\(2 + row % 2),\(1 + number)\n"
                text += "\(rater),\(row),tuned,4,\(4 + row % 2),5\n"
            }
        }
        return text
    }

    private func importSheet(_ text: String) throws -> JobOutcome {
        let path = try workshop.write(text, to: "in.csv")
        return try workshop.rate(["import", "--output_dir", folder, "--csv", path])
    }

    @Test(
        "results of an imported sheet stand in a table and in ratings.json, beside each system's BLEU, and in report.html"
    )
    func result() throws {
        #expect(try importSheet(sheet()).errors.contains("in.csv: 96 ratings, 96 of them new or changed"))
        #expect(try importSheet(sheet()).errors.contains("96 ratings, 0 of them new or changed"))
        let outcome = try workshop.rate(["result", "--output_dir", folder])
        #expect(outcome.status == 0, "\(outcome.errors)")
        for line in [
            "96 ratings of 8 of 8 items by 2 raters",
            "overall      tuned   4.500  4.375 … 4.625       16      8",
            "tuned is rated higher than base, by more than chance (p ≤ 0.001, 8 items).",
            "eval_bleu        tuned   31.2500", "eval_perplexity  tuned   12.5000",
        ] {
            #expect(outcome.output.contains(line), "\(line) is not in\n\(outcome.output)")
        }
        let json = try JSONValue(json: Array(workshop.text(of: "r/ratings.json").utf8))
        let tuned = try #require(json["systems"]?.array?.last)
        #expect(tuned["name"]?.string == "tuned" && tuned["overall"]?["count"]?.wholeNumber == 16)
        #expect(tuned["metrics"]?.json == #"{"eval_bleu": 31.25, "eval_perplexity": 12.5}"#)
        #expect(json["agreement"]?["correctness"]?["ordinal_alpha"]?["value"]?.json == "1")
        let pair = try #require(json["comparisons"]?.array?.first)
        #expect(pair["system"]?.string == "base" && pair["losses"]?.wholeNumber == 16)
        let page = try workshop.text(of: "r/report.html")
        for text in [
            "96 ratings of 8 items by 2 raters", "Krippendorff", "Which model is preferred", "31.3",
            "≤ 0.001",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        let printed = try workshop.rate(["result", "--output_dir", folder, "--json"])
        #expect(printed.output == (try workshop.text(of: "r/ratings.json")))
    }

    @Test(
        "without an evaluation, the rated outputs are scored as sacrebleu and rouge_score do; losses give perplexity"
    )
    func computedMetrics() throws {
        let workshop = try TemporaryFolder()
        let folder = workshop.path + "/r"
        let file = try workshop.write(
            """
            {"prompt": "1", "prediction": "the cat sat on the mat", "reference": "the cat is on the mat", \
            "loss": 0.5, "targets": 4, "correct_targets": 2}
            {"prompt": "2", "prediction": "never rated", "reference": "and so not scored"}
            {"prompt": "3", "prediction": "a dog runs in the park", \
            "reference": ["a dog runs in the park", "dogs run in parks"], \
            "loss": 1.25, "targets": 8, "correct_targets": 3}
            {"prompt": "4", "prediction": "rated without a reference", "reference": null}

            """, to: "one.jsonl")
        let silent = try workshop.write(
            (1...4).map { #"{"prompt": "\#($0)", "prediction": "no reference \#($0)"}"# + "\n" }.joined(),
            to: "silent.jsonl")
        let server = try RatingProcess(workshop, ["--predictions", file, "--predictions", silent])
        try server.end(by: SIGTERM)
        let sheet = "rater,item,system,correctness\nann,1,one,3\nann,3,one,4\nann,3,silent,4\nann,4,one,2\n"
        let path = try workshop.write(sheet, to: "in.csv")
        #expect(try workshop.rate(["import", "--output_dir", folder, "--csv", path]).status == 0)
        let outcome = try workshop.rate(["result", "--output_dir", folder])
        #expect(outcome.output.contains("rated_… are of the rated outputs, against the references"))
        #expect(
            outcome.errors.contains(
                "1 of 3 rated rows of \(file) has no reference and is not in one's BLEU, chrF and ROUGE."))
        let json = try JSONValue(json: Array(workshop.text(of: "r/ratings.json").utf8))
        let metrics = try #require(json["systems"]?.array?.first?["metrics"])
        for (name, expected) in [
            ("bleu", 69.18912876154525), ("chrf", 82.8319569031264), ("rouge1", 0.9166666666666667),
            ("rougeL", 0.9166666666666667), ("perplexity", 2.718281828459045),
        ] {
            let found = Double(metrics["rated_" + name]?.json ?? "") ?? .nan
            #expect(abs(found - expected) < 1e-9 * max(1, expected), "\(name) is \(found)")
            #expect(metrics["rated_\(name)_low"] != nil)
            #expect(outcome.output.contains("rated_" + name))
        }
        #expect(json["systems"]?.array?.last?["metrics"] == nil)
        #expect(try workshop.text(of: "r/report.html").contains("rated_bleu"))
    }

    @Test("an export holds all ratings, and a form filled in by a rater is imported under the right systems")
    func exports() throws {
        _ = try importSheet(sheet())
        let before = try workshop.ratings()
        let path = workshop.path + "/out.csv"
        #expect(try workshop.rate(["export", "--output_dir", folder, "--csv", path]).status == 0)
        #expect(try workshop.text(of: "out.csv").split(separator: "\r\n").count == 33)
        try FileManager.default.removeItem(atPath: folder + "/ratings.jsonl")
        #expect(try workshop.rate(["import", "--output_dir", folder, "--csv", path]).status == 0)
        #expect(try workshop.ratings() == before)
        _ = try workshop.rate(["export", "--output_dir", folder, "--csv", path, "--rater", "cho"])
        let form = try workshop.text(of: "out.csv")
        #expect(!form.contains(",tuned,") && form.contains("cho,1,A,,,,"))
        let filled = form.split(separator: "\r\n").map { line in
            line.replacing(",,,,", with: line.contains("tuned/predictions answers") ? ",5,5,5," : ",1,1,1,")
        }
        #expect(try importSheet(filled.joined(separator: "\r\n")).status == 0)
        let ratings = try workshop.ratings()
        let cho = try Rater("cho")
        for item in 0..<8 {
            #expect(ratings.scores(cho, item: item, system: 0) == [1, 1, 1])
            #expect(ratings.scores(cho, item: item, system: 1) == [5, 5, 5])
        }
    }

    @Test("one wrong line keeps a whole sheet out, and says its number and reason")
    func wrongSheet() throws {
        _ = try importSheet(sheet(["ann"]))
        let before = try workshop.text(of: "r/ratings.jsonl")
        let outcome = try importSheet(sheet(["ben"]) + "ben,9,base,3,3,3\ncho,1,base,3,7,3\n")
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains("in.csv: 2 lines are wrong, so nothing was imported"))
        #expect(outcome.errors.contains("in.csv:18: item 9 is none of those that are rated."))
        #expect(
            outcome.errors.contains(
                "in.csv:19: correctness is \"7\", but must be a whole number from 1 to 5."))
        #expect(try workshop.text(of: "r/ratings.jsonl") == before)
        let server = try RatingProcess(workshop, [])
        #expect(try importSheet(sheet(["ben"])).errors.contains("in use by another lockstep rate"))
        try server.end(by: SIGKILL)
        #expect(try importSheet(sheet(["ben"])).status == 0)
    }

    @Test("a folder without items or ratings, and predictions that do not fit, are refused in a sentence")
    func refusals() throws {
        let empty = try workshop.rate(["result", "--output_dir", workshop.path + "/none"])
        #expect(
            empty.status != 0
                && empty.errors.contains("holds no rating_items.json: start with lockstep rate serve"))
        let unrated = try workshop.rate(["result", "--output_dir", folder])
        #expect(unrated.status != 0 && unrated.errors.contains("holds no ratings yet"))
        func serve(_ arguments: [String]) throws -> String {
            let outcome = try workshop.rate(["serve", "--output_dir", folder, "--port", "0"] + arguments)
            #expect(outcome.status != 0)
            return outcome.errors
        }
        let base = workshop.path + "/base/predictions.jsonl"
        #expect(try serve(["--predictions", base]).contains("holds ratings of other outputs than those"))
        let short = try workshop.predictions("short", rows: 7)
        #expect(try serve(["--predictions", base, "--predictions", short]).contains("has 8 rows and"))
        #expect(
            try serve(["--predictions", base, "--prediction_column", "output"])
                .contains("no column \"output\"; the row has \"prompt\", \"prediction\""))
        #expect(try serve(["--predictions", base, "--items", "0"]).contains("--items must be 1 or more"))
    }
}
