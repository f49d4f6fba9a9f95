// profile_steps: what each rank did in a few steps, as Chrome's tracing reads it.

import JSON
import TestSupport
import Testing

@Suite(.serialized) struct StepTraceTests {
    private struct Span {
        let name: String
        let start, end: Double
    }

    /// The spans of a lane, in order.
    private func spans(_ trace: JSONValue, rank: Int, lane: Int) throws -> [Span] {
        try #require(trace["traceEvents"]?.array).compactMap { event in
            guard event["ph"]?.string == "X", event["pid"]?.integer == rank, event["tid"]?.integer == lane
            else { return nil }
            let start = try #require(event["ts"]?.double)
            return Span(
                name: try #require(event["name"]?.string), start: start,
                end: start + (try #require(event["dur"]?.double)))
        }
    }

    @Test("each step, layer and bucket of the chosen steps has its span on each rank, and no other has one")
    func spans() throws {
        let workshop = try Workshop()
        try workshop.train("run", ranks: 2, ["max_steps": "4", "profile_steps": "2-3"])
        #expect(try workshop.names("run").filter { $0.hasPrefix("trace-") } == ["trace-2-3.json"])
        let trace = try workshop.json("run/trace-2-3.json")
        let layers = try #require(workshop.json("run/config.json")["num_hidden_layers"]?.integer)
        var lengths: [Double] = []
        for rank in 0..<2 {
            let compute = try spans(trace, rank: rank, lane: 0)
            for step in 2...3 {
                for layer in 1...layers {
                    for pass in ["forward", "backward"] {
                        let name = "step \(step), \(pass), layer \(layer)"
                        // A wait for other ranks cuts a span in two.
                        #expect(compute.contains { $0.name == name }, "\(name): \(compute.map(\.name))")
                    }
                }
                let order = ["reading rows", "forward, layer 1", "backward, layer 1", "updating the weights"]
                let places = order.map { word in compute.firstIndex { $0.name == "step \(step), \(word)" } }
                #expect(places.compactMap(\.self).count == order.count, "\(places)")
                #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
            }
            #expect(compute.allSatisfy { !$0.name.hasPrefix("step 1,") && !$0.name.hasPrefix("step 4,") })
            // The lane has no gaps: what ends is followed by what begins, to a nanosecond.
            for (first, next) in zip(compute, compute.dropFirst()) {
                #expect(abs(next.start - first.end) < 0.01, "\(first.name), \(next.name)")
            }
            lengths.append(try #require(compute.last).end)
            let sums = try spans(trace, rank: rank, lane: 1).filter {
                $0.name.hasPrefix("all-reduce of bucket ")
            }
            #expect(sums.count >= 2 && sums.count.isMultiple(of: 2))
            #expect(sums.allSatisfy { $0.end >= $0.start && $0.end <= lengths[rank] })
        }
        let names = trace["traceEvents"]?.array?.filter { $0["name"]?.string == "process_name" }
        #expect(names?.compactMap { $0["args"]?["name"]?.string?.hasPrefix("rank ") }.count == 2)
        #expect(names?.compactMap { $0["pid"]?.integer } == [0, 1])
    }

    @Test("a run that is stopped within the chosen steps writes what it has, and wrong ranges are refused")
    func ends() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["max_steps": "4", "profile_steps": "1-4"])
        let stopped = try workshop.lockstep(["train", recipe, "--max_train_seconds", "0.000001"])
        #expect(stopped.status == 85, "\(stopped.errors)")
        #expect(stopped.errors.contains("trace of steps 1-1: "))
        #expect(try workshop.names("run").contains("trace-1-1.json"))
        for range in ["0", "3-2", "1-101", "1-2-3", "-2", "a"] {
            let outcome = try workshop.lockstep(["train", recipe, "--profile_steps=\(range)"])
            #expect(outcome.status != 0)
            #expect(
                outcome.errors.contains("a step, or a range of at most 100 steps such as 20-22"),
                "\(outcome.errors)")
        }
    }
}
