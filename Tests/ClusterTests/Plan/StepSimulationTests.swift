// Simulated steps against another simulator, and what must hold for all of them.

import Cluster
import JSON
import Tensors
import TestSupport
import Testing

@Suite struct StepSimulationTests {
    private func collective(_ value: JSONValue) throws -> StepSimulation.Collective {
        StepSimulation.Collective(
            place: try #require(value["place"]?.double),
            processorSeconds: try #require(value["processor"]?.double),
            wireSeconds: try #require(value["wire"]?.double),
            stolenSeconds: try #require(value["stolen"]?.double))
    }

    private func simulation(_ value: JSONValue) throws -> StepSimulation {
        var step = StepSimulation(
            microBatches: try #require(value["micro_batches"]?.array).compactMap(\.double))
        step.threads = try #require(value["threads"]?.integer)
        step.hasSpareCore = value["has_spare_core"] == .bool(true)
        step.closingSeconds = try #require(value["closing"]?.double)
        step.gathers = try #require(value["gathers"]?.array).map(collective)
        step.sums = try #require(value["sums"]?.array).map(collective)
        return step
    }

    @Test("steps take what another simulator finds, slice by slice of time")
    func goldens() throws {
        let cases = try PlanGolden.cases("steps.json")
        #expect(cases.count == 26)
        for (number, value) in cases.enumerated() {
            let outcome = try simulation(value).run()
            for (name, own) in [
                ("step", outcome.step), ("waiting", outcome.waiting),
                ("communication", outcome.communication),
            ] {
                let golden = try #require(value["outcome"]?[name]?.double)
                #expect(abs(own - golden) < 2e-3 * max(1, golden), "case \(number), \(name): \(own)")
            }
        }
    }

    @Test("messages behind the backward pass are hidden, those after it are waited for")
    func overlap() {
        var step = StepSimulation(microBatches: [1, 2])
        step.sums = [.init(place: 0.5, processorSeconds: 0, wireSeconds: 0.75)]
        #expect(step.run().step == 3 && step.run().waiting == 0)
        step.sums.append(.init(place: 1, processorSeconds: 0, wireSeconds: 0.5))
        let outcome = step.run()
        #expect(outcome.step == 3.5 && outcome.waiting == 0.5 && outcome.communication == 1.25)
    }

    @Test("a forward pass waits for values where it reads them")
    func gathers() {
        var step = StepSimulation(microBatches: [1])
        step.gathers = [
            .init(place: 0, processorSeconds: 0, wireSeconds: 0.25),
            .init(place: 0.5, processorSeconds: 0, wireSeconds: 0.25),
        ]
        #expect(step.run().step == 1.25)
        step.gathers[1].wireSeconds = 1
        #expect(step.run().step == 1.75)
    }

    @Test("a step is never shorter than computing or communication, nor than one with less of either")
    func properties() {
        let key = RandomKey(seed: 5)
        var place: UInt64 = 0
        func draw() -> Double {
            place += 1
            return Double(key.uniform(place))
        }
        for _ in 0..<200 {
            var step = StepSimulation(microBatches: (0..<1 + Int(draw() * 3)).map { _ in 0.2 + draw() })
            step.threads = 1 + Int(draw() * 4)
            step.closingSeconds = draw()
            let places = (0..<Int(draw() * 6)).map { _ in draw() }.sorted()
            step.sums = places.map {
                .init(place: $0, processorSeconds: draw() * 0.2, wireSeconds: draw() * 0.5)
            }
            step.gathers = (0..<Int(draw() * 3)).map {
                .init(place: Double($0) * 0.1, processorSeconds: draw() * 0.1, wireSeconds: draw() * 0.2)
            }
            let outcome = step.run()
            let work = step.microBatches.reduce(0, +)
            let sent = (step.sums + step.gathers).reduce(0) { $0 + $1.processorSeconds + $1.wireSeconds }
            #expect(outcome.step >= work + step.closingSeconds - 1e-9)
            #expect(outcome.step <= work + sent + step.closingSeconds + 1e-9)
            #expect(outcome.communication >= sent - 1e-9)
            var slower = step
            for index in slower.sums.indices { slower.sums[index].wireSeconds *= 1.5 }
            #expect(slower.run().step >= outcome.step - 1e-9)
            var spare = step
            spare.hasSpareCore = true
            #expect(spare.run().step <= outcome.step + 1e-9)
            var longer = step
            longer.microBatches[0] += 0.5
            #expect(longer.run().step >= outcome.step - 1e-9)
        }
    }
}
