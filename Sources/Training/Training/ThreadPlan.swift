// How many threads this rank uses, and what to warn about.

import Kernels
import Machine

/// The threads of a rank.
package struct ThreadPlan: Equatable {
    package let threadCount: Int
    /// A warning about the placement; nil when it is sound.
    package let warning: String?

    /// - Parameters:
    ///   - requested: `threads_per_rank`, else `OMP_NUM_THREADS`; 0 lets the placement decide.
    ///   - usableCores: cores that this process may run on, by its affinity and its control groups.
    ///   - machineCores: cores of the machine that are online, or those that its control groups pay for.
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
        let host = HostFacts.current
        let plan = ThreadPlan(
            requested: requested > 0 ? requested : ProcessVariables.current.requestedThreadCount ?? 0,
            usableCores: host.usableCoreCount, machineCores: host.coreCount,
            localRanks: max(1, LaunchVariables.current.localSize ?? 1))
        ThreadPool.configure(threadCount: plan.threadCount)
        return plan
    }
}
