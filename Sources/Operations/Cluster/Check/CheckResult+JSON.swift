// A check as one JSON object, for programs.

package import JSON

extension CheckResult {
    /// The document that `--json` prints.
    package var json: JSONValue {
        var document = JSONObject([
            ("ok", .bool(!hasErrors)), ("errors", .integer(count(.error))),
            ("warnings", .integer(count(.warning))), ("notes", .integer(count(.note))),
            ("complete", .bool(isComplete)), ("seconds", .figure(seconds)),
            ("findings", .array(findings.map(Self.json))),
            ("ranks", .array(reports.map { $0?.json ?? .null })),
        ])
        if let measurement { document.set("measurement", to: Self.json(measurement)) }
        if let data { document.set("data", to: Self.json(data)) }
        if let model = data?.model { document.set("model", to: Self.json(model)) }
        return .object(document)
    }

    private static func json(_ finding: Finding) -> JSONValue {
        .object(
            JSONObject([
                ("severity", .string(finding.severity.word)), ("topic", .string(finding.topic.rawValue)),
                ("text", .string(finding.text)), ("ranks", .array(finding.ranks.map { .integer($0) })),
            ]))
    }

    private static func json(_ measurement: JobMeasurement) -> JSONValue {
        .object(
            JSONObject([
                ("clock_offset_seconds", .array(measurement.clocks.map { .figure($0.seconds) })),
                ("allreduce_4k_seconds", .orNull(figure: measurement.latencySeconds)),
                ("bus_bytes_per_second", .orNull(figure: measurement.busBytesPerSecond)),
            ]))
    }

    private static func json(_ data: DataOutcome) -> JSONValue {
        var members = JSONObject([
            ("training_rows", .integer(data.trainingRows)),
            ("validation_rows", .integer(data.validationRows)),
            ("sampled_rows", .integer(data.sampledRows)),
            ("labels", .object(JSONObject(data.labels.map { ($0.name, .integer($0.count)) }))),
        ])
        if let lengths = data.lengths {
            members.set(
                "tokens",
                to: .object(
                    JSONObject([
                        ("minimum", .integer(lengths.minimum)), ("median", .integer(lengths.median)),
                        ("percentile_95", .integer(lengths.percentile95)),
                        ("maximum", .integer(lengths.maximum)),
                    ])))
        }
        return .object(members)
    }

    private static func json(_ model: DataOutcome.ModelFigures) -> JSONValue {
        .object(
            JSONObject([
                ("parameters", .integer(model.parameterCount)),
                ("trained_parameters", .integer(model.trainedCount)),
                ("rank_memory_bytes", .integer(model.memory.total)),
                ("activation_bytes", .orNull(count: model.activations)),
                ("largest_batch_tokens", .integer(model.largestBatchTokens)),
                ("checkpoint_bytes", .integer(model.checkpointBytes)),
                ("final_model_bytes", .integer(model.finalModelBytes)),
                ("total_steps", .integer(model.totalSteps)),
            ]))
    }
}
