// The part of a report about an evaluation: figures with intervals, labels, calibration, mistakes and
// samples.

internal import JSON

/// Reads `eval_results.json` and the beginning of `eval_predictions.jsonl`.
enum EvaluationSection {
    private static let resultsName = "eval_results.json"
    private static let predictionsName = "eval_predictions.jsonl"
    private static let sampleCount = 8
    /// Figures about the run, not about the model.
    private static let plain: Set<String> = [
        "samples", "runtime", "samples_per_second", "target_tokens",
    ]

    static func sections(_ folder: RunFolder) throws(ReportingError) -> [ReportSection] {
        var sections: [ReportSection] = []
        if let results = try folder.document(resultsName) { sections.append(section(results)) }
        let samples = try folder.records(predictionsName, limit: sampleCount).compactMap(sample)
        if !samples.isEmpty {
            sections.append(
                ReportSection(
                    "Samples",
                    [
                        .paragraph("The first rows of \(predictionsName), which holds all of them."),
                        .samples(samples),
                    ]))
        }
        return sections
    }

    private static func section(_ results: JSONValue) -> ReportSection {
        var blocks: [ReportBlock] = []
        let comparison = results["comparison"]?["words"]?.list.compactMap(\.string) ?? []
        if !comparison.isEmpty { blocks.append(.findings(comparison)) }
        blocks.append(.figures(headline(results)))
        var charts: [any ReportChart] = []
        let bins = results["calibration"]?.list.compactMap(bin) ?? []
        if !bins.isEmpty { charts.append(CalibrationChart(bins: bins)) }
        if let chart = labelChart(results) { charts.append(chart) }
        if !charts.isEmpty { blocks.append(.charts(charts)) }
        if let table = confusion(results) { blocks.append(.confusion(table)) }
        if let table = labels(results) { blocks.append(.table(table)) }
        if let table = lengths(results) { blocks.append(.table(table)) }
        blocks.append(.table(figures(results)))
        let signatures = results["signatures"]?.object ?? [:]
        if !signatures.isEmpty {
            blocks.append(
                .table(
                    ReportTable(
                        caption: "How scores were computed", header: ["score", "signature"],
                        rows: signatures.sorted.map { [$0.key, $0.value.words] },
                        isText: true)))
        }
        let mistakes = results["mistakes"]?.list.compactMap(sample) ?? []
        if !mistakes.isEmpty {
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
        return "\(NumberFormat.fixed(low, decimals: 4)) to \(NumberFormat.fixed(high, decimals: 4))"
    }

    /// The figures that people ask for first.
    private static func headline(_ results: JSONValue) -> [ReportFigure] {
        let wanted = [
            "loss", "perplexity", "accuracy", "f1", "roc_auc", "mcc", "bleu", "chrf", "rouge1", "rouge2",
            "rougeL", "cider", "rmse", "pearson", "expected_calibration_error", "samples",
        ]
        let known = Dictionary(uniqueKeysWithValues: values(results).map { ($0.name, $0.value) })
        return wanted.compactMap { name in
            guard let value = known[name] else { return nil }
            let text =
                plain.contains(name)
                ? NumberFormat.fixed(value, decimals: 0) : NumberFormat.fixed(value, decimals: 4)
            return ReportFigure(
                name: name.replacing("_", with: " "), value: text,
                note: interval(name, results).map { "95%: \($0)" })
        }
    }

    private static func figures(_ results: JSONValue) -> ReportTable {
        ReportTable(
            caption: "All figures", header: ["figure", "value", "95% interval"],
            rows: values(results).map { name, value in
                let isCount = Int(exactly: value) != nil && plain.contains(name)
                return [
                    name, NumberFormat.fixed(value, decimals: isCount ? 0 : 4), interval(name, results) ?? "",
                ]
            })
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
                let interval = ends.map { NumberFormat.fixed($0, decimals: 4) }.joined(separator: " to ")
                return [label["label"]?.words ?? ""]
                    + names.map { label[$0]?.double.map { NumberFormat.fixed($0, decimals: 4) } ?? "–" }
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
                    + names.map { bucket[$0]?.double.map { NumberFormat.fixed($0, decimals: 4) } ?? "–" }
            })
    }

    /// A row of the predictions or a mistake; nil when it has no text.
    private static func sample(_ node: JSONValue) -> ReportSample? {
        var parts: [(name: String, text: String)] = []
        if let input = node["input"]?.string { parts.append(("input", input)) }
        if let prediction = node["prediction"] { parts.append(("prediction", prediction.words)) }
        switch node["reference"] {
        case .array(let references)?:
            for reference in references { parts.append(("reference", reference.words)) }
        case let reference?: parts.append(("reference", reference.words))
        case nil: break
        }
        if parts.isEmpty { return nil }
        let scores = ["score", "loss", "chrf", "rougeL"].compactMap { name in
            node[name]?.double.map { "\(name) \(NumberFormat.fixed($0, decimals: 4))" }
        }
        let row = node["row"]?.integer.map { ["row \($0)"] } ?? []
        return ReportSample(parts: parts, note: (row + scores).joined(separator: " · "))
    }
}
