// What a cluster file says of hosts and network in figures, which `plan` alone reads.

/// Figures of a cluster; nil what its file does not say.
package struct ClusterFigures: Equatable, Sendable {
    /// Rate of a host's link.
    package var gigabitsPerSecond: Double?
    /// Until a small message is there.
    package var latencyMicroseconds: Double?
    /// What each message takes.
    package var messageMicroseconds: Double?
    package var memoryGibibytes: Double?

    package init() {}

    init(_ reader: SectionReader) throws(ConfigurationError) {
        gigabitsPerSecond = try reader.value("network_gbit_per_s", .positive(upTo: 100_000))
        latencyMicroseconds = try reader.value("network_latency_us", .positive(upTo: 1e7))
        messageMicroseconds = try reader.value("network_message_us", .positive(upTo: 1e6))
        memoryGibibytes = try reader.value("memory_per_host_gib", .positive(upTo: 1e6))
        let keys = ["network_gbit_per_s", "network_latency_us"]
        let given = (keys + ["network_message_us"]).filter { reader.entry($0) != nil }
        if let first = given.first, let missing = keys.first(where: { !given.contains($0) }) {
            throw .missing(
                missing, help: "a network has a rate and a latency; give both.", reader.location(first))
        }
    }
}

extension ClusterConfiguration {
    /// Hosts that are alike, as a plan counts them.
    package struct HostShape: Equatable, Sendable {
        /// Cores for the job, and the ranks and threads that the file asks for.
        package var cores: Int
        package var ranks: Int
        package var threads: Int
        /// Whether hosts of the file differ; then these are the smallest.
        package var isSmallest = false
    }

    /// One host of the cluster.
    ///
    /// - Parameter localCores: cores of this machine, for a cluster without hosts.
    package func hostShape(localCores: Int = RankPlacement.coresOfThisMachine) -> HostShape {
        if let slurm {
            return HostShape(
                cores: slurm.ntasksPerNode * slurm.cpusPerTask, ranks: slurm.ntasksPerNode,
                threads: slurm.cpusPerTask)
        }
        if let pbs {
            return HostShape(
                cores: max(pbs.ncpus, pbs.mpiprocs * pbs.ompthreads), ranks: pbs.mpiprocs,
                threads: pbs.ompthreads)
        }
        if let lsf {
            return HostShape(
                cores: lsf.tasksPerHost * lsf.coresPerTask, ranks: lsf.tasksPerHost,
                threads: lsf.coresPerTask)
        }
        if let kubernetes {
            return HostShape(
                cores: kubernetes.slotsPerWorker * kubernetes.threadsPerRank,
                ranks: kubernetes.slotsPerWorker, threads: kubernetes.threadsPerRank)
        }
        if let azureML {
            return HostShape(
                cores: azureML.processCount * azureML.threadsPerRank, ranks: azureML.processCount,
                threads: azureML.threadsPerRank)
        }
        let placement = RankPlacement(self, localCores: localCores)
        let cores = hosts.map(\.slots).min() ?? localCores
        let threads = min(placement.threadsPerRank, cores)
        let ranks = max(1, placement.shares.map(\.ranks).max() ?? 1)
        return HostShape(
            cores: cores, ranks: max(1, min(ranks, cores / threads)), threads: threads,
            isSmallest: Set(hosts.map(\.slots)).count > 1)
    }
}
