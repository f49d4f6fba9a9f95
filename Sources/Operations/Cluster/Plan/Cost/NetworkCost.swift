// What sums cost: in the memory that ranks of a host share, and in messages between hosts.

/// Memory that the ranks of a host share.
package struct SharedMemoryCost: Sendable, Equatable {
    /// Seconds a byte that is copied, by the number of threads that copy at once.
    package var copy: ThreadCurve
    /// Seconds of a sum over that of a plain copy by all its ranks.
    package var sumRatio: Double
    /// Seconds of the two meetings around a sum.
    package var latencySeconds: Double

    package init(copy: ThreadCurve, sumRatio: Double = 1, latencySeconds: Double = 0) {
        (self.copy, self.sumRatio, self.latencySeconds) = (copy, sumRatio, latencySeconds)
    }

    /// What part of the copy a step of it moves: a sum into all arenas reads and writes each byte once, one
    /// that stays with the owner writes its own part alone, and what a rank brings to the others it reads
    /// from its cache.
    package enum Motion {
        case sumToAll, sumToOwner, gather

        func share(ranks: Int) -> Double {
            switch self {
            case .sumToAll: 1
            case .sumToOwner: (1 + 1 / Double(ranks)) / 2
            case .gather: 0.5
            }
        }
    }

    /// Seconds in which `ranks` ranks of one host move an arena's bytes.
    package func seconds(_ motion: Motion, bytes: Double, ranks: Int) -> Double {
        guard ranks > 1 else { return 0 }
        return sumRatio * motion.share(ranks: ranks) * bytes * Double(ranks) * copy.seconds(ranks)
            + latencySeconds
    }
}

/// The network between hosts.
package struct NetworkCost: Sendable, Equatable {
    /// Bytes a second that a host sends while it receives as many.
    package var bytesPerSecond: Double
    /// Seconds until a small message is there.
    package var latencySeconds: Double
    /// Seconds that each further message of a round takes.
    package var messageSeconds: Double
    /// Seconds of a processor a byte that is sent.
    package var processorSecondsPerByte: Double

    package init(
        bytesPerSecond: Double, latencySeconds: Double, messageSeconds: Double,
        processorSecondsPerByte: Double = 0
    ) {
        (self.bytesPerSecond, self.latencySeconds) = (bytesPerSecond, latencySeconds)
        (self.messageSeconds, self.processorSecondsPerByte) = (messageSeconds, processorSecondsPerByte)
    }

    /// A round in which each host sends each other one its part of `bytes`, which all ranks of a host
    /// together have.
    package func roundSeconds(bytes: Double, hosts: Int) -> Double {
        guard hosts > 1 else { return 0 }
        return latencySeconds + messageSeconds * Double(hosts - 2)
            + sentBytes(of: bytes, hosts: hosts) / bytesPerSecond
    }

    /// What of `bytes` a host sends in a round.
    package func sentBytes(of bytes: Double, hosts: Int) -> Double {
        bytes * Double(hosts - 1) / Double(hosts)
    }

    /// A tree over the hosts and back for a few numbers, as MPI's small all-reduce.
    package func smallSumSeconds(hosts: Int) -> Double {
        var (levels, reached) = (0, 1)
        while reached < hosts { (levels, reached) = (levels + 1, reached * 2) }
        return latencySeconds * Double(levels)
    }

    /// Of what a link of Ethernet carries the part that a message gets: 1,448 bytes of each 1,538, with
    /// frames, gaps and the headers of IP and TCP.
    package static let payloadShare = 1_448.0 / 1_538
    /// Assumed where it was not measured.
    package static let usualMessageSeconds = 5e-6
}
