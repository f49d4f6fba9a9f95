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
            ">best</text>", "<b>0.2500</b><span>epoch 2</span>", "<b>1:02</b>",
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
            "<b>0.7500</b><span>95%: 0.5000 to 1.0000</span>", "f1: this run is better", "Confusion matrix",
            "<td class=\"right\" style=\"--share:60.0%\" title=\"b → b\">2</td>", "F1 of each label",
            "confidence 0.80 to 1.00: 4 rows, 75.0% right", "2 to 3", "&lt;/main&gt;&lt;script&gt;x",
            "row 2 · score 0.9000", "<h2>Samples</h2>", ">p7</dd>",
        ] { #expect(page.contains(text), "\(text)") }
        #expect(!page.contains("<script") && !page.contains(">p8</dd>") && !page.contains("null"))
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
        for text in ["Over 2 folds", "0.1414", "fold 2: 0.7000", "mean: 0.6000 [-0.6700, 1.8700]"] {
            #expect(page.contains(text), "\(text)")
        }
        for text in [
            "<h3>helpfulness</h3>", "A &amp; B: 4.0000 [3.0000, 5.0000]", "Krippendorff&#39;s alpha",
        ] {
            #expect(page.contains(text), "\(text)")
        }
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
