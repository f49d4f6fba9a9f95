// How many threads this rank uses, and what to warn about.

import Foundation
import Kernels

/// The threads of a rank.
package struct ThreadPlan: Equatable {
    package let threadCount: Int
    /// A warning about the placement; nil when it is sound.
    package let warning: String?

    /// - Parameters:
    ///   - requested: `threads_per_rank`, else `OMP_NUM_THREADS`; 0 lets the placement decide.
    ///   - usableCores: cores that this process may run on, by its affinity.
    ///   - machineCores: cores of the machine that are online.
    ///   - localRanks: ranks on this host.
    init(requested: Int, usableCores: Int, machineCores: Int, localRanks: Int) {
        let isBound = usableCores < machineCores
        let share = isBound ? usableCores : max(1, usableCores / localRanks)
        threadCount = requested > 0 ? requested : share
        let available = isBound ? usableCores * localRanks : usableCores
        if threadCount * localRanks > max(available, 1) {
            warning =
                "\(localRanks) ranks × \(threadCount) threads share \(min(available, machineCores)) cores of this host: "
                + "they will slow each other down; use fewer ranks or a smaller threads_per_rank"
        } else {
            warning = nil
        }
    }

    /// The plan for this process; configures the pool and returns it.
    package static func apply(requested: Int) -> ThreadPlan {
        let environment = ProcessInfo.processInfo.environment
        let names = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE"]
        let localRanks = names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first ?? 1
        let plan = ThreadPlan(
            requested: requested > 0 ? requested : environment["OMP_NUM_THREADS"].flatMap { Int($0) } ?? 0,
            usableCores: ThreadPool.usableCores, machineCores: ThreadPool.machineCores,
            localRanks: max(1, localRanks))
        ThreadPool.configure(threadCount: plan.threadCount)
        return plan
    }
}
