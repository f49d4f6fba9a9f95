// What `train --json` prints of a run, from the files of its folder: the same for one that has just ended and
// for one that was finished before.

package import JSON

/// One object about a finished run, in snake case as its files have it.
package struct RunDocument {
    package let directory: String
    /// Steps made, of how many.
    package let step: Int
    package let totalSteps: Int
    /// The checkpoint of the best evaluation and its step, when one was kept.
    package let bestCheckpoint: (path: String, step: Int)?
    package let bestMetric: Double?
    /// What chose the best checkpoint, with its `eval_` prefix; nil in a run that is not evaluated.
    package let metricForBestModel: String?
    /// Whether the folder's model is that of the best checkpoint.
    package let holdsBest: Bool

    package init(
        directory: String, step: Int, totalSteps: Int, bestCheckpoint: (path: String, step: Int)?,
        bestMetric: Double?, metricForBestModel: String?, holdsBest: Bool
    ) {
        (self.directory, self.step, self.totalSteps) = (directory, step, totalSteps)
        (self.bestCheckpoint, self.bestMetric) = (bestCheckpoint, bestMetric)
        (self.metricForBestModel, self.holdsBest) = (metricForBestModel, holdsBest)
    }

    /// `evaluation` is the last one of the folder's model; it and `best_…` are null where the run has none.
    package func json() throws(ReportingError) -> JSONValue {
        let folder = RunFolder(path: directory)
        let records = try folder.records(RunLog.fileName)
        let modelStep = holdsBest ? bestCheckpoint?.step ?? step : step
        let evaluation = records.last { $0["eval_loss"] != nil && $0["step"]?.integer == modelStep }
        let summary = records.last { $0["train_runtime"] != nil }?.object ?? [:]
        var members: [(String, JSONValue)] = [
            ("output_dir", .string(directory)), ("step", .integer(step)),
            ("total_steps", .integer(totalSteps)),
            ("epoch", summary["epoch"] ?? .null),
            ("metric_for_best_model", metricForBestModel.map { .string($0) } ?? .null),
            ("best_metric", bestMetric.map { .figure($0) } ?? .null),
            ("best_checkpoint", bestCheckpoint.map { .string($0.path) } ?? .null),
            ("best_step", bestCheckpoint.map { .integer($0.step) } ?? .null),
            ("evaluation", evaluation.map(Self.finite) ?? .null),
        ]
        let known = Set(members.map(\.0))
        members += summary.names.filter { !known.contains($0) }.map {
            ($0, Self.finite(summary[$0] ?? .null))
        }
        members.append(("versions", try folder.document(RunVersions.fileName) ?? .null))
        return .object(JSONObject(members))
    }

    /// NaN and the infinities of the log as null, so that every reader of JSON takes the object.
    private static func finite(_ value: JSONValue) -> JSONValue {
        switch value {
        case .number(let number): number.double.isFinite ? value : .null
        case .object(let object): .object(JSONObject(object.map { ($0.key, finite($0.value)) }))
        case .array(let values): .array(values.map(finite))
        case .string, .bool, .null: value
        }
    }
}
