// The figures of a plan as cells, for the console and for the page.

internal import Foundation
internal import Phrases
internal import Reporting

/// Rows of a plan as people read them.
package struct PlanTable: Sendable {
    private let result: PlanResult

    package init(_ result: PlanResult) { self.result = result }

    package var header: [String] {
        [
            "nodes", "ranks × threads",
            result.isTokenBudget ? "tokens × accumulation" : "batch × accumulation",
            "s a step", "waiting", "rows/s", "efficiency", "hours", "a rank",
        ] + (result.pricePerNodeHour == nil ? [] : ["cost"])
    }

    /// The best shape of each number of nodes.
    package var best: [[String]] { result.rows.map { cells($0.best) } }

    /// The shape that cluster file and recipe ask for; where it does not fit there is no row.
    package var given: [[String]] { result.rows.compactMap { $0.given.map(cells) } }

    private func cells(_ estimate: PlanEstimate) -> [String] {
        let shape = estimate.shape
        let share = 100 * estimate.waitingSeconds / estimate.stepSeconds
        var cells = [
            "\(shape.nodes)\(estimate.isExtrapolated ? "*" : "")", "\(shape.ranksPerNode) × \(shape.threads)",
            "\(shape.batch) × \(shape.accumulation)", NumberFormat.significant(estimate.stepSeconds),
            "\(Int(share.rounded()))%", NumberFormat.significant(estimate.rowsPerSecond),
            "\(Int((100 * result.efficiency(estimate)).rounded()))%",
            NumberFormat.significant(estimate.hours), "\(ByteCount(estimate.mostMemory.total))",
        ]
        if let cost = result.cost(estimate) { cells.append(NumberFormat.fixed(cost, decimals: 2)) }
        return cells
    }

    /// One sentence that says what to do: the fewest hours, and the cheapest where there is a price.
    package var advice: [String] {
        guard let fastest = result.rows.min(by: { $0.best.hours < $1.best.hours })?.best else { return [] }
        var lines = ["fastest: \(words(fastest))"]
        if result.pricePerNodeHour != nil,
            let cheapest = result.rows.min(by: { cost($0) < cost($1) })?.best
        {
            lines.append("cheapest: \(words(cheapest))")
        }
        return lines
    }

    private func cost(_ row: PlanResult.Row) -> Double { result.cost(row.best) ?? .infinity }

    private func words(_ estimate: PlanEstimate) -> String {
        let shape = estimate.shape
        let key = result.isTokenBudget ? "max_tokens_per_device" : "per_device_train_batch_size"
        return
            "\(shape.nodes, "node"), ranks_per_host: \(shape.ranksPerNode), threads_per_rank: \(shape.threads), "
            + "\(key): \(shape.batch), gradient_accumulation_steps: \(shape.accumulation), "
            + "\(NumberFormat.significant(estimate.hours)) hours"
            + (result.cost(estimate).map { ", \(NumberFormat.fixed($0, decimals: 2))" } ?? "")
    }

    /// Where the figures were measured.
    package var source: String {
        let machine = result.machine
        let time = result.calibrationSeconds.map { String(format: " in %.0f s", $0) } ?? ""
        return
            "measured\(time) on \(machine.name), \(machine.processor): \(machine.ranks) × \(machine.threads) threads on "
            + "\(machine.hosts) host\(machine.hosts == 1 ? "" : "s")"
    }
}
