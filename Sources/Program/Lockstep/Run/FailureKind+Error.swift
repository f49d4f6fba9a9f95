// What kind of failure an error is: all that is thrown in a run, seen from above.

internal import Checkpoints
package import Cluster
internal import DataParallel
internal import Files
internal import Preparation
internal import Reporting
internal import Training

extension FailureKind {
    /// The kind of an error that ends a run.
    package init(_ error: any Error) {
        self =
            switch error {
            case let error as TrainingError: error.isDivergence ? .notFinite : .input
            case let error as CheckpointError:
                switch error.subject {
                case .input: .input
                case .storage: .storage
                case .otherRun: .busy
                }
            case let error as FilesError: error.isOfStorage ? .storage : .input
            case let error as ReportingError: error.isOfStorage ? .storage : .input
            case PreparationError.outputInUse: .busy
            case PreparationError.parallel: .peers
            case PreparationError.file(let error): error.isOfStorage ? .storage : .input
            case ParallelError.mismatch: .input
            case is ParallelError: .peers
            default: .input
            }
    }
}
