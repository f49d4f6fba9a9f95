// Learning rates against transformers' get_scheduler.

import Optimizers
import Testing

@Suite struct LearningRateSchedulerTests {
    @Test("every rate equals transformers' to 1e-12")
    func goldens() throws {
        let schedules = try Goldens.load().schedules
        let kinds = try Set(schedules.map(\.kind) + ScheduleGoldens.load().schedules.map(\.kind))
        #expect(
            kinds.union(["reduce_lr_on_plateau"])
                == Set(LearningRateScheduler.Kind.allCases.map(\.rawValue)))
        for golden in schedules {
            let kind = try #require(LearningRateScheduler.Kind(rawValue: golden.kind))
            let schedule = LearningRateScheduler(
                kind: kind, peak: golden.peak, warmupSteps: golden.warmup, totalSteps: golden.total)
            for (step, rate) in zip(golden.steps, golden.rates) {
                let error = abs(schedule.rate(at: step) - rate)
                let name = "\(golden.kind), \(golden.warmup) of \(golden.total), step \(step)"
                // Relative to the peak: near its end the cosine is the rounding error of its own formula.
                #expect(error <= 1e-12 * golden.peak, "\(name)")
            }
        }
    }

    @Test("with options of its own every kind equals transformers' to 1e-12")
    func options() throws {
        for golden in try ScheduleGoldens.load().schedules {
            let kind = try #require(LearningRateScheduler.Kind(rawValue: golden.kind))
            let options = try golden.options.scheduleOptions()
            #expect(options.problem(with: kind, peak: golden.peak, set: golden.options.names) == nil)
            let schedule = LearningRateScheduler(
                kind: kind, peak: golden.peak, warmupSteps: golden.warmup, totalSteps: golden.total,
                options: options)
            for (step, rate) in golden.rates.enumerated() {
                let name = "\(golden.kind), \(golden.warmup) of \(golden.total), step \(step)"
                #expect(abs(schedule.rate(at: step) - rate) <= 1e-12 * golden.peak, "\(name)")
            }
        }
    }

    @Test("on a plateau the rate falls as torch's does, to 1e-12")
    func plateaus() throws {
        for golden in try ScheduleGoldens.load().plateaus {
            var watch = PlateauWatch()
            let options = try golden.options.scheduleOptions()
            for (index, metric) in golden.metrics.enumerated() {
                watch.add(metric, isGreaterBetter: golden.mode == "max", peak: golden.peak, options)
                let rate = golden.peak * watch.scale
                #expect(abs(rate - golden.rates[index]) <= 1e-12 * golden.peak, "\(golden.mode), \(index)")
            }
        }
    }

    @Test("options that a kind does not have, lacks or contradicts are named")
    func problems() {
        var options = ScheduleOptions()
        #expect(
            options.problem(with: .linear, peak: 1, set: ["power"])
                == "linear has no power; its options are: none")
        #expect(
            options.problem(with: .cosineWithMinimum, peak: 1, set: [])
                == "cosine_with_min_lr needs min_lr or min_lr_rate, and not both")
        options.minLR = 2
        #expect(
            options.problem(with: .cosineWithMinimum, peak: 1, set: ["min_lr"])
                == "min_lr must not be above learning_rate: 1.0")
        #expect(
            options.problem(with: .warmupStableDecay, peak: 1, set: [])
                == "warmup_stable_decay needs num_decay_steps")
        #expect(
            options.problem(with: .polynomial, peak: 1e-8, set: [])?.hasPrefix("polynomial falls to") == true)
    }

    @Test("rates stay between zero and the peak, also beyond the last step")
    func bounds() {
        for kind in LearningRateScheduler.Kind.allCases {
            for warmup in [0, 5, 20, 30] {
                let schedule = LearningRateScheduler(
                    kind: kind, peak: 1e-3, warmupSteps: warmup, totalSteps: 20)
                for step in 0..<20 {
                    let rate = schedule.rate(at: step)
                    #expect(
                        rate >= 0 && rate <= 1e-3 * (1 + 1e-15), "\(kind), warm-up \(warmup), step \(step)")
                }
                if kind == .linear { #expect(schedule.rate(at: max(20, warmup)) == 0) }
            }
        }
    }
}
