// The golden cases, and the comparison that they are held to.

import Foundation
import Metrics
import TestSupport
import Testing

struct MetricsGoldens: Decodable, Sendable {
    struct Single: Decodable, Sendable {
        let name: String
        let labels: Int
        let truth: String
        let prediction: String
        let accuracy: Double?
        let balanced: Double?
        let mcc: Double?
        let kappa: Double?
        let micro: [Double]
        let macro: [Double]
        let weighted: [Double]
        let perLabel: [[Double]]
        let binary: [Double]?

        /// Pairs of true and predicted label.
        var rows: [(truth: Int, prediction: Int)] { Array(zip(digits(truth), digits(prediction))) }
    }

    struct Multi: Decodable, Sendable {
        let name: String
        let labels: Int
        let truth: String
        let prediction: String
        let subset: Double?
        let hamming: Double?
        let micro: [Double]
        let macro: [Double]
        let weighted: [Double]
        let samplesF1: Double?
        let perLabel: [[Double]]

        /// Pairs of true and predicted labels.
        var rows: [(truth: [Bool], prediction: [Bool])] { Array(zip(flags(truth), flags(prediction))) }
    }

    struct Regression: Decodable, Sendable {
        let name: String
        let truth: [Double]
        let prediction: [Double]
        let mse: Double?
        let rmse: Double?
        let mae: Double?
        let r2: Double?
        let pearson: Double?

        var rows: [(truth: Double, prediction: Double)] { Array(zip(truth, prediction)) }
    }

    struct Sum: Decodable, Sendable {
        let terms: [String]
        let sum: String
    }

    let single: [Single]
    let multi: [Multi]
    let regression: [Regression]
    let sums: [Sum]

    static func load() throws -> MetricsGoldens {
        try JSONDecoder().decode(MetricsGoldens.self, from: expandedGolden("Goldens/metrics.json.gz"))
    }
}

private func digits(_ text: String) -> [Int] { text.compactMap(\.wholeNumberValue) }

private func flags(_ text: String) -> [[Bool]] { text.split(separator: " ").map { $0.map { $0 == "1" } } }

/// Records an issue unless `found` is within 1e-12, relative, of the golden figure; nil stands for NaN.
/// Figures that are 0 in truth may come out of scikit-learn's own rounding as up to 1e-15.
func expectEqual(_ found: Double, _ expected: Double?, _ what: String) {
    guard let expected else {
        #expect(found.isNaN, "\(what): expected NaN, found \(found)")
        return
    }
    #expect(
        abs(found - expected) <= 1e-12 * abs(expected) + (abs(expected) < 1e-15 ? 1e-15 : 0),
        "\(what): expected \(expected), found \(found)")
}

/// Compares precision, recall, F1 and, if `expected` has it, support.
func expectEqual(_ found: PrecisionRecallF1, _ expected: [Double], _ what: String) {
    let values = [found.precision, found.recall, found.f1, Double(found.support)]
    #expect(expected.count >= 3)
    for (name, (value, wanted)) in zip(["precision", "recall", "F1", "support"], zip(values, expected)) {
        expectEqual(value, wanted, "\(what) \(name)")
    }
}

/// The ways in which the tests split rows over 1 to 5 shards: in blocks, in turn, and with empty shards.
func splits<Row>(_ rows: [Row]) -> [[[Row]]] {
    (1...5).flatMap { count in
        let indexed = Array(rows.enumerated())
        let blocks = (0..<count).map { shard in
            indexed.filter { $0.offset * count / rows.count == shard }.map(\.element)
        }
        let turns = (0..<count).map { shard in
            indexed.filter { $0.offset % count == shard }.map(\.element)
        }
        return [blocks, turns, turns.reversed(), Array(repeating: [], count: count - 1) + [rows.reversed()]]
    }
}

/// What an integer all-reduce makes of each shard's counts.
func allReduced(_ counts: [[Int64]]) -> [Int64] {
    counts.dropFirst().reduce(counts[0]) { total, next in zip(total, next).map { $0 + $1 } }
}
