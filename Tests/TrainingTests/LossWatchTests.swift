// Which losses leap out of their course.

import JSON
import Testing
import Training

@Suite struct LossWatchTests {
    /// A falling loss with a wobble of ±0.1.
    private func loss(_ step: Int) -> Double {
        2 / (1 + Double(step) / 50) + (step.isMultiple(of: 2) ? 0.1 : -0.1)
    }

    /// The steps of `losses` at which a spike begins.
    private func spikes(_ losses: [Double]) -> [Int] {
        var watch = LossWatch()
        return losses.indices.filter { watch.add(losses[$0]) != nil }
    }

    @Test("a falling, wobbling loss has no spike, nor has one that is noisy from the start")
    func usual() {
        #expect(spikes((0..<500).map(loss)).isEmpty)
        #expect(spikes((0..<300).map { Double($0 * 7919 % 13) / 4 }).isEmpty)
        #expect(spikes([Double](repeating: 0, count: 100)).isEmpty)
    }

    @Test("a leap is flagged once, however long it lasts, and the next one again")
    func leaps() throws {
        var losses = (0..<300).map(loss)
        losses[100] = 9
        for step in 200..<205 { losses[step] = 7 }
        #expect(spikes(losses) == [100, 200])
        var watch = LossWatch()
        for step in 0..<100 { _ = watch.add(losses[step]) }
        let found = watch.add(9)
        let usual = try #require(found)
        #expect(abs(usual.mean - 1) < 0.4 && usual.deviation < 0.5)
    }

    @Test("nothing is usual in the first steps")
    func early() { #expect(spikes([1, 1, 1, 50, 1, 1]).isEmpty) }

    @Test("a watch goes on behind a checkpoint as if nothing had been between")
    func stored() throws {
        var watch = LossWatch()
        for step in 0..<70 { _ = watch.add(loss(step)) }
        let stored = try JSONValue(parsing: watch.json.serialized())
        #expect(LossWatch(stored) == watch)
        #expect(LossWatch(nil) == nil && LossWatch([1, 2]) == nil)
    }
}
