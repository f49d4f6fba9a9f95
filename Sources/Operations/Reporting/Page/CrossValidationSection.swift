// The part of a report about a cross-validation: each fold, and what all of them say together.

internal import JSON
internal import Phrases

/// Reads `cross_validation.json`: under `folds` an object a fold with its figures, under `summary` for each
/// figure an object with `mean`, `std`, `low` and `high`.
enum CrossValidationSection {
    static let fileName = "cross_validation.json"

    static func sections(_ folder: RunFolder) throws(ReportingError) -> [ReportSection] {
        guard let document = try folder.document(fileName) else { return [] }
        let folds = document["folds"]?.list ?? []
        let summary = document["summary"]?.object ?? [:]
        let ordered = document["metric_names"]?.list.compactMap { $0.string } ?? []
        let names = ordered.isEmpty ? summary.names.sorted() : ordered
        var metrics: [(key: String, value: JSONValue)] = []
        for name in names { if let values = summary[name] { metrics.append((name, values)) } }
        var blocks: [ReportBlock] = []
        blocks.append(
            .table(
                ReportTable(
                    caption: "Over \(folds.count, "fold")",
                    header: ["figure", "mean", "standard deviation", "95% interval"],
                    rows: metrics.map { name, values in
                        [name] + ["mean", "std"].map { values[$0].map(figure) ?? "–" } + [
                            ["low", "high"].compactMap { values[$0].map(figure) }.joined(separator: " to ")
                        ]
                    })))
        let charts = metrics.prefix(4).compactMap { chart($0.key, $0.value, folds) }
        if !charts.isEmpty { blocks.append(.charts(charts)) }
        return [ReportSection("Cross-validation", blocks)]
    }

    private static func figure(_ node: JSONValue) -> String {
        node.double.map(NumberFormat.significant) ?? "–"
    }

    private static func chart(_ name: String, _ values: JSONValue, _ folds: [JSONValue]) -> IntervalChart? {
        var items = folds.enumerated().compactMap { index, fold -> IntervalChart.Item? in
            guard let value = (fold[name] ?? fold["metrics"]?[name])?.double else { return nil }
            let repetition = fold["repeat"]?.words ?? "1"
            let title = "fold \(fold["fold"]?.words ?? "\(index + 1)")"
            return .init(name: repetition == "1" ? title : "\(title) of repeat \(repetition)", value: value)
        }
        guard !items.isEmpty, let mean = values["mean"]?.double else { return nil }
        var interval: ClosedRange<Double>?
        if let low = values["low"]?.double, let high = values["high"]?.double, low <= high {
            interval = low...high
        }
        items.append(.init(name: "mean", value: mean, interval: interval, series: 1))
        return IntervalChart(title: name, valueName: "\(name); the mean with its 95% interval", items: items)
    }
}
