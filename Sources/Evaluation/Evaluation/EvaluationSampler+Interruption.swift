// The batches of a rank's evaluation, which a request to stop cuts short on all ranks alike.

package import DataParallel
package import Datasets
internal import Foundation
internal import Machine

/// An evaluation that was cut short because the run was asked to stop; thrown on all ranks.
package struct EvaluationInterrupted: Error {
    package init() {}
}

/// How an evaluation learns of a request to stop: by the thread that it runs on, since evaluators of all
/// tasks stand between those who ask and those who listen.
package enum EvaluationInterruption {
    private static let key = "lockstep.evaluation-interruption"

    private final class Listener {
        let isRequested: () -> Bool
        init(_ isRequested: @escaping () -> Bool) { self.isRequested = isRequested }
    }

    /// Whether this rank was asked to stop; nil where evaluations run to their end.
    package static var isRequested: (() -> Bool)? {
        (Thread.current.threadDictionary[key] as? Listener)?.isRequested
    }

    /// Runs `body`, whose evaluations on this thread end when `isRequested` holds on a rank.
    package static func listening<Result>(
        to isRequested: @escaping () -> Bool, _ body: () throws -> Result
    ) rethrows -> Result {
        let variables = Thread.current.threadDictionary
        let outer = variables[key]
        variables[key] = Listener(isRequested)
        defer { variables[key] = outer }
        return try body()
    }
}

extension EvaluationSampler {
    /// Calls `body` with each batch of this rank. Collective.
    ///
    /// - Throws: `EvaluationInterrupted`, on all ranks, when one of them was asked to stop before it was
    /// done.
    package func forEachBatch(of group: any ProcessGroup, _ body: (Int) throws -> Void) throws {
        let isRequested = EvaluationInterruption.isRequested
        var wasCut = false
        for index in batches(rank: group.rank, of: group.size) {
            if isRequested?() == true {
                wasCut = true
                break
            }
            RankStatus.enter(.evaluating, detail: index)
            try body(index)
        }
        guard isRequested != nil else { return }
        var cuts: [Int64] = [wasCut ? 1 : 0]
        try group.allReduceMaximum(&cuts)
        if cuts[0] > 0 { throw EvaluationInterrupted() }
    }
}
