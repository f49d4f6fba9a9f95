// The schedules' own options and step counts below 1, in files and as flags.

import Arguments
import Configuration
import Optimizers
import Testing

@Suite struct SchedulerOptionTests {
    private func read(_ yaml: String, _ flags: [(key: String, value: String)] = []) throws -> RunConfiguration
    {
        try RunConfiguration(yaml: yaml, file: "r.yaml", overrides: flags, requiredKeys: [])
    }

    private func refusal(_ yaml: String) -> String {
        do {
            _ = try read(yaml)
            return "accepted"
        } catch { return "\(error)" }
    }

    @Test("a section, and a flag with commas, say the same, and the written recipe gives it again")
    func forms() throws {
        let yaml = """
            lr_scheduler_type: warmup_stable_decay
            lr_scheduler_kwargs:
              num_decay_steps: 20
              decay_type: 1-sqrt
              min_lr_ratio: 0.1

            """
        let file = try read(yaml)
        var expected = ScheduleOptions()
        expected.numDecaySteps = 20
        expected.decayType = .oneMinusSquareRoot
        expected.minLRRatio = 0.1
        #expect(file.training.lrSchedulerOptions == expected)
        let flags = try read(
            "lr_scheduler_type: warmup_stable_decay\n",
            [("lr_scheduler_kwargs", "num_decay_steps=20, decay_type=1-sqrt, min_lr_ratio=0.1")])
        #expect(flags == file)
        #expect(try read(file.effectiveYAML()) == file)
    }

    @Test("what a schedule lacks, has not, or cannot take is named")
    func refusals() {
        #expect(
            refusal("lr_scheduler_type: cosine_with_min_lr\n")
                == "r.yaml:1: lr_scheduler_kwargs: cosine_with_min_lr needs min_lr or min_lr_rate, and not both."
        )
        #expect(
            refusal("lr_scheduler_kwargs: {power: 2}\n")
                == "r.yaml:1: lr_scheduler_kwargs: linear has no power; its options are: none.")
        #expect(
            refusal("lr_scheduler_type: polynomial\nlr_scheduler_kwargs: {power: many}\n")
                == "r.yaml:2: lr_scheduler_kwargs: power must be a number above 0, but is many.")
        #expect(
            refusal("lr_scheduler_kwargs: {powr: 2}\n").hasPrefix(
                "r.yaml:1: lr_scheduler_kwargs: powr is none of num_cycles, "))
        #expect(
            refusal("lr_scheduler_type: reduce_lr_on_plateau\n")
                == "r.yaml:1: lr_scheduler_type: reduce_lr_on_plateau follows evaluations; set eval_strategy to epoch or "
                + "steps.")
    }

    @Test("step counts below 1 are shares of all steps, as Trainer's")
    func shares() throws {
        let read = try read(
            "warmup_steps: 0.1\neval_steps: 0.25\nsave_steps: 0.5\nlogging_steps: 0.01\n")
        #expect(read.training.warmupSteps == .share(0.1))
        #expect(read.training.evalSteps.count(of: 10) == 3)
        #expect(read.training.saveSteps.count(of: 10) == 5)
        #expect(read.training.loggingSteps.count(of: 10) == 1)
        #expect(try self.read(read.effectiveYAML()) == read)
        for yaml in ["eval_steps: 0\n", "eval_steps: 1.5\n", "warmup_steps: -1\n", "save_steps: x\n"] {
            #expect(
                refusal(yaml).contains(", or a share of all steps above 0 and below 1, but is "), "\(yaml)")
        }
    }
}
