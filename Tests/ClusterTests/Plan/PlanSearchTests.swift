// The search against all shapes there are, and plans that there cannot be.

import Cluster
import Testing

@Suite struct PlanSearchTests {
    /// Every shape whose ranks and threads fit the cores, with every batch and accumulation.
    private func all(_ search: PlanSearch, nodes: Int) -> [PlanShape] {
        let limit = search.limit(nodes: nodes)
        var shapes: [PlanShape] = []
        for ranks in 1...search.cluster.cores {
            for threads in 1...search.cluster.cores where ranks * threads <= search.cluster.cores {
                for batch in 1...max(1, limit) {
                    for accumulation in 1...max(1, limit) {
                        let shape = PlanShape(
                            nodes: nodes, ranksPerNode: ranks, threads: threads, batch: batch,
                            accumulation: accumulation)
                        if shape.globalBatch <= limit { shapes.append(shape) }
                    }
                }
            }
        }
        return shapes
    }

    @Test("the best shape is as good as the best of all", arguments: [1, 2, 4])
    func bruteForce(nodes: Int) throws {
        for network in [1e7, 1e9] {
            var link = PlanGolden.network
            link.bytesPerSecond = network
            let search = PlanGolden.search(network: link, largestBatch: 32)
            let best = try #require(search.best(nodes: nodes))
            let rates = all(search, nodes: nodes).filter(search.fits).map {
                search.estimate($0).rowsPerSecond
            }
            let most = try #require(rates.max())
            #expect(best.rowsPerSecond >= most * 0.985, "\(best.shape): \(best.rowsPerSecond) of \(most)")
            #expect(best.shape.globalBatch <= 32)
        }
    }

    @Test("no step has more rows than the recipe makes with the cluster file's ranks")
    func limit() throws {
        var run = PlanRun()
        run.batch = 4
        run.accumulation = 3
        let search = PlanGolden.search(run: run)
        #expect(search.limit(nodes: 8) == 8 * 2 * 4 * 3)
        for shape in search.candidates(nodes: 8) { #expect(shape.globalBatch <= 192) }
        #expect(search.candidates(nodes: 8).contains(search.given(nodes: 8)))
    }

    @Test("hours are those of all steps and of reading the rows")
    func hours() {
        var run = PlanRun()
        run.epochs = 2
        let search = PlanGolden.search(run: run)
        let estimate = search.estimate(search.given(nodes: 1))
        // 10,000 rows in steps of 16, twice.
        #expect(estimate.steps == 1_250)
        #expect(abs(estimate.hours * 3_600 - (1_250 * estimate.stepSeconds + 0.1)) < 1e-6)
        var few = run
        few.steps = 7
        #expect(PlanGolden.search(run: few).estimate(search.given(nodes: 1)).steps == 7)
    }

    private func result(_ search: PlanSearch, nodes: [Int] = [1, 2]) throws(PlanError) -> PlanResult {
        try PlanResult(
            search, nodes: nodes, title: "test", memorySource: "by hand", notes: [], pricePerNodeHour: 2,
            calibrationSeconds: nil)
    }

    @Test("a model that fits no host is refused with what it takes and what there is")
    func tooLarge() {
        let search = PlanGolden.search(memory: 1 << 20)
        #expect(throws: PlanError.self) { try result(search) }
        do { _ = try result(search) } catch {
            guard case .tooLarge(let needed, let available, let source) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(needed > 1 << 20 && available == 1 << 20 && source == "by hand")
        }
    }

    @Test("no rank is left without a row, and a batch that is larger than the data is the data")
    func fewRows() throws {
        var calibration = PlanGolden.calibration
        calibration.rows.count = 20
        let search = PlanGolden.search(calibration)
        let given = search.estimate(search.given(nodes: 4))
        #expect(given.rowsPerStep <= 20 && given.steps == 3)
        for nodes in [1, 4, 16] {
            let shapes = search.candidates(nodes: nodes)
            #expect(!shapes.isEmpty && shapes.allSatisfy { $0.ranks <= 20 })
        }
        let some = try result(search, nodes: [4, 16, 32, 64])
        #expect(some.rows.map(\.nodes) == [4, 16])
        #expect(some.notes.contains { $0.contains("not for 32, 64 nodes") })
        #expect(throws: PlanError.moreNodesThanRows(nodes: 32)) { try result(search, nodes: [32, 64]) }
    }

    @Test("memory decides which shapes are left")
    func memory() throws {
        let free = try #require(PlanGolden.search().best(nodes: 1))
        let one = free.mostMemory.total
        let tight = try #require(PlanGolden.search(memory: one + one / 2).best(nodes: 1))
        #expect(tight.shape.ranksPerNode == 1)
    }

    @Test("threads of which nothing is known are refused")
    func unknownThreads() {
        var calibration = PlanGolden.calibration
        calibration.passes = calibration.passes.filter { $0.threads == 1 }
        let search = PlanGolden.search(calibration)
        #expect(throws: PlanError.unknownThreads(2, measured: 1)) { try result(search) }
    }

    @Test("efficiency is one for a node, and cost is nodes times hours times price")
    func efficiency() throws {
        let result = try result(PlanGolden.search(), nodes: [1, 2, 8])
        #expect(result.rows.map(\.nodes) == [1, 2, 8])
        #expect(result.efficiency(result.rows[0].best) == 1)
        for row in result.rows {
            #expect(result.efficiency(row.best) <= 1.001)
            #expect(result.cost(row.best) == 2 * Double(row.nodes) * row.best.hours)
            if let given = row.given { #expect(given.rowsPerSecond <= row.best.rowsPerSecond * 1.001) }
        }
        #expect(result.notes.contains { $0.contains("slow each other down was not measured") })
    }
}
