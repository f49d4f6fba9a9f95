// The outcome of one fold, as it is kept on the disk until all folds are finished.

package import Evaluation
package import JSON

/// The figures of a model on the rows that it was not trained on.
package struct FoldResult: Sendable {
    package let run: FoldRun
    /// Rows that the model was tested on.
    package let rowCount: Int
    /// Rows that it learnt from.
    package let trainingRowCount: Int
    /// Names and values in the order of the log.
    package let metrics: [(name: String, value: Double)]
    /// What can be added up over folds; nil when the task's figures cannot.
    package let sums: EvaluationSums?

    package init(_ run: FoldRun, trainingRowCount: Int, evaluation: any TaskEvaluation) {
        self.run = run
        self.trainingRowCount = trainingRowCount
        rowCount = Int(evaluation.rowCount)
        metrics = evaluation.metrics
        sums = EvaluationSums(evaluation)
    }

    /// Fold, repeat, rows and metrics, as `cross_validation.json` lists them.
    package var json: JSONValue {
        .object([
            "fold": .integer(run.fold), "repeat": .integer(run.repetition), "rows": .integer(rowCount),
            "training_rows": .integer(trainingRowCount), "metrics": .metrics(metrics),
        ])
    }

    /// All of it, for `init(stored:)`.
    package var stored: JSONValue {
        var members = json.object ?? [:]
        members["metric_names"] = .array(metrics.map { .string($0.name) })
        members["sums"] = sums?.json ?? .null
        return .object(members)
    }

    /// A result as `stored` has written it; nil for anything else.
    package init?(stored json: JSONValue) {
        guard let fold = json["fold"]?.integer, let repetition = json["repeat"]?.integer,
            let rows = json["rows"]?.integer, let trainingRows = json["training_rows"]?.integer,
            let names = json["metric_names"]?.array?.compactMap(\.string), let sums = json["sums"],
            let values = json["metrics"]?.object
        else { return nil }
        run = FoldRun(fold: fold, repetition: repetition)
        (rowCount, trainingRowCount) = (rows, trainingRows)
        metrics = names.map { ($0, values[$0]?.double ?? .nan) }
        self.sums = sums == .null ? nil : EvaluationSums(sums)
    }
}

extension JSONValue {
    /// An object of figures; null for one that is no finite number.
    static func metrics(_ values: [(name: String, value: Double)]) -> JSONValue {
        .object(JSONObject(values.map { ($0.name, .figure($0.value)) }))
    }
}
