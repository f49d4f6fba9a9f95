// Measures the all-reduce of gradients against a plain copy of the same bytes, for `lockstep bench
// allreduce`.

internal import Tensors

/// How fast the ranks of a job sum an arena.
package struct AllReduceMeasurement: Sendable {
    /// The ways that are compared.
    package enum Way: String, Sendable, CaseIterable {
        /// What training uses: shared memory inside a host, messages between hosts.
        case lockstep
        /// The same, and all ranks end with the sums of their shard alone.
        case reduceScatter = "reduce_scatter"
        /// The way back of the shards.
        case allGather = "all_gather"
        /// `MPI_Allreduce` between all ranks.
        case mpi
        /// A copy of the arena by all ranks at once: what memory can do.
        case copy
    }

    /// One way at one size.
    package struct Bandwidth: Sendable {
        package let way: Way
        /// Bytes of the arena of a rank.
        package let bytes: Int
        /// Median over the repetitions, of the slowest rank.
        package let seconds: Double
        /// Bytes that each rank has to send, over time: 2 (n − 1) / n · bytes for an all-reduce over n ranks,
        /// half of it for the others (NVIDIA nccl-tests, doc/PERFORMANCE.md). Zero for one rank.
        package let busBytesPerSecond: Double
        /// Time of the copy over this time.
        package let copyRatio: Double
    }

    private let group: any ProcessGroup
    private let gradients: HierarchicalCollectives
    private let pieceElements: Int
    private let repetitions: Int
    /// Ranks that share memory on this host.
    package var localRanks: Int { gradients.localSize }
    /// Why they do not, if they could.
    package var refusal: String? { gradients.refusal }

    /// Makes the arena. Collective.
    package init(
        maximumBytes: Int, group: any ProcessGroup, wire: WireType, bucketMebibytes: Double, repetitions: Int,
        sharesMemory: Bool
    ) throws(ParallelError) {
        precondition(maximumBytes >= 64 && repetitions > 0, "nothing to measure")
        self.group = group
        self.repetitions = repetitions
        gradients = try HierarchicalCollectives(
            elementCount: maximumBytes / 4, topology: RankTopology(group), wire: wire,
            sharesMemory: sharesMemory)
        pieceElements = max(16, Int(bucketMebibytes * 262_144))
    }

    /// Measures all ways with arenas of `bytes`. Collective; all ranks get the same figures.
    package func measure(bytes: Int) throws(ParallelError) -> [Bandwidth] {
        let count = bytes / 4
        let copy = try seconds(.copy, count: count)
        return try Way.allCases.map { way throws(ParallelError) in
            let time = way == .copy ? copy : try seconds(way, count: count)
            let isWhole = way == .lockstep || way == .mpi
            let share = way == .copy ? 0 : Double(group.size - 1) / Double(group.size)
            return Bandwidth(
                way: way, bytes: count * 4, seconds: time,
                busBytesPerSecond: (isWhole ? 2 : 1) * share * Double(count * 4) / time,
                copyRatio: copy / time)
        }
    }

    /// Seconds of one way with arenas of `bytes`: the median of so many rounds, of the slowest rank.
    /// Collective.
    package func seconds(_ way: Way, bytes: Int, rounds: Int) throws(ParallelError) -> Double {
        try seconds(way, count: bytes / 4, rounds: rounds)
    }

    private func seconds(_ way: Way, count: Int, rounds: Int? = nil) throws(ParallelError) -> Double {
        let target = way == .copy ? Tensor(rows: 1, columns: count) : nil
        let rounds = rounds ?? max(repetitions, min(200, repetitions * 262_144 / count))
        var times: [Double] = []
        for round in 0...rounds {
            gradients.arena.clear(count: count)
            try group.barrier()
            let start = ContinuousClock.now
            try run(way, count: count, copyTarget: target)
            let own = Int64((ContinuousClock.now - start) / .nanoseconds(1))
            var slowest = [own]
            try group.allReduceMaximum(&slowest)
            // The first round takes the pages of copies and buffers.
            if round > 0 { times.append(Double(slowest[0]) * 1e-9) }
        }
        return times.sorted()[times.count / 2]
    }

    /// In pieces as large as a bucket, as in training; the copy at once, which is its fastest form.
    private func run(_ way: Way, count: Int, copyTarget: Tensor?) throws(ParallelError) {
        if let copyTarget {
            copyTarget.copy(from: gradients.arena.elements(0..<count))
            return
        }
        var start = 0
        while start < count {
            let range = start..<min(count, start + pieceElements)
            switch way {
            case .lockstep: try gradients.allReduce(range)
            case .reduceScatter: try gradients.reduceScatter(range)
            case .allGather: try gradients.allGather(range)
            case .mpi: try group.allReduceSum(gradients.arena.elements(range))
            case .copy: preconditionFailure("a copy has a target")
            }
            start = range.upperBound
        }
    }
}

extension Tensor {
    /// Sets the first `count` elements to zero.
    fileprivate func clear(count: Int) { elements(0..<count).clear() }
}
