// How many threads this rank uses, and what to warn about.

import Kernels
import Machine
import Phrases

/// The threads of a rank.
package struct ThreadPlan: Equatable {
    package let threadCount: Int
    /// What is wrong with the placement or the pool; empty when both are sound.
    package let warnings: [String]

    /// - Parameters:
    ///   - requested: `threads_per_rank`, else `OMP_NUM_THREADS`; 0 lets the placement decide.
    ///   - usableCores: cores that this process may run on, by its affinity and its control groups.
    ///   - machineCores: cores of the machine that are online, or those that its control groups pay for.
    ///   - localRanks: ranks on this host.
    ///   - hasOnePool: whether oneDNN runs on the threads of the kernels.
    package init(requested: Int, usableCores: Int, machineCores: Int, localRanks: Int, hasOnePool: Bool) {
        let isBound = usableCores < machineCores
        let share = isBound ? usableCores : max(1, usableCores / localRanks)
        threadCount = requested > 0 ? requested : share
        let available = isBound ? usableCores * localRanks : usableCores
        var warnings: [String] = []
        if threadCount * localRanks > max(available, 1) {
            warnings.append(
                "\(localRanks, "rank") × \(threadCount, "thread") share "
                    + "\(min(available, machineCores), "core") of this host: "
                    + "they will slow each other down; use fewer ranks or a smaller threads_per_rank")
        }
        if !hasOnePool {
            warnings.append(
                "oneDNN runs on the threads of libgomp beside those of Lockstep, and they slow each other down: link "
                    + "the program with swift build, or with -Wl,--export-dynamic-symbol=GOMP_* and =omp_*")
        }
        self.warnings = warnings
    }

    /// The plan for this process; configures the pool and returns it.
    package static func apply(requested: Int) -> ThreadPlan {
        let host = HostFacts.current
        let plan = ThreadPlan(
            requested: requested > 0 ? requested : ProcessVariables.current.requestedThreadCount ?? 0,
            usableCores: host.usableCoreCount, machineCores: host.coreCount,
            localRanks: max(1, LaunchVariables.current.localSize ?? 1), hasOnePool: ThreadPool.servesOneDNN)
        ThreadPool.configure(threadCount: plan.threadCount)
        return plan
    }
}
