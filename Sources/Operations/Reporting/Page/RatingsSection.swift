// The part of a report about ratings by people.

internal import JSON
internal import Phrases

/// Reads `ratings.json`: under `systems` an object a model with `name` and, for each criterion, an object
/// with `mean`, `low`, `high` and `count`; under `agreement` an object a criterion with Krippendorff's
/// `ordinal_alpha`; under `comparisons` a list of pairs of models with their `win_rate`; `metrics`, of a
/// model or of the folder, are those of an evaluation (`eval_…`) or of the rated outputs (`rated_…`), with
/// their ends `…_low` and `…_high`.
enum RatingsSection {
    static let fileName = "ratings.json"
    private static let criteria = ["naturalness", "correctness", "helpfulness", "overall"]

    static func sections(_ folder: RunFolder) throws(ReportingError) -> [ReportSection] {
        guard let document = try folder.document(fileName) else { return [] }
        let systems = document["systems"]?.list ?? []
        var blocks: [ReportBlock] = []
        if let raters = document["raters"]?.list.count, let items = document["rated_items"]?.integer,
            let ratings = document["ratings"]?.integer
        {
            let unjudged = document["cannot_judge"]?.integer ?? 0
            let words = unjudged == 0 ? "" : ", and \(unjudged, "time") “cannot judge”, which is no rating"
            blocks.append(
                .paragraph("\(ratings, "rating") of \(items, "item") by \(raters, "rater")\(words)"))
        }
        let charts = criteria.compactMap { chart($0, systems) }
        if !charts.isEmpty { blocks.append(.charts(charts)) }
        blocks += agreement(document).map { .table($0) }
        blocks += comparisons(document).map { .table($0) }
        blocks += metrics(document, systems).map { .table($0) }
        blocks += unjudged(systems).map { .table($0) }
        blocks += comments(document).map { .table($0) }
        return [ReportSection("Ratings", blocks)]
    }

    private static func chart(_ criterion: String, _ systems: [JSONValue]) -> IntervalChart? {
        let items = systems.enumerated().compactMap { index, system -> IntervalChart.Item? in
            guard let rating = system[criterion], let mean = rating["mean"]?.double else { return nil }
            var interval: ClosedRange<Double>?
            if let low = rating["low"]?.double, let high = rating["high"]?.double, low <= high {
                interval = low...high
            }
            return .init(
                name: system["name"]?.words ?? "model \(index + 1)", value: mean, interval: interval,
                series: index)
        }
        return items.isEmpty
            ? nil : IntervalChart(title: criterion, valueName: "mean rating, 1 to 5", items: items)
    }

    private static func agreement(_ document: JSONValue) -> [ReportTable] {
        let rows = criteria.compactMap { criterion -> [String]? in
            guard let alpha = document["agreement"]?[criterion]?["ordinal_alpha"] else { return nil }
            return [criterion, figure(alpha["value"]), interval(alpha)]
        }
        if rows.isEmpty { return [] }
        return [
            ReportTable(
                caption: "Agreement of the raters",
                header: ["criterion", "Krippendorff's alpha (ordinal)", "95% interval"], rows: rows)
        ]
    }

    /// How often raters could not judge, by model and criterion.
    private static func unjudged(_ systems: [JSONValue]) -> [ReportTable] {
        let rows = systems.filter { $0["cannot_judge"]?.object?.names.isEmpty == false }.map { system in
            [system["name"]?.words ?? ""]
                + criteria.dropLast().map { system["cannot_judge"]?[$0]?.words ?? "0" }
        }
        if rows.isEmpty { return [] }
        return [
            ReportTable(
                caption: "“Cannot judge”", header: ["model"] + criteria.dropLast(), rows: rows)
        ]
    }

    private static func comments(_ document: JSONValue) -> [ReportTable] {
        let rows = (document["comments"]?.list ?? []).map { comment in
            ["item", "system", "rater", "comment"].map { comment[$0]?.words ?? "" }
        }
        if rows.isEmpty { return [] }
        return [
            ReportTable(
                caption: "Comments of the raters", header: ["item", "model", "rater", "comment"], rows: rows,
                isText: true)
        ]
    }

    private static func comparisons(_ document: JSONValue) -> [ReportTable] {
        let rows = (document["comparisons"]?.list ?? []).map { pair in
            ["criterion", "system", "other", "wins", "ties", "losses"].map { pair[$0]?.words ?? "–" }
                + [
                    figure(pair["win_rate"]?["value"]), interval(pair["win_rate"]),
                    NumberFormat.pValue(pair["p_value"]?.double ?? .nan),
                ]
        }
        if rows.isEmpty { return [] }
        return [
            ReportTable(
                caption: "Which model is preferred",
                header: [
                    "criterion", "model", "against", "wins", "ties", "losses", "win rate", "95% interval",
                    "p of the difference of means",
                ], rows: rows)
        ]
    }

    private static func metrics(_ document: JSONValue, _ systems: [JSONValue]) -> [ReportTable] {
        let all = systems.map { ($0["name"]?.words ?? "", $0["metrics"]) } + [("", document["metrics"])]
        let rows = all.flatMap { name, metrics in
            let members = metrics?.object ?? [:]
            return members.sorted { $0.key < $1.key }.compactMap { key, value -> [String]? in
                guard !key.hasSuffix("_low"), !key.hasSuffix("_high") else { return nil }
                let ends = [members[key + "_low"], members[key + "_high"]].compactMap { $0?.double }
                let interval = ends.map(NumberFormat.significant).joined(separator: " to ")
                return [key, name, figure(value), interval]
            }
        }
        if rows.isEmpty { return [] }
        return [
            ReportTable(
                caption: "Beside the ratings", header: ["metric", "model", "value", "95% interval"],
                rows: rows)
        ]
    }

    private static func figure(_ node: JSONValue?) -> String {
        node?.double.map(NumberFormat.significant) ?? "–"
    }

    private static func interval(_ node: JSONValue?) -> String {
        guard node?["low"]?.double != nil, node?["high"]?.double != nil else { return "–" }
        return "\(figure(node?["low"])) to \(figure(node?["high"]))"
    }
}
