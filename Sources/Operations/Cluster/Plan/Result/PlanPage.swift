// A plan as a page in the report's style: figures, curves over the nodes, tables, and what is not known.

internal import Foundation
internal import Phrases
package import Reporting

/// The page that `--report` writes.
package struct PlanPage: Sendable {
    private let result: PlanResult
    private let table: PlanTable

    package init(_ result: PlanResult) { (self.result, table) = (result, PlanTable(result)) }

    package var document: ReportDocument {
        var tables: [ReportBlock] = [
            .table(ReportTable(caption: "Best shapes", header: table.header, rows: table.best))
        ]
        let given = table.given
        if !given.isEmpty {
            tables.append(
                .table(
                    ReportTable(
                        caption: "As recipe and cluster file say", header: table.header, rows: given)))
        }
        return ReportDocument(
            title: result.title, subtitle: "Plan of a Lockstep run, \(table.source)",
            overview: [.figures(figures)] + table.advice.map { .paragraph($0) },
            sections: [
                ReportSection("By number of nodes", [.charts(charts)]), ReportSection("Shapes", tables),
                ReportSection("What these figures are", [.findings(result.notes)]),
            ])
    }

    private var figures: [ReportFigure] {
        guard let fastest = result.rows.min(by: { $0.best.hours < $1.best.hours })?.best else { return [] }
        var figures = [
            ReportFigure(
                name: "fewest hours", value: NumberFormat.significant(fastest.hours),
                note: "on \(fastest.shape.nodes, "node")"),
            ReportFigure(
                name: "hours on one node", value: NumberFormat.significant(result.baseline.hours)),
        ]
        if let cost = result.cost(fastest) {
            figures.append(
                ReportFigure(name: "cost of the fastest", value: NumberFormat.fixed(cost, decimals: 2)))
        }
        return figures
    }

    // MARK: Charts

    private var charts: [any ReportChart] {
        var charts: [any ReportChart] = [
            chart("Efficiency, percent") { 100 * result.efficiency($0) },
            chart("Hours") { $0.hours },
            chart("Seconds a step") { $0.stepSeconds },
        ]
        if result.pricePerNodeHour != nil {
            charts.append(chart("Cost") { result.cost($0) ?? .nan })
        }
        return charts
    }

    /// A curve of the best shapes and one of the given ones. Numbers of nodes double from tick to tick.
    private func chart(_ title: String, _ value: (PlanEstimate) -> Double) -> LineChart {
        func points(_ estimates: [PlanEstimate]) -> [LineChart.Point] {
            estimates.map { LineChart.Point(x: log2(Double($0.shape.nodes)), y: value($0)) }
        }
        var series = [
            LineChart.Series(name: "best shape", points: points(result.rows.map(\.best)), showsPoints: true)
        ]
        let given = result.rows.compactMap(\.given)
        if !given.isEmpty {
            series.append(LineChart.Series(name: "as given", points: points(given), showsPoints: true))
        }
        return LineChart(
            title: title, horizontalName: "nodes, as a power of two: 0 is 1, 5 is 32, 10 is 1,024",
            series: series, startsAtZero: true)
    }
}
