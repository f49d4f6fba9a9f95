// The part of a report about an evaluation: figures with intervals, labels, calibration, mistakes and
// samples.

internal import JSON

/// Reads `eval_results.json` and the beginning of `eval_predictions.jsonl`.
enum EvaluationSection {
    static let resultsName = "eval_results.json"
    private static let predictionsName = "eval_predictions.jsonl"
    private static let sampleCount = 8
    /// Figures about the run, not about the model, and counts.
    private static let ofRun: Set<String> = ["samples", "runtime", "samples_per_second", "target_tokens"]

    static func sections(_ folder: RunFolder) throws(ReportingError) -> [ReportSection] {
        var sections: [ReportSection] = []
        let results = try folder.document(resultsName)
        if let results { sections.append(section(results, folder.path)) }
        let records = try folder.records(predictionsName, limit: sampleCount)
        let words = ReportBlock.paragraph("The first rows of \(predictionsName), which holds all of them.")
        if hasLabels(results), let table = rows(records, caption: "First rows", name: "samples", folder.path)
        {
            sections.append(ReportSection("Samples", [words, .rows(table)]))
            return sections
        }
        let samples = records.compactMap(sample)
        if !samples.isEmpty { sections.append(ReportSection("Samples", [words, .samples(samples)])) }
        return sections
    }

    private static func section(_ results: JSONValue, _ path: String) -> ReportSection {
        var blocks: [ReportBlock] = []
        let comparison = results["comparison"]?["words"]?.list.compactMap(\.string) ?? []
        if !comparison.isEmpty { blocks.append(.findings(comparison)) }
        if let warning = results["leakage"]?["warning"]?.string { blocks.append(.findings([warning])) }
        blocks.append(.figures(headline(results)))
        var charts: [any ReportChart] = []
        let bins = results["calibration"]?.list.compactMap(bin) ?? []
        if !bins.isEmpty {
            charts.append(
                CalibrationChart(bins: bins, error: results["eval_expected_calibration_error"]?.double))
        }
        if let chart = labelChart(results) { charts.append(chart) }
        if !charts.isEmpty { blocks.append(.charts(charts)) }
        if let table = confusion(results) { blocks.append(.confusion(table)) }
        if let table = labels(results) { blocks.append(.table(table)) }
        if let table = lengths(results) { blocks.append(.table(table)) }
        blocks += [averages(results), figures(results)].compactMap { $0 }.map { .table($0) }
        if let words = speed(results) { blocks.append(.paragraph(words)) }
        let signatures = results["signatures"]?.object ?? [:]
        if !signatures.isEmpty {
            blocks.append(
                .table(
                    ReportTable(
                        caption: "How scores were computed", header: ["score", "signature"],
                        rows: signatures.sorted.map { [$0.key, $0.value.words] },
                        isText: true)))
        }
        let worst = results["mistakes"]?.list ?? []
        let caption = "What the model is most wrong about"
        if hasLabels(results), let table = rows(worst, caption: caption, name: "worst", path) {
            blocks.append(.rows(table))
        } else if case let mistakes = worst.compactMap(sample), !mistakes.isEmpty {
            blocks.append(.paragraph("The rows that the model is most wrong about:"))
            blocks.append(.samples(mistakes))
        }
        return ReportSection("Evaluation", blocks)
    }

    /// Names and values of all figures, without the ends of intervals.
    private static func values(_ results: JSONValue) -> [(name: String, value: Double)] {
        let members = results.object ?? [:]
        return members.names.sorted().compactMap { key in
            guard key.hasPrefix("eval_"), !key.hasSuffix("_low"), !key.hasSuffix("_high"),
                let value = members[key]?.double
            else { return nil }
            return (String(key.dropFirst("eval_".count)), value)
        }
    }

    private static func interval(_ name: String, _ results: JSONValue) -> String? {
        guard let low = results["eval_\(name)_low"]?.double, let high = results["eval_\(name)_high"]?.double
        else { return nil }
        return range([low, high])
    }

