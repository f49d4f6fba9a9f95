// The part of a report about ratings by people.

/// Reads `ratings.json`: under `systems` an object a model with `name` and, for each criterion, an object with `mean`,
/// `low`, `high` and `count`; under `agreement` Krippendorff's alpha of each criterion.
enum RatingsSection {
    static let fileName = "ratings.json"
    private static let criteria = ["naturalness", "correctness", "helpfulness"]

    static func sections(_ folder: RunFolder) throws(ReportingError) -> [ReportSection] {
        guard let document = try folder.document(fileName) else { return [] }
        let systems = document["systems"]?.list ?? []
        var blocks: [ReportBlock] = []
        let charts = criteria.compactMap { chart($0, systems) }
        if !charts.isEmpty { blocks.append(.charts(charts)) }
        let agreement = (document["agreement"]?.object ?? [:]).sorted { $0.key < $1.key }
        if !agreement.isEmpty {
            blocks.append(
                .table(
                    ReportTable(
                        caption: "Agreement of the raters", header: ["criterion", "Krippendorff's alpha"],
                        rows: agreement.map { [$0.key, $0.value.words] })))
        }
        return [ReportSection("Ratings", blocks)]
    }

    private static func chart(_ criterion: String, _ systems: [JSONNode]) -> IntervalChart? {
        let items = systems.enumerated().compactMap { index, system -> IntervalChart.Item? in
            guard let rating = system[criterion], let mean = rating["mean"]?.number else { return nil }
            var interval: ClosedRange<Double>?
            if let low = rating["low"]?.number, let high = rating["high"]?.number, low <= high {
                interval = low...high
            }
            return .init(
                name: system["name"]?.words ?? "model \(index + 1)", value: mean, interval: interval,
                series: index)
        }
        return items.isEmpty
            ? nil : IntervalChart(title: criterion, valueName: "mean rating, 1 to 5", items: items)
    }
}
