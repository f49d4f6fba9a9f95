// The parts of a shape's cost: what is sent, what waits, what memory it takes.

import Cluster
import Testing

@Suite struct ShapeCostTests {
    private func cost(
        _ calibration: PlanCalibration = PlanGolden.calibration, run: PlanRun = PlanRun(),
        network: NetworkCost? = PlanGolden.network, cores: Int = 2
    ) -> ShapeCost {
        ShapeCost(calibration, run: run, cores: cores, network: network)
    }

    private func shape(_ nodes: Int, ranks: Int = 1, threads: Int = 2, batch: Int = 8) -> PlanShape {
        PlanShape(
            nodes: nodes, ranksPerNode: ranks, threads: threads, batch: batch, accumulation: 1)
    }

    @Test("one rank computes and updates, and sums nothing")
    func alone() {
        let cost = cost()
        let step = cost.simulation(shape(1))
        #expect(step.sums.isEmpty && step.gathers.isEmpty)
        let tokens = cost.batches(shape(1)).microBatches[0].tokens
        // 4 million elements and 1,000 of the table's rows, four bytes each.
        let update = (4_000_000.0 + 64_000) * 4 * 1.2e-9
        #expect(abs(step.run().step - (tokens * 0.6e-3 + update)) < 1e-9)
    }

    @Test("two hosts send each gradient once in two rounds of half, rows of tables alone")
    func messages() {
        let cost = cost()
        let tokens = cost.batches(shape(2)).tokens
        let rows = tokens / 1_000 * 300
        #expect(tokens < 1_000)
        let bytes = 4 * (4_000_000 + rows * 64)
        #expect(abs(cost.sentBytes(shape(2)) / bytes - 1) < 1e-3)
        let step = cost.simulation(shape(2))
        let wire = step.sums.reduce(0) { $0 + $1.wireSeconds }
        // The first bucket has 1 MiB at most, so that the first slot of a million is cut.
        #expect(wire > bytes / 1e8 && wire < bytes / 1e8 + 0.005)
        #expect(step.sums.last?.place == 1 && step.sums[0].place == 0.5)
        var rounded = PlanRun()
        rounded.wireShare = 0.5
        #expect(abs(self.cost(run: rounded).sentBytes(shape(2)) / bytes - 0.5) < 1e-3)
        #expect(cost.sentBytes(shape(1)) == 0)
    }

    @Test("shards are gathered while the next forward pass goes on, and split the update")
    func shards() {
        var run = PlanRun()
        run.zeroStage = 1
        let (whole, sharded) = (cost(), cost(run: run))
        let step = sharded.simulation(shape(4))
        #expect(step.gathers.count == step.sums.count)
        #expect(step.gathers.map(\.place) == step.gathers.map(\.place).sorted())
        #expect(step.closingSeconds < whole.simulation(shape(4)).closingSeconds / 2)
        // On one host they are the default.
        #expect(!whole.simulation(shape(1, ranks: 2, threads: 1)).gathers.isEmpty)
        #expect(whole.simulation(shape(2, ranks: 2, threads: 1)).gathers.isEmpty)
    }

    @Test("a faster network is never slower, and more hosts with the same batches never faster a step")
    func monotony() {
        var last = Double.infinity
        for rate in [1e7, 1e8, 1e9, 1e10] {
            var network = PlanGolden.network
            network.bytesPerSecond = rate
            let seconds = cost(network: network).simulation(shape(4)).run().step
            #expect(seconds <= last + 1e-12)
            last = seconds
        }
        var before = 0.0
        for nodes in [2, 4, 16, 64, 256, 1_024] {
            let step = cost().simulation(shape(nodes))
            let seconds = step.sums.reduce(0) { $0 + $1.wireSeconds } + step.closingSeconds
            #expect(seconds > before)
            before = seconds
        }
        var busy = PlanGolden.network
        busy.processorSecondsPerByte = 5e-9
        #expect(
            cost(network: busy).simulation(shape(2)).run().step
                >= cost().simulation(shape(2)).run().step)
    }

    @Test("ranks that slow each other down take longer, as was measured and no further")
    func contention() {
        var calibration = PlanGolden.calibration
        calibration.contention = PlanCalibration.Contention(ranks: 2, threads: 1, ratio: 1.5)
        #expect(calibration.slowdown(ranks: 2, threads: 1) == 1)
        #expect(abs(calibration.slowdown(ranks: 1, threads: 1) - 1 / 1.5) < 1e-12)
        #expect(calibration.slowdown(ranks: 8, threads: 1) == 1)
        #expect(PlanGolden.calibration.slowdown(ranks: 8, threads: 1) == 1)
    }

    @Test("the memory of a rank is RankMemory's, with what messages are staged in")
    func memory() {
        let cost = cost()
        let model = PlanGolden.calibration.model
        let expected = RankMemory(
            parameterCount: model.parameterCount, trainedCount: model.trainedCount,
            untouchedCount: 3_096 * 64, bf16: false, shards: 2, activations: 1_000_000 + 20_000 * 300,
            rows: 10_000 * 200)
        #expect(cost.memory(shape(1, ranks: 2, threads: 1), largestTokens: 300) == expected)
        let networked = cost.memory(shape(2), largestTokens: 300)
        #expect(networked.messages > 4 << 20 && networked.messages < 26 << 20)
        #expect(networked.moments == 2 * expected.moments)
        #expect(networked.total - networked.messages == expected.total + expected.moments)
        #expect(cost.mostTokens(batch: 3) == 64 * 3)
    }

    @Test("the rank with most work counts, and a budget of tokens is nearly filled")
    func draws() {
        let draw = BatchDraw(lengths: PlanGolden.calibration.rows.lengths)
        let one = draw.rows(batch: 8, ranks: 1, accumulation: 1)
        let many = draw.rows(batch: 8, ranks: 16, accumulation: 1)
        #expect(one.rows == 8 && many.rows == 128)
        #expect(many.microBatches[0].tokens >= many.tokens / 16)
        let split = draw.rows(batch: 4, ranks: 2, accumulation: 3)
        #expect(split.microBatches.count == 3 && split.rows == 24)
        let budget = draw.tokens(budget: 512, ranks: 4, accumulation: 2)
        #expect(budget.microBatches.allSatisfy { $0.tokens <= 512 && $0.tokens > 400 })
        #expect(budget.largestTokens <= 512 && budget.tokens <= 4 * 2 * 512)
        let huge = draw.rows(batch: 8, ranks: 2_048, accumulation: 1)
        #expect(huge.rows == 16_384 && abs(huge.tokens / 16_384 / draw.meanLength - 1) < 0.05)
    }
}
