// The batches of a rank's evaluation, which a request to stop cuts short on all ranks alike.

package import DataParallel
package import Datasets
internal import Machine

/// An evaluation that was cut short because the run was asked to stop; thrown on all ranks.
package struct EvaluationInterrupted: Error {
    package init() {}
}

/// How an evaluation learns of a request to stop.
package enum EvaluationInterruption {
    /// Whether this rank was asked to stop; nil where evaluations run to their end.
    @TaskLocal package static var isRequested: (@Sendable () -> Bool)?
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
