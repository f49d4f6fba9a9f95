// The environment variables of this process: the one place that reads them.

package import Foundation

/// Environment variables by their names.
package struct ProcessVariables: Sendable, ExpressibleByDictionaryLiteral {
    private let values: [String: String]

    package init(_ values: [String: String]) { self.values = values }

    package init(dictionaryLiteral elements: (String, String)...) {
        values = Dictionary(elements) { $1 }
    }

    /// Those of this process, as they are now.
    package static var current: ProcessVariables { ProcessVariables(ProcessInfo.processInfo.environment) }

    package subscript(name: String) -> String? { values[name] }

    /// The first of these variables that is set.
    package func first(of names: [String]) -> String? { names.lazy.compactMap { values[$0] }.first }

    /// The first of these variables that is a whole number.
    package func firstInteger(of names: [String]) -> Int? {
        names.lazy.compactMap { values[$0].flatMap { Int($0) } }.first
    }
}

/// How a run is to show its progress, as `LOCKSTEP_PROGRESS` says: mpirun puts a pipe between ranks and
/// terminal, so only its caller knows.
package enum ProgressStyle: String, Sendable { case bar, lines, none }

extension ProcessVariables {
    /// `OMP_NUM_THREADS`; nil where it is not set or no number.
    package var requestedThreadCount: Int? { firstInteger(of: ["OMP_NUM_THREADS"]) }

    /// `LOCKSTEP_PROGRESS`; nil where it is not set or another word.
    package var progressStyle: ProgressStyle? { self["LOCKSTEP_PROGRESS"].flatMap(ProgressStyle.init) }

    /// `LOCKSTEP_LOG_TIMES`, `yes` or `no`: whether lines of the log begin with the time; nil where it is
    /// another word.
    package var logsTimes: Bool? {
        switch self["LOCKSTEP_LOG_TIMES"] {
        case "yes": true
        case "no": false
        default: nil
        }
    }

    /// Whether a batch system runs this process: Slurm, PBS, LSF, Kubernetes or Azure Machine Learning.
    package var isBatchJob: Bool {
        let names = [
            "SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "KUBERNETES_SERVICE_HOST", "AZUREML_RUN_ID",
        ]
        return first(of: names) != nil
    }

    /// `SLURM_JOB_END_TIME`: when Slurm will end the job; nil outside one and where it does not say.
    package var slurmJobEnd: Date? {
        firstInteger(of: ["SLURM_JOB_END_TIME"]).flatMap {
            $0 > 0 ? Date(timeIntervalSince1970: Double($0)) : nil
        }
    }

    /// `TMPDIR`, or `/tmp`.
    package var temporaryFolder: String { self["TMPDIR"] ?? "/tmp" }

    /// `COLUMNS`, the terminal's width, if it is a number above zero.
    package var columnCount: Int? { firstInteger(of: ["COLUMNS"]).flatMap { $0 > 0 ? $0 : nil } }

    /// Whether `TERM` names a terminal whose cursor cannot go back.
    package var hasDumbTerminal: Bool { self["TERM"] == "dumb" }
}
