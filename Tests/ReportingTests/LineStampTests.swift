// The time in front of lines: in the logs of batch systems, not where somebody watches.

import Machine
import Reporting
import Testing

@Suite struct LineStampTests {
    private func line(_ variables: ProcessVariables, isTerminal: Bool = false) -> String {
        LineStamp(variables, isTerminal: isTerminal, secondsNow: { 1_700_000_000.9 })("warning: too hot")
    }

    @Test("lines of a batch job begin with the time in UTC, and keep their sentence")
    func batch() {
        for name in ["SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "KUBERNETES_SERVICE_HOST", "AZUREML_RUN_ID"] {
            #expect(line(ProcessVariables([name: "7"])) == "2023-11-14T22:13:20Z warning: too hot")
        }
    }

    @Test("a terminal, a bar and a pipe outside of a batch system get the sentence alone")
    func watched() {
        #expect(line([:]) == "warning: too hot")
        #expect(line(["SLURM_JOB_ID": "7"], isTerminal: true) == "warning: too hot")
        #expect(line(["SLURM_JOB_ID": "7", "LOCKSTEP_PROGRESS": "bar"]) == "warning: too hot")
    }

    @Test("LOCKSTEP_LOG_TIMES decides where it is set")
    func asked() {
        #expect(line(["SLURM_JOB_ID": "7", "LOCKSTEP_LOG_TIMES": "no"]) == "warning: too hot")
        #expect(line(["LOCKSTEP_LOG_TIMES": "yes"]) == "2023-11-14T22:13:20Z warning: too hot")
        #expect(line(["LOCKSTEP_LOG_TIMES": "maybe"]) == "warning: too hot")
    }
}
