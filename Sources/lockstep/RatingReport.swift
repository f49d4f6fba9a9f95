// What a human evaluation found: ratings.json and the tables for people.

import Datasets
import Foundation
import Metrics
import Models
import Ratings
import Reporting
import Training

/// The results of a folder's ratings, beside the metrics that an evaluation wrote.
struct RatingReport {
    private static let fileName = "ratings.json"

    let directory: String
    let results: RatingResults
    private let metrics: [AutomaticMetric]

    init(directory: String) throws {
        let items = try RatingItems(directory: directory)
        self.directory = directory
        results = RatingResults(try FinalRatings(directory: directory, items: items), of: items)
        metrics = try AutomaticMetric.find(directory: directory, items: items)
    }

    /// The content of ratings.json.
    var bytes: [UInt8] {
        get throws {
            let document = try JSONValue(parsing: Array(results.document.json.utf8))
            guard case .object(var members) = document else { return try document.serialized() }
            members["systems"] = .array(
                (members["systems"]?.array ?? []).map { system in
                    guard var parts = system.object else { return system }
                    parts["metrics"] = values(of: parts["name"]?.string)
                    return .object(parts)
                })
            members["metrics"] = values(of: nil)
            return try JSONValue.object(members).serialized()
        }
    }

    /// The metrics of a system, or those of the folder; nil when there are none.
    private func values(of system: String?) -> JSONValue? {
        let own = metrics.filter { $0.system == system }
        if own.isEmpty { return nil }
        return .object(own.reduce(into: [:]) { $0[$1.name] = .number($1.value) })
    }

    /// Writes ratings.json and report.html into the folder.
    func write() throws {
        try OutputFiles.write(try bytes, directory: directory, name: Self.fileName)
        ReportPage.writeAfterwards(directory: directory)
    }

    /// Tables and, of each pair of systems, a sentence.
    var text: String {
        var parts = [
            "\(results.ratingCount) ratings of \(results.ratedItems) of \(results.itemCount) items by "
                + "\(results.raters.count) rater\(results.raters.count == 1 ? "" : "s")\n",
            means.text,
        ]
        parts.append(results.agreements.isEmpty ? Self.noAgreement : agreements.text)
        if !results.comparisons.isEmpty {
            parts.append(comparisons.text)
            parts.append(verdicts)
        }
        if !metrics.isEmpty { parts.append(automatic.text) }
        return parts.joined(separator: "\n")
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
                    Self.figure(pair.pValue),
                ]
            }, alignments: [.left, .left, .left])
    }

    private var automatic: Table {
        Table(
            header: ["metric", "system", "value"],
            rows: metrics.map { [$0.name, $0.system ?? "", Figure.fixed($0.value, decimals: 4)] },
            alignments: [.left, .left])
    }

    /// Whether the difference of each pair over all criteria is more than chance.
    private var verdicts: String {
        results.comparisons.filter { $0.aspect == .overall }.map { pair in
            let (system, other) = (results.systems[pair.system], results.systems[pair.other])
            guard pair.pValue < 1 - RatingResults.level else {
                return "Between \(system) and \(other) no difference beyond chance is seen "
                    + "(p = \(Self.figure(pair.pValue)), \(pair.items) items).\n"
            }
            let (better, worse) = pair.difference.estimate > 0 ? (system, other) : (other, system)
            return "\(better) is rated higher than \(worse), by more than chance "
                + "(p = \(Self.figure(pair.pValue)), \(pair.items) items).\n"
        }.joined()
    }

    private static func figure(_ value: Double) -> String {
        value.isNaN ? "–" : Figure.fixed(value, decimals: 3)
    }

    private static func bounds(_ interval: ConfidenceInterval) -> String {
        interval.lower.isNaN ? "–" : "\(figure(interval.lower)) … \(figure(interval.upper))"
    }
}

/// A metric of generated text that an evaluation wrote into eval_results.json.
struct AutomaticMetric {
    /// Nil for that of the ratings' own folder, when it belongs to no one system.
    let system: String?
    let name: String
    let value: Double

    private static let kinds = ["bleu", "perplexity", "chrf", "rouge", "cider"]

    /// The metrics beside each system's predictions, and those in the folder of the ratings.
    static func find(directory: String, items: RatingItems) throws -> [AutomaticMetric] {
        var found: [AutomaticMetric] = []
        let own = URL(fileURLWithPath: directory).standardizedFileURL.path
        let files: [(system: String?, path: String)] = zip(items.systems, items.files).map { system, file in
            (system, URL(fileURLWithPath: file).deletingLastPathComponent().path)
        }
        // One folder of several systems tells no one's metrics.
        var folders = files.filter { folder in files.count { $0.path == folder.path } == 1 }
        if !folders.contains(where: { $0.path == own }) { folders.append((nil, own)) }
        for folder in folders {
            let path = folder.path + "/eval_results.json"
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            let document: JSONValue
            do {
                document = try JSONValue(parsing: [UInt8](data))
            } catch { throw TrainingError("\(path) is no valid JSON: evaluate again or remove it") }
            for (name, value) in (document.object ?? [:]).sorted(by: { $0.key < $1.key }) {
                guard let number = value.double, kinds.contains(where: { name.contains($0) }) else {
                    continue
                }
                found.append(AutomaticMetric(system: folder.system, name: name, value: number))
            }
        }
        return found
    }
}
