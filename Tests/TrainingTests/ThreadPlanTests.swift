// How many threads a rank takes, and what it warns about.

import Kernels
import Testing
import Training

@Suite struct ThreadPlanTests {
    private func plan(_ requested: Int, cores: Int, of machine: Int, ranks: Int, onePool: Bool = true)
        -> ThreadPlan
    {
        ThreadPlan(
            requested: requested, usableCores: cores, machineCores: machine, localRanks: ranks,
            hasOnePool: onePool)
    }

    @Test("ranks share the cores of an unbound host, and a bound rank has its own")
    func threadCounts() {
        #expect(plan(0, cores: 8, of: 8, ranks: 2).threadCount == 4)
        #expect(plan(0, cores: 8, of: 8, ranks: 9).threadCount == 1)
        #expect(plan(0, cores: 2, of: 8, ranks: 2).threadCount == 2)
        #expect(plan(3, cores: 8, of: 8, ranks: 2).threadCount == 3)
        #expect(plan(3, cores: 8, of: 8, ranks: 2).warnings.isEmpty)
    }

    @Test("more threads than cores, and a second pool under oneDNN, are worth a sentence each")
    func warnings() {
        #expect(
            plan(4, cores: 4, of: 4, ranks: 2).warnings.map {
                $0.hasPrefix("2 ranks × 4 threads share 4 cores")
            } == [true])
        #expect(
            plan(1, cores: 4, of: 4, ranks: 2, onePool: false).warnings.map {
                $0.hasPrefix("oneDNN runs on the threads of libgomp")
            } == [true])
        #expect(plan(4, cores: 4, of: 4, ranks: 2, onePool: false).warnings.count == 2)
    }

    @Test("oneDNN finds OpenMP's functions in this program")
    func onePool() {
        #expect(ThreadPool.servesOneDNN)
    }
}
