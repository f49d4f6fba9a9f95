// Learning rates against transformers' get_scheduler.

import Optimizers
import Testing

@Suite struct LearningRateScheduleTests {
    @Test("every rate equals transformers' to 1e-12")
    func goldens() throws {
        let schedules = try Goldens.load().schedules
        #expect(Set(schedules.map(\.kind)) == Set(LearningRateSchedule.Kind.allCases.map(\.rawValue)))
        for golden in schedules {
            let kind = try #require(LearningRateSchedule.Kind(rawValue: golden.kind))
            let schedule = LearningRateSchedule(
                kind: kind, peak: golden.peak, warmupSteps: golden.warmup, totalSteps: golden.total)
            for (step, rate) in zip(golden.steps, golden.rates) {
                let error = abs(schedule.rate(at: step) - rate)
                let name = "\(golden.kind), \(golden.warmup) of \(golden.total), step \(step)"
                // Relative to the peak: near its end the cosine is the rounding error of its own formula.
                #expect(error <= 1e-12 * golden.peak, "\(name)")
            }
        }
    }

    @Test("rates stay between zero and the peak, also beyond the last step")
    func bounds() {
        for kind in LearningRateSchedule.Kind.allCases {
            for warmup in [0, 5, 20, 30] {
                let schedule = LearningRateSchedule(
                    kind: kind, peak: 1e-3, warmupSteps: warmup, totalSteps: 20)
                for step in 0..<20 {
                    let rate = schedule.rate(at: step)
                    #expect(rate >= 0 && rate <= 1e-3, "\(kind), warm-up \(warmup), step \(step)")
                }
                if kind == .linear { #expect(schedule.rate(at: max(20, warmup)) == 0) }
            }
        }
    }
}
