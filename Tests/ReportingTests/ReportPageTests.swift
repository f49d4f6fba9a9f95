// report.html: what a folder's files make of it, and that no text of theirs can change the page.

import Foundation
import Reporting
import TestSupport
import Testing

@Suite struct ReportPageTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func page() throws -> String {
        let path = try ReportPage.write(directory: folder.path)
        #expect(path == folder.path + "/report.html")
        return try folder.text(of: "report.html")
    }

    private func writeTraining(overfitting: Bool = false) throws {
        var lines = (1...12).map { step in
            #"{"step": \#(step), "epoch": \#(Double(step) / 4), "loss": \#(1 / Double(step)), "learning_rate": 1e-05}"#
        }
        for (step, loss) in [(4, "0.5"), (8, "0.25"), (12, "NaN")] {
            lines.append(
                #"{"step": \#(step), "epoch": \#(step / 4), "eval_loss": \#(loss), "eval_f1": 0.5, "eval_accuracy": 1}"#
            )
        }
        let sentences =
            overfitting
            ? #", "overfitting_since_epoch": 2.0, "early_stop": "stopped early", "overfitting": "overfitting: x < y""#
            : ""
        lines.append(#"{"step": 12, "epoch": 3.0, "train_runtime": 61.5\#(sentences)}"#)
        try folder.write(lines.joined(separator: "\n") + "\n", to: "metrics.jsonl")
    }

    @Test("training gives curves, the best epoch and the figures; nothing is loaded from elsewhere")
    func training() throws {
        try writeTraining()
        let page = try page()
        for text in [
            "<h2>Training</h2>", "<h3>Loss</h3>", "<h3>Validation figures</h3>", "<h3>Learning rate</h3>",
            ">best</text>", "<b>0.250</b><span>epoch 2</span>", "<b>1:02</b>",
        ] { #expect(page.contains(text), "\(text)") }
        #expect(page.components(separatedBy: "<svg ").count == 4)
        for text in ["http", "src=", "@import", "url(", "<script", "NaN"] {
            #expect(!page.contains(text), "\(text)")
        }
        #expect(!page.contains("class=\"notice\""))
    }

    @Test("overfitting and an early stop are told in the words of the log, at the epoch in the chart")
    func overfitting() throws {
        try writeTraining(overfitting: true)
        let page = try page()
        #expect(page.contains(">Stopped early.</p>") && page.contains(">Overfitting: x &lt; y.</p>"))
        #expect(page.contains(">overfitting</text>") && !page.contains(">best</text>"))
    }

    @Test(
        "an evaluation gives intervals, labels, matrix, calibration, lengths, mistakes, samples and comparison"
    )
    func evaluation() throws {
        try folder.write(
            """
            {"eval_f1": 0.75, "eval_f1_low": 0.5, "eval_f1_high": 1, "eval_mcc": null, "eval_samples": 4,
             "labels": ["<b>", "b"], "confusion_matrix": [[1, 1], [0, 2]],
             "per_label": [{"label": "<b>", "precision": 1, "recall": 0.5, "f1": 0.6667, "support": 2},
                           {"label": "b", "precision": 0.6667, "recall": 1, "f1": 0.8, "support": 2}],
             "calibration": [{"lower": 0.8, "upper": 1, "rows": 4, "confidence": 0.9, "accuracy": 0.75}],
             "lengths": [{"from": 2, "to": 3, "rows": 4, "accuracy": 0.75}],
             "mistakes": [{"row": 2, "input": "</main><script>x", "prediction": "b", "reference": "<b>", "score": 0.9}],
             "comparison": {"words": ["f1: this run is better"]}}
            """, to: "eval_results.json")
        try folder.write(
            (0..<30).map { #"{"row": \#($0), "prediction": ["p\#($0)"], "reference": "r"}"# + "\n" }.joined(),
            to: "eval_predictions.jsonl")
        let page = try page()
        for text in [
            "<b>0.750</b><span>95%: 0.500 to 1.00</span>", "f1: this run is better", "Confusion matrix",
            "<td class=\"right\" style=\"--share:60.0%\" title=\"b → b\">2</td>", "F1 of each label",
            "confidence 0.80 to 1.00: 4 rows, 75.0% right", "2 to 3", "&lt;/main&gt;&lt;script&gt;x",
            "<span class=\"miss\">b</span>", ">0.900</td>", "<h2>Samples</h2>", ">p7</span>",
        ] { #expect(page.contains(text), "\(text)") }
        #expect(!page.contains("<script") && !page.contains(">p8</span>") && !page.contains("null"))
    }

    @Test("folds and ratings have their sections")
    func foldsAndRatings() throws {
        try folder.write(
            #"{"folds": [{"fold": 1, "metrics": {"f1": 0.5}}, {"fold": 2, "metrics": {"f1": 0.7}}], "#
                + #""metric_names": ["f1"], "summary": {"f1": {"mean": 0.6, "#
                + #""std": 0.1414, "low": -0.67, "high": 1.87}}}"#, to: "cross_validation.json")
        try folder.write(
            #"{"systems": [{"name": "A & B", "helpfulness": {"mean": 4, "low": 3, "high": 5}}], "#
                + #""agreement": {"helpfulness": {"outputs": 4, "ordinal_alpha": {"value": 0.5}}}}"#,
            to: "ratings.json")
        let page = try page()
        for text in ["Over 2 folds", "0.141", "fold 2: 0.700", "mean: 0.600 [-0.670, 1.87]"] {
            #expect(page.contains(text), "\(text)")
        }
        for text in [
            "<h3>helpfulness</h3>", "A &amp; B: 4.00 [3.00, 5.00]", "Krippendorff&#39;s alpha",
        ] {
            #expect(page.contains(text), "\(text)")
        }
    }

    /// A run of three evaluations whose second one was chosen, as `train` leaves it.
    private func writeRun(keeps: Bool = true) throws {
        var lines = (1...3).map { epoch in
            """
            {"step": \(4 * epoch), "epoch": \(epoch), "loss": 0.5, "learning_rate": 1e-05, "grad_norm": 1}
            {"step": \(4 * epoch), "epoch": \(epoch), "samples_per_second": 100, "tokens_per_second": 2000, \
            "resident_bytes": 500000000}
            {"step": \(4 * epoch), "epoch": \(epoch), "communication_seconds": 0.02, "waiting_seconds": 0.01}
            {"step": \(4 * epoch), "epoch": \(epoch), "eval_loss": 0.\(epoch), "eval_f1": 0.\([5, 9, 7][epoch - 1]), \
            "eval_runtime": 2, "eval_samples_per_second": 120}
            """
        }
        lines.append(
            """
            {"step": 12, "epoch": 3, "train_runtime": 61.5, "train_samples": 1234, "train_batch_rows": 32, \
            "parameters": 22714371, "trained_parameters": 147456, "ranks": 2, "threads_per_rank": 4, \
            "started": "2026-11-30T22:05:10Z", "changed_settings": "learning_rate lora_r train_file"}
            """)
        try folder.write(lines.joined(separator: "\n") + "\n", to: "metrics.jsonl")
        try folder.write(
            #"{"best_metric": 0.9, "best_global_step": 8, "best_model_checkpoint": "/x/y/checkpoint-8"}"#,
            to: "trainer_state.json")
        try folder.write(
            """
            task: text-classification
            model_name_or_path: ".models/small <model>"
            train_file:
            - "a.jsonl"
            - "b.jsonl"
            learning_rate: 0.0003
            warmup_steps: 0
            lora_r: 8
            lora_alpha: 16.0
            load_best_model_at_end: \(keeps)
            metric_for_best_model: "f1"

            """, to: "recipe.yaml")
        try folder.write(
            #"{"id2label": {"1": "spam", "0": "ham"}, "architectures": ["BertForSequenceClassification"]}"#,
            to: "config.json")
    }

    @Test(
        "the head says what was trained on what with which result, and the curves mark the chosen checkpoint")
    func overview() throws {
        try writeRun()
        let page = try page()
        let head = page.components(separatedBy: "<h2>")[0]
        for text in [
            "f1 on validation rows</span><b>0.900</b>",
            "checkpoint-8, epoch 2: the highest of 3; its weights are the model",
            "small &lt;model&gt; · BertForSequenceClassification · 22,714,371 parameters, 147,456 of them trained",
            "text-classification · 2 labels: ham, spam", "a.jsonl, b.jsonl · 1,234 rows", ">240 rows<",
            "2026-11-30 22:05 UTC · took 1:02", "2 ranks × 4 threads",
            "3 epochs, 12 steps of 32 rows · learning rate 0.0003", "LoRA r 8, alpha 16.0",
        ] { #expect(head.contains(text), "\(text) in \(head.suffix(2000))") }
        // In the chart of losses and in that of the validation figures.
        #expect(page.components(separatedBy: ">chosen</text>").count == 3)
        for title in ["Rows a second", "Tokens a second", "Memory", "Communication, ms a step"] {
            #expect(page.contains("<h3>\(title)</h3>"), "\(title)")
        }
        try writeRun(keeps: false)
        let other = try self.page()
        #expect(other.contains("the model in the folder is that of the last step"))
        #expect(other.contains(">best f1</text>") && !other.contains(">chosen</text>"))
        // Without a chosen checkpoint the evaluation of the saved model gives the figure.
        try FileManager.default.removeItem(atPath: folder.path + "/trainer_state.json")
        try folder.write(#"{"eval_f1": 0.875, "eval_loss": 1}"#, to: "eval_results.json")
        #expect(try self.page().contains("f1 of the saved model</span><b>0.875</b>"))
    }

    @Test("settings that differ from the defaults stand in a table, all of them are folded away")
    func settings() throws {
        try writeRun()
        let page = try page()
        let parts = page.components(separatedBy: "<h3>Settings that differ from the defaults</h3>")
        try #require(parts.count == 2)
        let table = parts[1].components(separatedBy: "</table>")[0]
        #expect(table.contains(">learning_rate</td><td dir=\"auto\">0.0003</td>"))
        #expect(table.contains(">a.jsonl, b.jsonl</td>") && !table.contains("warmup_steps"))
        #expect(page.contains("<summary>The whole recipe: 9 keys, defaults included</summary>"))
        #expect(page.contains("warmup_steps: 0"))
    }

    @Test("results in folders of a run are on its page, those of checkpoints and folds are not")
    func parts() throws {
        try writeRun()
        for (name, figure) in [
            ("evaluation", 0.125), ("other", 0.25), ("checkpoint-8", 0.375), ("fold-1", 0.625),
        ] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/" + name, withIntermediateDirectories: true)
            try folder.write(#"{"eval_f1": \#(figure)}"#, to: name + "/eval_results.json")
        }
        let page = try page()
        #expect(page.contains("<h2>Evaluation</h2>") && page.contains("<h2>Evaluation (other)</h2>"))
        #expect(page.contains("<b>0.125</b>") && page.contains("<b>0.250</b>"))
        #expect(!page.contains("<b>0.375</b>") && !page.contains("<b>0.625</b>"))
    }

    @Test("no figure stands twice, lengths have the unit of the figure of all rows")
    func figures() throws {
        try folder.write(
            """
            {"eval_accuracy": 0.8, "eval_f1": 0.75, "eval_f1_macro": 0.75, "eval_f1_micro": 0.8, "eval_precision": 0.7,
             "eval_precision_macro": 0.7, "eval_kappa": 0.61234, "eval_chrf": 43.21, "eval_runtime": 2,
             "eval_samples": 12345, "eval_samples_per_second": 6172.5,
             "lengths": [{"from": 2, "to": 3, "rows": 4, "chrf": 43.21, "accuracy": 0.8}]}
            """, to: "eval_results.json")
        let page = try page()
        for text in [
            "<b>12,345</b>", "<b>43.2</b>", ">43.2</td>", ">0.800</td>", ">0.612</td>",
            "Averages over labels",
            "The evaluation took 2.00 s (6173 rows a second).",
        ] { #expect(page.contains(text), "\(text)") }
        let other = page.components(separatedBy: "<h3>Other figures</h3>")[1].components(
            separatedBy: "</table>")[0]
        #expect(other.components(separatedBy: "<tr>").count == 3, "\(other)")
    }

    @Test("entities are told by text or place and kind, not as JSON; what is none stays as it is")
    func entities() throws {
        let truths = [(0, 5, "PER"), (14, 20, "LOC")].map {
            #"{\"start\": \#($0.0), \"end\": \#($0.1), \"label\": \"\#($0.2)\"}"#
        }
        try folder.write(
            """
            {"eval_f1": 0.5, "mistakes": [
             {"row": 3, "input": "Maria lives in Berlin.", "loss": 0.5, "reference": "[\(truths.joined(separator: ", "))]",
              "prediction": [{"start": 0, "end": 5, "label": "ORG", "text": "Maria", "score": 0.9}]},
             {"row": 4, "input": "x", "prediction": "[{ no JSON", "reference": "[{\\"a\\": 7}]"}]}
            """, to: "eval_results.json")
        let page = try page()
        for text in ["Maria (ORG)<", "0–5 (PER), 14–20 (LOC)<", "[{ no JSON", "7}]"] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(!page.contains("score: 0.9") && !page.contains("label: ORG"))
    }

    @Test("rows with labels are a table whose filter needs no script, texts are not")
    func worstRows() throws {
        let rows = [("ham", "spam"), ("ham", "spam"), ("spam", "ham")].enumerated().map { number, pair in
            #"{"row": \#(number), "input": "i\#(number)", "prediction": "\#(pair.1)", "reference": "\#(pair.0)", "score": 0.9}"#
        }
        try folder.write(
            "{\"eval_f1\": 0.5, \"labels\": [\"ham\", \"spam\"], \"mistakes\": [\(rows.joined(separator: ", "))]}",
            to: "eval_results.json")
        let labelled = try page()
        #expect(labelled.contains("ham → spam (2)</label>") && labelled.contains("spam → ham (1)</label>"))
        #expect(labelled.contains("all (3)</label>"))
        #expect(labelled.components(separatedBy: "<tr class=\"k0\">").count == 3)
        #expect(labelled.components(separatedBy: "<tr class=\"k1\">").count == 2)
        #expect(!labelled.contains("<script"))
        let text = String(repeating: "a long answer ", count: 20)
        try folder.write(
            #"{"eval_bleu": 5, "mistakes": [{"row": 1, "input": "i", "prediction": "\#(text)", "reference": "r", "chrf": 4}]}"#,
            to: "eval_results.json")
        let texts = try page()
        #expect(!texts.contains("class=\"filter\"") && texts.contains("row 1 · chrf 4.00"))
    }

    @Test(
        "three significant digits, thousands grouped",
        arguments: [
            (0, "0"), (0.97499, "0.975"), (0.99951, "1.00"), (9.996, "10.0"), (99.96, "100"),
            (0.00779, "0.00779"),
            (0.0278, "0.0278"), (999.6, "1,000"), (-12345.6, "-12,346"), (1.25e-5, "1.25e-05"), (.nan, "–"),
        ])
    func significantDigits(value: Double, text: String) {
        #expect(NumberFormat.significant(value) == text)
    }

    @Test("an empty folder and a damaged file are refused in a sentence, and the old page stays")
    func mistakes() throws {
        #expect {
            try ReportPage.write(directory: folder.path)
        } throws: {
            "\($0)".hasPrefix("\(folder.path): The folder holds nothing to report")
        }
        try writeTraining()
        let before = try page()
        try folder.write("{\"eval_f1\": ", to: "eval_results.json")
        #expect {
            try ReportPage.write(directory: folder.path)
        } throws: {
            "\($0)".hasPrefix("\(folder.path)/eval_results.json: This is no JSON as Lockstep writes it")
        }
        #expect(try folder.text(of: "report.html") == before)
    }
}

@Suite struct HTMLTests {
    @Test("text is escaped in content and attributes, and characters that HTML forbids are replaced")
    func escaping() {
        let text = "<a href='x'>&\"\u{0}\u{1B}\u{85}\n\tü😀"
        let expected = "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{FFFD}\u{FFFD}\u{FFFD}\n\tü😀"
        #expect(HTML(text).source == expected)
        #expect(
            HTML.element("p", ["title": text], text).source == "<p title=\"\(expected)\">\(expected)</p>")
        #expect(HTML.element("p", [HTML.element("b", "<")]).source == "<p><b>&lt;</b></p>")
    }
}

@Suite struct ChartTests {
    private func occurrences(_ part: String, _ chart: any ReportChart) -> Int {
        chart.drawing.source.components(separatedBy: part).count - 1
    }

    @Test("a line lies where its values say, in a frame of round numbers")
    func line() {
        let chart = LineChart(
            title: "t", horizontalName: "epoch",
            series: [.init(name: "a", points: [.init(x: 0, y: 0), .init(x: 1, y: 0.5), .init(x: 2, y: 1)])])
        let drawing = chart.drawing.source
        #expect(drawing.contains("points=\"58.0,256.0 264.0,134.0 470.0,12.0\""))
        for tick in [">0.2</text>", ">0.8</text>", ">1.0</text>", ">1.5</text>", ">2.0</text>"] {
            #expect(drawing.contains(tick), "\(tick)")
        }
    }

    @Test("values that are not finite are left out; one point, equal values and none at all are drawn")
    func oddValues() {
        func chart(_ values: [Double]) -> LineChart {
            let points = values.enumerated().map { LineChart.Point(x: Double($0.offset), y: $0.element) }
            return LineChart(title: "t", horizontalName: "x", series: [.init(name: "a", points: points)])
        }
        #expect(occurrences("<circle", chart([.nan, 3, .infinity])) == 1)
        #expect(chart([]).drawing.source.contains("no finite values"))
        for values in [[2, 2, 2], [0], [1e-9, 2e-9], [-1e12, 1e12], [1e300, -1e300]] {
            let drawing = chart(values).drawing.source
            #expect(drawing.contains("<polyline") && !drawing.lowercased().contains("nan\""))
        }
        let almostEqual = chart([1, 1 - 1e-12]).drawing.source
        #expect(almostEqual.contains(">0.6</text>") && almostEqual.contains(">1.4</text>"))
    }

    @Test(
        "very small and very large ticks share one exponent",
        arguments: [
            ([8.8e-5, 1e-4], ["0.88e-04", "0.90e-04", "1.00e-04"]), ([0, 5e-5], ["0", "1e-05", "5e-05"]),
            ([0, 3e7], ["0.5e+07", "3.0e+07"]), ([2e-10, 3e-10], ["2.0e-10", "2.2e-10", "3.0e-10"]),
        ])
    func exponents(values: [Double], labels: [String]) {
        let points = values.enumerated().map { LineChart.Point(x: Double($0.offset), y: $0.element) }
        let drawing = LineChart(title: "t", horizontalName: "x", series: [.init(name: "a", points: points)])
            .drawing.source
        for label in labels { #expect(drawing.contains(">\(label)</text>"), "\(label): \(drawing)") }
    }

    @Test("a long curve is averaged into 300 points")
    func longCurve() {
        let points = (0..<30_000).map { LineChart.Point(x: Double($0), y: Double($0 % 2)) }
        let drawing = LineChart(
            title: "t", horizontalName: "x", series: [.init(name: "a", points: points)]
        ).drawing.source
        #expect(drawing.utf8.count < 10_000)
    }

    @Test("wide matrices become lists of the most frequent confusions")
    func wideMatrix() {
        let labels = (0..<30).map { "label \($0)" }
        var counts = labels.indices.map { row in labels.indices.map { $0 == row ? 5 : 0 } }
        counts[3][7] = 15
        let section = ReportSection("s", [.confusion(ConfusionTable(labels: labels, counts: counts))])
        let page = ReportDocument(title: "t", subtitle: "", sections: [section]).html
        #expect(page.contains("Most frequent confusions of 30 labels"))
        #expect(page.contains(">label 3</td><td dir=\"auto\">label 7</td><td dir=\"auto\">15</td>"))
        #expect(page.contains(">75.0%</td>"))
    }
}