    private static func range(_ ends: [Double]) -> String {
        ends.map(NumberFormat.significant).joined(separator: " to ")
    }

    /// The figures that people ask for first.
    private static let headlines = [
        "accuracy", "f1", "exact_match", "bleu", "chrf", "rouge1", "rouge2", "rougeL", "cider", "rmse",
        "pearson",
        "mcc", "roc_auc", "perplexity", "loss", "expected_calibration_error", "samples",
    ]

    static func headline(_ results: JSONValue) -> [ReportFigure] {
        let known = Dictionary(uniqueKeysWithValues: values(results).map { ($0.name, $0.value) })
        return headlines.compactMap { name in
            guard let value = known[name] else { return nil }
            let text = Int(exactly: value).map(NumberFormat.grouped) ?? NumberFormat.significant(value)
            return ReportFigure(
                name: name.replacing("_", with: " "),
                value: ofRun.contains(name) ? text : NumberFormat.significant(value),
                note: interval(name, results).map { "95%: \($0)" })
        }
    }

    /// Precision, recall and F1 by how labels are averaged; nil where there are none.
    private static func averages(_ results: JSONValue) -> ReportTable? {
        let names = ["precision", "recall", "f1"]
        let rows = ["macro", "weighted", "micro"].compactMap { kind -> [String]? in
            let values = names.map { results["eval_\($0)_\(kind)"]?.double }
            guard values.contains(where: { $0 != nil }) else { return nil }
            return [kind] + values.map { $0.map(NumberFormat.significant) ?? "–" }
        }
        if rows.isEmpty { return nil }
        return ReportTable(caption: "Averages over labels", header: ["average"] + names, rows: rows)
    }

    /// What is neither in the tiles nor in the table of averages.
    private static func figures(_ results: JSONValue) -> ReportTable? {
        var shown = Set(headlines).union(ofRun)
        if averages(results) != nil { shown.formUnion(["precision", "recall"]) }
        let rest = values(results).filter { name, _ in
            !shown.contains(name) && !["_macro", "_weighted", "_micro"].contains(where: name.hasSuffix)
        }
        if rest.isEmpty { return nil }
        return ReportTable(
            caption: "Other figures", header: ["figure", "value", "95% interval"],
            rows: rest.map { name, value in
                [
                    name.replacing("_", with: " "), NumberFormat.significant(value),
                    interval(name, results) ?? "",
                ]
            })
    }

    private static func speed(_ results: JSONValue) -> String? {
        guard let seconds = results["eval_runtime"]?.double else { return nil }
        let rate = results["eval_samples_per_second"]?.double.map {
            " (\(NumberFormat.rate($0)) rows a second)"
        }
        return "The evaluation took \(NumberFormat.significant(seconds)) s\(rate ?? "")."
    }

    private static func bin(_ node: JSONValue) -> CalibrationChart.Bin? {
        guard let lower = node["lower"]?.double, let upper = node["upper"]?.double,
            let rows = node["rows"]?.integer
        else { return nil }
        return CalibrationChart.Bin(
            lower: lower, upper: upper, rowCount: rows,
            meanConfidence: node["confidence"]?.double ?? .nan, accuracy: node["accuracy"]?.double ?? .nan)
    }

    private static func confusion(_ results: JSONValue) -> ConfusionTable? {
        let labels = results["labels"]?.list.compactMap(\.string) ?? []
        let counts = results["confusion_matrix"]?.list.map { $0.list.compactMap(\.integer) } ?? []
        guard !labels.isEmpty, counts.count == labels.count,
            counts.allSatisfy({ $0.count == labels.count })
        else { return nil }
        return ConfusionTable(labels: labels, counts: counts)
    }

