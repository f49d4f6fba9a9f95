// A plan as one JSON object, for programs.

package import JSON

extension PlanResult {
    /// The document that `--json` prints.
    package var json: JSONValue {
        let kinds: [(String, JSONValue)] = [
            ("title", .string(title)), ("price_per_node_hour", .orNull(figure: pricePerNodeHour)),
            ("calibration_seconds", .orNull(figure: calibrationSeconds)),
            ("machine", .string(machine.name)), ("processor", .string(machine.processor)),
            ("baseline_rows_per_second", .figure(baseline.rowsPerSecond)),
            (
                "plans",
                .array(
                    rows.map { row in
                        .object(
                            JSONObject([
                                ("nodes", .integer(row.nodes)), ("best", json(row.best)),
                                ("as_given", row.given.map(json) ?? .null),
                            ]))
                    })
            ),
            ("notes", .array(notes.map { .string($0) })),
        ]
        return .object(JSONObject(kinds))
    }

    private func json(_ estimate: PlanEstimate) -> JSONValue {
        let shape = estimate.shape
        return .object(
            JSONObject([
                ("ranks_per_node", .integer(shape.ranksPerNode)),
                ("threads_per_rank", .integer(shape.threads)),
                (
                    isTokenBudget ? "max_tokens_per_device" : "per_device_train_batch_size",
                    .integer(shape.batch)
                ),
                ("gradient_accumulation_steps", .integer(shape.accumulation)),
                ("step_seconds", .figure(estimate.stepSeconds)),
                ("waiting_seconds", .figure(estimate.waitingSeconds)),
                ("communication_seconds", .figure(estimate.communicationSeconds)),
                ("rows_per_step", .figure(estimate.rowsPerStep)),
                ("tokens_per_step", .figure(estimate.tokensPerStep)),
                ("rows_per_second", .figure(estimate.rowsPerSecond)),
                ("tokens_per_second", .figure(estimate.tokensPerSecond)),
                ("efficiency", .figure(efficiency(estimate))), ("steps", .integer(estimate.steps)),
                ("hours", .figure(estimate.hours)), ("cost", .orNull(figure: cost(estimate))),
                ("rank_memory_bytes", .integer(estimate.mostMemory.total)),
                ("drawn_rank_memory_bytes", .integer(estimate.memory.total)),
                ("sent_bytes_per_node_and_step", .figure(estimate.sentBytes)),
                ("is_extrapolated", .bool(estimate.isExtrapolated)),
            ]))
    }
}
