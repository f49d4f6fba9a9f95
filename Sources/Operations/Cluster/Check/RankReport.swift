// What a rank finds out about itself, as a value that travels to rank 0.

/// A rank's report on its host, its program and the files that it sees.
///
/// Ranks report facts; what is wrong with them is for pure functions on rank 0 to say.
package struct RankReport: Sendable, Equatable {
    package var rank: Int
    package var host: String
    package var program = ProgramFacts()
    package var processor = ProcessorFacts()
    package var placement = PlacementFacts()
    package var memory = MemoryFacts()
    package var network = NetworkFacts()
    /// The files of the run, in the same order on all ranks that found the same.
    package var files: [FileFact] = []
    /// Probes that came to no result, each with the reason.
    package var failures: [ProbeFailure] = []

    package init(rank: Int, host: String) { (self.rank, self.host) = (rank, host) }

    /// As messages name it.
    package var place: String { "rank \(rank) on \(host)" }

    /// The program that the rank runs.
    package struct ProgramFacts: Sendable, Equatable {
        package var version = ""
        /// Checksum of the executable; nil if it could not be read.
        package var checksum: String?
        package var mpiLibrary = ""
        package init() {}
    }

    /// The processor of the host.
    package struct ProcessorFacts: Sendable, Equatable {
        package var name: String?
        /// Those of its instructions that kernels choose by.
        package var features: Set<String> = []
        /// The fastest of many small matrix products, in 10⁹ operations a second on one thread.
        package var gigaflops: Double?
        package init() {}
    }

    /// Where the rank may run, and with how many threads.
    package struct PlacementFacts: Sendable, Equatable {
        /// The cores that it may run on, as Linux lists them.
        package var coreList: String?
        package var usableCores = 1
        package var hostCores = 1
        package var threads = 1
        /// `OMP_NUM_THREADS`.
        package var requestedThreads: Int?
        /// Ranks that the launcher says are on this host; nil where it does not.
        package var localRanks: Int?
        /// Slots of all hosts that the launcher knows; nil where it does not say.
        package var slots: Int?
        package init() {}
    }

    /// What memory there is.
    package struct MemoryFacts: Sendable, Equatable {
        /// Bytes that processes of this host or container can still take.
        package var available: Int?
        /// Bytes of address space that `ulimit -v` leaves.
        package var addressSpaceLeft: Int?
        package init() {}
    }

    /// How the rank reaches others.
    package struct NetworkFacts: Sendable, Equatable {
        package var interfaces: [String] = []
        /// What Open MPI was told to take: `btl_tcp_if_include`.
        package var chosenInterfaces: String?
        package init() {}
    }
}

/// A file of the run as a rank sees it.
package struct FileFact: Sendable, Equatable {
    /// The recipe key that leads to it, such as `train_file`.
    package var key: String
    package var path: String
    package var byteCount: Int?
    /// Of all of it or, for large files, of its beginning; nil if it was not read.
    package var checksum: String?
    /// Why it cannot be used; nil if it can.
    package var problem: String?

    package init(
        key: String, path: String, byteCount: Int? = nil, checksum: String? = nil, problem: String? = nil
    ) {
        (self.key, self.path, self.byteCount) = (key, path, byteCount)
        (self.checksum, self.problem) = (checksum, problem)
    }
}

/// A probe that came to no result.
package struct ProbeFailure: Sendable, Equatable, Error {
    /// What was looked at: "files", "speed".
    package var probe: String
    package var reason: String

    package init(probe: String, reason: String) { (self.probe, self.reason) = (probe, reason) }
}
