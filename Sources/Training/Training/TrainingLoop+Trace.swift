// A trace of a few steps over all ranks, in Chrome's format.

internal import Arguments
internal import DataParallel
internal import JSON
internal import Machine

extension TrainingLoop {
    /// Starts a trace before the first of the steps that have one. Collective.
    func startTraceIfDue() throws {
        guard let steps = arguments.profileSteps, !isTracing, steps.contains(progress.step + 1) else {
            return
        }
        // Clocks of hosts differ: the trace of each rank starts when all have come here.
        try group.barrier()
        StepTrace.start(step: progress.step + 1)
        isTracing = true
    }

    /// Ends it after the last of them, or when the run ends before, and tells of it on rank 0. Collective.
    func endTraceIfDue(isStopping: Bool) throws {
        guard isTracing, let steps = arguments.profileSteps else { return }
        guard isStopping || progress.step >= min(steps.upperBound, plan.totalSteps) else { return }
        isTracing = false
        let events = StepTraceEvents(StepTrace.end(), rank: group.rank, hostName: group.hostName)
        guard let parts = try group.gather(Array(events.json.utf8), at: 0) else { return }
        let text = parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",\n")
        try onEvent(
            .traced(
                "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n\(text)\n]}\n",
                steps: steps.lowerBound...max(steps.lowerBound, progress.step)))
    }
}

/// The spans of a rank as Chrome's tracing, Perfetto and TensorBoard read them: a process a rank, a thread a
/// lane, microseconds.
///
/// Source: "Trace Event Format", Google, the JSON Object Format.
struct StepTraceEvents {
    /// Objects with commas between them.
    let json: String

    init(_ spans: [StepTrace.Span], rank: Int, hostName: String) {
        func name(_ kind: String, _ text: String, lane: StepTrace.Lane?) -> JSONValue {
            var members: [(String, JSONValue)] = [
                ("name", .string(kind)), ("ph", .string("M")), ("pid", .integer(rank)),
            ]
            if let lane { members.append(("tid", .integer(lane.rawValue))) }
            return .object(JSONObject(members + [("args", .object(JSONObject([("name", .string(text))])))]))
        }
        let names = [
            name("process_name", "rank \(rank) on \(hostName)", lane: nil),
            name("thread_name", "compute", lane: .compute),
            name("thread_name", "communication", lane: .communication),
        ]
        let events = spans.map { span in
            JSONValue.object(
                JSONObject([
                    ("name", .string(span.name)), ("ph", .string("X")), ("pid", .integer(rank)),
                    ("tid", .integer(span.lane.rawValue)), ("ts", .real(Self.microseconds(span.start))),
                    ("dur", .real(Self.microseconds(span.end - span.start))),
                ]))
        }
        json = (names + events).map(\.json).joined(separator: ",\n")
    }

    private static func microseconds(_ seconds: Double) -> Double { (seconds * 1e9).rounded() / 1_000 }
}
