// What a launcher does about signals, and what it says at the end of a job.

import Foundation
import Lockstep
import Testing

@Suite struct JobSignalTests {
    @Test("the first signal asks to save, the second ends the job, the third does so by force")
    func order() {
        var signals = JobSignals(command: "train")
        #expect(signals.answer(to: SIGINT).0 == .save && !signals.isEnding)
        #expect(signals.answer(to: SIGUSR1).0 == .goOn, "it is asked already")
        let second = signals.answer(to: SIGTERM)
        #expect(second.0 == .end && second.line?.contains("after the last checkpoint is lost") == true)
        #expect(signals.answer(to: SIGINT).0 == .kill && signals.isEnding)
        #expect(signals.reason(code: 137) == "ended at once, as asked (code 137)")
        signals.force()
        #expect(signals.reason(code: 137) == "ended by force (code 137)")
    }

    @Test("a command that saves nothing is ended by the first signal, and goes on at a request to save")
    func nothingToSave() {
        var signals = JobSignals(command: "evaluate")
        let request = signals.answer(to: SIGUSR1)
        #expect(request.0 == .goOn && request.line == "evaluate has nothing to save: it goes on")
        #expect(signals.answer(to: SIGTERM).0 == .end && signals.answer(to: SIGTERM).0 == .kill)
    }

    @Test("codes of jobs that were lost have a reason, others have said it themselves")
    func reasons() {
        let signals = JobSignals(command: "train")
        #expect(signals.reason(code: 85) == "saved on request")
        #expect(signals.reason(code: 75) == "a rank stalled (code 75)")
        #expect(signals.reason(code: 71)?.contains("lower per_device_train_batch_size") == true)
        #expect(signals.reason(code: 137)?.contains("most likely by the memory limit") == true)
        #expect(signals.reason(code: 139) == "a rank or the launcher ended by signal 11 (code 139)")
        #expect([0, 1, 64, 65].allSatisfy { signals.reason(code: $0) == nil })
    }

    @Test("the command that goes on is the same one, quoted, with the key that resumes")
    func goOn() {
        let line = "lockstep train 'a b.yaml' --run_name 'it'\\''s' --resume_from_checkpoint auto"
        #expect(GoOnCommand.line(["lockstep", "train", "a b.yaml", "--run_name", "it's"]) == line)
        let fresh = [
            "train", "r.yaml", "--overwrite_output_dir", "true", "--seed", "7", "--overwrite_output_dir=true",
        ]
        #expect(GoOnCommand.line(fresh) == "train r.yaml --seed 7 --resume_from_checkpoint auto")
        let given = ["lockstep", "train", "r.yaml", "--resume_from_checkpoint=auto"]
        #expect(GoOnCommand.line(given) == given.joined(separator: " "))
    }
}
