// The number of ranks that a job was made for, against the number that started.

internal import Configuration
package import DataParallel
internal import Machine
internal import Phrases

/// The declaration of a job's ranks in its environment.
package enum DeclaredRanks {
    /// A job that started with another number of ranks than declared, or whose declaration is no number.
    package enum Mismatch: Error, Equatable, CustomStringConvertible {
        case otherCount(declared: Int, found: Int)
        case noCount(String)

        package var description: String {
            let name = ClusterConfiguration.expectedRanksVariable
            return switch self {
            case .otherCount(let declared, let found):
                "\(name) declares \(declared, "rank"), but \(found, "rank") started: give the job as many "
                    + "instances and processes as were declared, or change the declaration; with another "
                    + "number the global batch would be another"
            case .noCount(let text): "\(name)=\(text): expected a number of ranks, 1 or more"
            }
        }
    }

    /// Refuses a job with another number of ranks than its environment declares, if it does.
    package static func check(_ group: any ProcessGroup) throws(Mismatch) {
        try check(
            ProcessVariables.current[ClusterConfiguration.expectedRanksVariable], found: group.size)
    }

    package static func check(_ text: String?, found: Int) throws(Mismatch) {
        guard let text, !text.isEmpty else { return }
        guard let declared = Int(text), declared > 0 else { throw .noCount(text) }
        guard declared == found else { throw .otherCount(declared: declared, found: found) }
    }
}