    private static func labels(_ results: JSONValue) -> ReportTable? {
        let labels = results["per_label"]?.list ?? []
        guard !labels.isEmpty else { return nil }
        let names = ["precision", "recall", "f1"]
        return ReportTable(
            caption: "Labels", header: ["label"] + names + ["f1, 95% interval", "rows"],
            rows: labels.map { label in
                let ends = ["f1_low", "f1_high"].compactMap { label[$0]?.double }
                let interval = range(ends)
                return [label["label"]?.words ?? ""]
                    + names.map { label[$0]?.double.map(NumberFormat.significant) ?? "–" }
                    + [interval, label["support"]?.words ?? ""]
            })
    }

    private static func labelChart(_ results: JSONValue) -> IntervalChart? {
        let items = (results["per_label"]?.list ?? []).compactMap { label -> IntervalChart.Item? in
            guard let name = label["label"]?.words, let value = label["f1"]?.double else { return nil }
            var interval: ClosedRange<Double>?
            if let low = label["f1_low"]?.double, let high = label["f1_high"]?.double, low <= high {
                interval = low...high
            }
            return .init(name: name, value: value, interval: interval)
        }
        guard (2...ConfusionTable.widestMatrix).contains(items.count) else { return nil }
        return IntervalChart(title: "F1 of each label", valueName: "F1 with its 95% interval", items: items)
    }

    private static func lengths(_ results: JSONValue) -> ReportTable? {
        let buckets = results["lengths"]?.list ?? []
        guard let first = buckets.first else { return nil }
        let names = (first.object ?? [:]).names.filter { !["from", "to", "rows"].contains($0) }.sorted()
        return ReportTable(
            caption: "By length of the input", header: ["words", "rows"] + names,
            rows: buckets.map { bucket in
                let range = "\(bucket["from"]?.words ?? "") to \(bucket["to"]?.words ?? "")"
                return [range, bucket["rows"]?.words ?? ""]
                    + names.map { bucket[$0]?.double.map(NumberFormat.significant) ?? "–" }
            })
    }

    /// Whether labels are predicted, not texts or numbers.
    private static func hasLabels(_ results: JSONValue?) -> Bool { results?["labels"]?.list.isEmpty == false }

    /// Rows with labels as a table; nil when some are not short.
    private static func rows(
        _ records: [JSONValue], caption: String, name: String, _ path: String
    ) -> RowTable? {
        let scores = ["score", "loss"].filter { name in records.contains { $0[name]?.double != nil } }
        let rows = records.compactMap { node -> RowTable.Row? in
            guard let prediction = node["prediction"]?.words, let reference = node["reference"]?.words,
                max(prediction.count, reference.count) <= longestLabel
            else { return nil }
            return RowTable.Row(
                number: node["row"]?.words ?? "", input: node["input"]?.string ?? "", prediction: prediction,
                reference: reference,
                scores: scores.map { node[$0]?.double.map(NumberFormat.significant) ?? "–" },
                isRight: prediction == reference)
        }
        guard !rows.isEmpty, rows.count == records.count else { return nil }
        // Several evaluations may stand on one page.
        return RowTable(
            caption: caption, name: "\(name)-\(path.split(separator: "/").last ?? "")", scoreNames: scores,
            rows: rows)
    }

    /// What is longer, in characters, is a text and no label.
    private static let longestLabel = 40

    /// A row of the predictions or a mistake; nil when it has no text.
    private static func sample(_ node: JSONValue) -> ReportSample? {
        var parts: [(name: String, text: String)] = []
        if let input = node["input"]?.string { parts.append(("input", input)) }
        if let prediction = node["prediction"] {
            parts.append(("prediction", prediction.entityWords ?? prediction.words))
        }
        switch node["reference"] {
        case .array(let references)?:
            for reference in references { parts.append(("reference", reference.words)) }
        case let reference?: parts.append(("reference", reference.entityWords ?? reference.words))
        case nil: break
        }
        if parts.isEmpty { return nil }
        let scores = ["score", "loss", "chrf", "rougeL"].compactMap { name in
            node[name]?.double.map { "\(name) \(NumberFormat.significant($0))" }
        }
        let row = node["row"]?.integer.map { ["row \($0)"] } ?? []
        return ReportSample(parts: parts, note: (row + scores).joined(separator: " · "))
    }
}
