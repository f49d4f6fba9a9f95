// What metrics.jsonl and trainer_state.json say of a run: its records, their summary, the chosen checkpoint.

import Foundation
internal import JSON

/// The history of a run that trained.
struct TrainingHistory {
    let records: [JSONValue]
    /// The record of the whole run; nil while it trains.
    let summary: JSONValue?
    let settings: RunSettings?
    let choice: Choice?

    /// The checkpoint that a figure chose.
    struct Choice: Equatable {
        let checkpoint: String
        let epoch: Double
        /// The figure without its prefix, such as `f1`.
        let metric: String
        let value: Double
        /// Evaluations that it was chosen from.
        let candidates: Int
        let isHighest: Bool
        /// Whether the model in the folder is that of the checkpoint.
        let isKept: Bool
    }

    /// Nil when the folder holds no training.
    init?(_ folder: RunFolder) throws(ReportingError) {
        records = try folder.records(RunLog.fileName)
        if records.isEmpty { return nil }
        summary = records.last { $0["train_runtime"] != nil }
        settings = try RunSettings(folder)
        let state = try folder.document("trainer_state.json")
        choice = Self.choice(state, records, settings)
    }

    private static func choice(
        _ state: JSONValue?, _ records: [JSONValue], _ settings: RunSettings?
    ) -> Choice? {
        guard let value = state?["best_metric"]?.double, let step = state?["best_global_step"]?.integer,
            let path = state?["best_model_checkpoint"]?.string
        else { return nil }
        let named = settings?["metric_for_best_model"] ?? "loss"
        let metric = named.hasPrefix("eval_") ? String(named.dropFirst("eval_".count)) : named
        let evaluations = records.filter { $0["eval_" + metric]?.double != nil }
        guard let epoch = evaluations.last(where: { $0["step"]?.integer == step })?["epoch"]?.double else {
            return nil
        }
        let values = evaluations.compactMap { $0["eval_" + metric]?.double }.filter(\.isFinite)
        return Choice(
            checkpoint: URL(fileURLWithPath: path).lastPathComponent, epoch: epoch, metric: metric,
            value: value, candidates: values.count, isHighest: value >= (values.max() ?? value),
            isKept: settings?["load_best_model_at_end"] == "true")
    }

    var evaluations: [JSONValue] { records.filter { $0["eval_loss"] != nil } }

    /// Rows of an evaluation: its seconds times its rows a second.
    var validationRows: Int? {
        guard let last = evaluations.last, let seconds = last["eval_runtime"]?.double,
            let rate = last["eval_samples_per_second"]?.double, (seconds * rate).isFinite
        else { return nil }
        return Int((seconds * rate).rounded())
    }
}
