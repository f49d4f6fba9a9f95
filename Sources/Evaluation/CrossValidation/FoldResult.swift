// The outcome of one fold, as it is kept on the disk until all folds are finished.

public import Evaluation
public import JSON

/// The figures of a model on the rows that it was not trained on.
public struct FoldResult: Sendable {
    public let run: FoldRun
    /// Rows that the model was tested on.
    public let rowCount: Int
    /// Rows that it learnt from.
    public let trainingRowCount: Int
    /// Names and values in the order of the log.
    public let metrics: [(name: String, value: Double)]
    /// What can be added up over folds; nil when the task's figures cannot.
    public let sums: EvaluationSums?

    public init(_ run: FoldRun, trainingRowCount: Int, evaluation: any TaskEvaluation) {
        self.run = run
        self.trainingRowCount = trainingRowCount
        rowCount = Int(evaluation.rowCount)
        metrics = evaluation.metrics
        sums = EvaluationSums(evaluation)
    }

    /// Fold, repeat, rows and metrics, as `cross_validation.json` lists them.
    public var json: JSONValue {
        .object([
            "fold": .integer(run.fold), "repeat": .integer(run.repetition), "rows": .integer(rowCount),
            "training_rows": .integer(trainingRowCount), "metrics": .metrics(metrics),
        ])
    }

    /// All of it, for `init(stored:)`.
    public var stored: JSONValue {
        var members = json.object ?? [:]
        members["metric_names"] = .array(metrics.map { .string($0.name) })
        members["sums"] = sums?.json ?? .null
        return .object(members)
    }

    /// A result as `stored` has written it; nil for anything else.
    public init?(stored json: JSONValue) {
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
