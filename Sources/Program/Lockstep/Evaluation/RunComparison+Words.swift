// A comparison of two runs in words and as JSON.

import Evaluation
import JSON
import Metrics
import Models
import Reporting
import Training

extension RunComparison {
    /// Differences with a p-value below this are told as more than chance.
    private static let significance = 0.05

    /// A sentence a figure, and one for the rows that only one of the runs got right.
    var sentences: [String] {
        items.map(sentence)
            + (rights.map { rights in
                let (more, fewer) = (
                    max(rights.onlyThis, rights.onlyOther), min(rights.onlyThis, rights.onlyOther)
                )
                let winner = rights.onlyThis >= rights.onlyOther ? "this run" : otherRun
                return
                    "rows: \(winner) alone is right on \(more), the other run alone on \(fewer); McNemar's test: "
                    + Self.verdict(rights.test.pValue)
            }.map { [$0] } ?? [])
    }

    private func sentence(_ item: Item) -> String {
        let difference = item.test.difference
        guard difference.estimate.isFinite else { return "\(item.name): not known for both runs" }
        if difference.estimate == 0, difference.lower == 0, difference.upper == 0 {
            return "\(item.name): both runs are equal"
        }
        let isBetter =
            difference.estimate == 0 || (difference.estimate > 0) == (item.direction == .higherIsBetter)
        let sign = difference.estimate >= 0 ? 1.0 : -1.0
        let ends = [sign * difference.lower, sign * difference.upper].sorted()
        func amount(_ value: Double) -> String {
            switch item.unit {
            case .share: NumberFormat.fixed(100 * value, decimals: 2)
            case .points: NumberFormat.fixed(value, decimals: 2)
            case .plain: NumberFormat.fixed(value, decimals: 4)
            }
        }
        let points = item.unit == .plain ? "" : " points"
        return "\(item.name): this run is \(isBetter ? "better" : "worse") than \(otherRun) by "
            + "\(amount(abs(difference.estimate)))\(points) [\(amount(ends[0])), \(amount(ends[1]))]; "
            + Self.verdict(item.test.pValue)
    }

    /// The other run as the user knows it: by its folder, when the file has the name that an evaluation gives
    /// it.
    private var otherRun: String {
        let suffix = "/" + ComparedPredictions.fileName
        return other.hasSuffix(suffix) ? String(other.dropLast(suffix.count)) : other
    }

    private static func verdict(_ pValue: Double) -> String {
        let clause = NumberFormat.pClause(pValue)
        guard pValue.isFinite else { return clause }
        return clause + (pValue < significance ? ": more than chance" : ": may be chance")
    }

    /// Differences are this run's figure minus the other's.
    var json: JSONValue {
        var members: JSONObject = [
            "other": .string(other), "words": .array(sentences.map { .string($0) }),
            "differences": .array(
                items.map { item in
                    .object([
                        "figure": .string(item.name),
                        "difference": .figure(item.test.difference.estimate),
                        "low": .figure(item.test.difference.lower),
                        "high": .figure(item.test.difference.upper),
                        "p": .figure(item.test.pValue),
                    ])
                }),
        ]
        if let rights {
            members["mcnemar"] = .object([
                "only_this_right": .integer(Int(rights.onlyThis)),
                "only_other_right": .integer(Int(rights.onlyOther)),
                "p": .figure(rights.test.pValue),
            ])
        }
        return .object(members)
    }
}
