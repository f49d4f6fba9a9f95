// Metrics of generated text beside people's ratings: those of an evaluation, or of the rated outputs
// themselves.

import DataParallel
import Datasets
import Evaluation
import Files
import Foundation
import JSON
import Metrics
import Models
import Phrases
import Ratings
import Training

/// A metric of what a system wrote.
struct AutomaticMetric {
    /// What names of computed metrics begin with; those of an evaluation begin with `eval_`.
    static let computedPrefix = "rated_"
    private static let kinds = ["bleu", "perplexity", "chrf", "rouge", "cider"]

    /// Nil for that of the ratings' own folder, when it belongs to no one system.
    let system: String?
    let name: String
    let value: Double
    /// The ends of its 95% interval, where they are known.
    var bounds: (lower: Double, upper: Double)?

    var isComputed: Bool { name.hasPrefix(Self.computedPrefix) }

    private static func isWanted(_ name: String) -> Bool { kinds.contains { name.contains($0) } }

    /// The metrics in the `eval_results.json` beside each system's predictions and in the folder of the
    /// ratings; of a system without them those of its rated outputs.
    ///
    /// - Parameter rated: indices of the items with a rating.
    static func find(directory: String, items: RatingItems, rated: [Int]) throws -> [AutomaticMetric] {
        let own = URL(fileURLWithPath: directory).standardizedFileURL.path
        let folders = items.files.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        var found: [AutomaticMetric] = []
        for (index, system) in items.systems.enumerated() {
            // One folder of several systems tells no one's metrics.
            let isAlone = index < folders.count && folders.count { $0 == folders[index] } == 1
            let evaluated = isAlone ? try evaluated(folders[index], system: system) : []
            found += evaluated.isEmpty ? try computed(index, items, rated: rated) : evaluated
        }
        if folders.count(where: { $0 == own }) != 1 { found += try evaluated(own, system: nil) }
        return found
    }

    /// What an evaluation wrote into a folder; nothing where there was none.
    private static func evaluated(_ folder: String, system: String?) throws -> [AutomaticMetric] {
        let path = folder + "/eval_results.json"
        guard let bytes = try FileSystem.bytesIfPresent(of: path) else { return [] }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch { throw TrainingError("\(path) is no valid JSON: evaluate again or remove it") }
        let ends = ["_low", "_high"]
        return (document.object ?? [:]).sorted.compactMap { name, value in
            guard let number = value.double, isWanted(name), !ends.contains(where: name.hasSuffix) else {
                return nil
            }
            var metric = AutomaticMetric(system: system, name: name, value: number)
            if let lower = document[name + "_low"]?.double, let upper = document[name + "_high"]?.double {
                metric.bounds = (lower, upper)
            }
            return metric
        }
    }

    /// Scores of a system's rated outputs against the references in its predictions file; with the losses
    /// that `evaluate` writes also their perplexity. Rows without a reference are left out and counted;
    /// nothing when no rated row has one.
    private static func computed(
        _ system: Int, _ items: RatingItems, rated: [Int]
    ) throws -> [AutomaticMetric] {
        guard !rated.isEmpty, system < items.files.count else { return [] }
        let (file, name) = (items.files[system], items.systems[system])
        guard FileSystem.exists(file) else {
            Messages.note("\(file) is not there any more, so \(name) has no BLEU, chrF and ROUGE.")
            return []
        }
        let evaluation = RowEvaluation(.texts(), group: SoloProcessGroup(), seed: items.seed)
        let rows = try RowReader(patterns: [file]).makeIterator()
        var (next, withoutReference) = (0, 0)
        for (number, item) in rated.map({ items.items[$0] }).enumerated() {
            var row: Row?
            while next < item.row {
                row = try rows.next()
                next += 1
            }
            let output = item.outputs[system]
            guard let row, !isOther(row["prediction"], than: output) else {
                Messages.note(
                    "\(file) has changed since it was rated, so \(name) has no BLEU, chrF and ROUGE.")
                return []
            }
            let references = item.reference.map { [$0] } ?? references(of: row)
            guard !references.isEmpty else {
                withoutReference += 1
                continue
            }
            try evaluation.add(
                PredictedRow(
                    number: number, prediction: .string(output), references: references,
                    loss: row.writtenLoss(isOfTokens: true)))
        }
        guard withoutReference < rated.count else { return [] }
        if withoutReference > 0 {
            let (has, verb) = withoutReference == 1 ? ("has", "is") : ("have", "are")
            Messages.note(
                "\(withoutReference) of \(rated.count, "rated row") of \(file) \(has) no reference and "
                    + "\(verb) not in \(name)'s BLEU, chrF and ROUGE.")
        }
        return try evaluation.finish().estimates.filter { isWanted($0.name) }.map { estimate in
            AutomaticMetric(
                system: name, name: computedPrefix + estimate.name, value: estimate.value,
                bounds: estimate.interval.map { ($0.lower, $0.upper) })
        }
    }

    private static func isOther(_ prediction: JSONValue?, than output: String) -> Bool {
        if case .string(let text)? = prediction { text != output } else { false }
    }

    /// The texts of people under the names that the tasks and `evaluate` give them; of a dialogue its last
    /// answer.
    private static func references(of row: Row) -> [String] {
        for name in ["reference", "summary", "caption", "completion"] {
            guard let value = row[name], !value.isEmpty else { continue }
            switch value {
            case .array(let values): return values.filter { !$0.isEmpty }.map(\.plainText)
            case .string(let text): return [text]
            default: continue
            }
        }
        guard case .array(let turns)? = row["messages"], case .object(let last)? = turns.last,
            last["role"]?.plainText == "assistant", case .string(let text)? = last["content"],
            !JSONValue.string(text).isEmpty
        else { return [] }
        return [text]
    }
}
