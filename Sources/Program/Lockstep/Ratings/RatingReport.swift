// What a human evaluation found: ratings.json and the tables for people.

import Datasets
import Foundation
import JSON
import Metrics
import Models
internal import Phrases
package import Ratings
import Reporting
import Training

/// The results of a folder's ratings, beside the metrics that an evaluation wrote.
package struct RatingReport {
    private static let fileName = "ratings.json"

    let directory: String
    package let results: RatingResults
    private let metrics: [AutomaticMetric]

    package init(directory: String) throws {
        let items = try RatingItems(directory: directory)
        self.directory = directory
        results = RatingResults(try FinalRatings(directory: directory, items: items), of: items)
        metrics = try AutomaticMetric.find(directory: directory, items: items, rated: results.rated)
    }

    /// The content of ratings.json.
    package var bytes: [UInt8] {
        let document = results.document
        guard case .object(var members) = document else { return document.serialized() }
        members["systems"] = .array(
            (members["systems"]?.array ?? []).map { system in
                guard var parts = system.object else { return system }
                parts["metrics"] = values(of: parts["name"]?.string)
                return .object(parts)
            })
        members["metrics"] = values(of: nil)
        return JSONValue.object(members).serialized()
    }

    /// The metrics of a system, or those of the folder; nil when there are none.
    private func values(of system: String?) -> JSONValue? {
        let own = metrics.filter { $0.system == system }
        if own.isEmpty { return nil }
        return .object(
            own.reduce(into: [:]) { members, metric in
                members[metric.name] = .figure(metric.value)
                guard let bounds = metric.bounds else { return }
                members[metric.name + "_low"] = .figure(bounds.lower)
                members[metric.name + "_high"] = .figure(bounds.upper)
            })
    }

    /// Writes ratings.json and report.html into the folder.
    package func write() throws {
        try OutputFiles.write(bytes, directory: directory, name: Self.fileName)
        ReportPage.writeAfterwards(directory: directory)
    }

    /// Tables and, of each pair of systems, a sentence.
    package var text: String {
        var parts = [
            "\(results.ratingCount, "rating") of \(results.ratedItems) of \(results.itemCount, "item") by "
                + "\(results.raters.count, "rater")\n",
            means.text,
        ]
        parts.append(results.agreements.isEmpty ? Self.noAgreement : agreements.text)
        if !results.comparisons.isEmpty {
            parts.append(comparisons.text)
            parts.append(verdicts)
        }
        if !metrics.isEmpty { parts.append(automatic.text) }
        if !withoutRating.isEmpty { parts.append(withoutRating) }
        if metrics.contains(where: \.isComputed) {
            parts.append(
                "\(AutomaticMetric.computedPrefix)… are of the rated outputs, against the references in their predictions "
                    + "file.\n")
        }
        return parts.joined(separator: "\n")
    }

    /// What raters said beside ratings.
    private var withoutRating: String {
        var sentences: [String] = []
        let (unjudged, remarks) = (results.cannotJudgeCount, results.remarks.count)
        if unjudged > 0 {
            let places = results.unjudged.map {
                "\(results.systems[$0.system]) \($0.criterion.rawValue) \($0.count)"
            }
            sentences.append(
                "\"cannot judge\" \(unjudged == 1 ? "once" : "\(unjudged) times"), counted as no rating: "
                    + places.joined(separator: ", ") + "\n")
        }
        if remarks > 0 {
            sentences.append(
                "\(remarks, "comment"): in \(Self.fileName) and report.html\n")
        }
        return sentences.joined()
    }

    private static let noAgreement = "No output was rated by two raters: their agreement is not known.\n"

    private var means: Table {
        Table(
            header: ["criterion", "system", "mean", "95% interval", "ratings", "items"],
            rows: results.means.map { mean in
                [
                    mean.aspect.rawValue, results.systems[mean.system], Self.figure(mean.mean.estimate),
                    Self.bounds(mean.mean), "\(mean.ratings)", "\(mean.items)",
                ]
            }, alignments: [.left, .left])
    }

    private var agreements: Table {
        Table(
            header: [
                "agreement", "alpha (ordinal)", "95% interval", "alpha (interval)", "95% interval", "outputs",
            ],
            rows: results.agreements.map { agreement in
                [
                    agreement.criterion.rawValue, Self.figure(agreement.ordinal.estimate),
                    Self.bounds(agreement.ordinal), Self.figure(agreement.interval.estimate),
                    Self.bounds(agreement.interval), "\(agreement.outputs)",
                ]
            })
    }

    private var comparisons: Table {
        Table(
            header: [
                "criterion", "system", "against", "wins", "ties", "losses", "win rate", "95% interval",
                "difference", "95% interval", "p",
            ],
            rows: results.comparisons.map { pair in
                [
                    pair.aspect.rawValue, results.systems[pair.system], results.systems[pair.other],
                    "\(pair.wins)",
                    "\(pair.ties)", "\(pair.losses)", Self.figure(pair.winRate.estimate),
                    Self.bounds(pair.winRate),
                    Self.figure(pair.difference.estimate), Self.bounds(pair.difference),
                    NumberFormat.pValue(pair.pValue),
                ]
            }, alignments: [.left, .left, .left])
    }

    private var automatic: Table {
        Table(
            header: ["metric", "system", "value", "95% interval"],
            rows: metrics.map { metric in
                let bounds = metric.bounds.map { [$0.lower, $0.upper] } ?? []
                return [
                    metric.name, metric.system ?? "", NumberFormat.fixed(metric.value, decimals: 4),
                    bounds.map { NumberFormat.fixed($0, decimals: 4) }.joined(separator: " … "),
                ]
            },
            alignments: [.left, .left])
    }

    /// Whether the difference of each pair over all criteria is more than chance.
    private var verdicts: String {
        results.comparisons.filter { $0.aspect == .overall }.map { pair in
            let (system, other) = (results.systems[pair.system], results.systems[pair.other])
            guard pair.pValue < 1 - RatingResults.level else {
                return "Between \(system) and \(other) no difference beyond chance is seen "
                    + "(\(NumberFormat.pClause(pair.pValue)), \(pair.items, "item")).\n"
            }
            let (better, worse) = pair.difference.estimate > 0 ? (system, other) : (other, system)
            return "\(better) is rated higher than \(worse), by more than chance "
                + "(\(NumberFormat.pClause(pair.pValue)), \(pair.items, "item")).\n"
        }.joined()
    }

    private static func figure(_ value: Double) -> String {
        value.isNaN ? "–" : NumberFormat.fixed(value, decimals: 3)
    }

    private static func bounds(_ interval: ConfidenceInterval) -> String {
        interval.lower.isNaN ? "–" : "\(figure(interval.lower)) … \(figure(interval.upper))"
    }
}
