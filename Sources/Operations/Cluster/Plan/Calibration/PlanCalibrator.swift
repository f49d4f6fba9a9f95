// Measures a recipe's model on this machine, within a time: passes, updates, copies, sums, whole steps.

package import Arguments
package import DataParallel
internal import Datasets
internal import Kernels
internal import Layers
internal import Machine
internal import Models
internal import Optimizers
internal import Tensors
internal import Training

/// A calibration on the ranks of a job. All of them measure at once, as they would train, and the slowest one
/// counts.
package struct PlanCalibrator {
    let run: RunArguments
    let group: any ProcessGroup
    let host: any ProcessGroup
    let peers: any ProcessGroup
    /// Threads of this rank.
    let threads: Int
    /// Cores of this host that the job may use.
    let cores: Int
    private let start = ContinuousClock.now
    private let limitSeconds: Double

    /// Collective.
    ///
    /// - Parameters:
    ///   - cores: those of a host of the cluster that is planned for.
    ///   - limitSeconds: what everything may take, about.
    package init(
        _ run: RunArguments, group: any ProcessGroup, threads: Int, cores: Int, limitSeconds: Double = 36
    ) throws {
        (self.run, self.group, self.threads) = (run, group, threads)
        self.limitSeconds = limitSeconds
        host = try group.splitByHost()
        peers = try group.split(color: host.rank)
        self.cores = max(host.size * threads, min(cores, HostFacts.current.usableCoreCount))
        var sizes = [Int64(host.size), Int64(-host.size)]
        try group.allReduceMaximum(&sizes)
        guard sizes[0] == -sizes[1] else {
            throw PlanError.unsupported(
                key: "hosts",
                reason:
                    "one has \(-sizes[1]) ranks and another \(sizes[0]); measure with the same number on each"
            )
        }
    }

    /// The calibration, the same on all ranks. Collective.
    package func calibrate() throws -> PlanCalibration {
        let sample = try PlanSample(run)
        let (task, parameters) = (sample.task, sample.task.model.parameters)
        var result = PlanCalibration()
        result.settings = PlanCalibration.settings(of: run)
        result.machine = machine
        result.rows = sample.rows
        let isBF16 = parameters.computeType == .bfloat16
        result.model.isBF16 = isBF16
        result.model.parameterCount = parameters.layout.parameterCount
        result.model.trainedCount = parameters.trainable.layout.parameterCount
        result.model.activations = try ActivationMemory(
            task, recomputesActivations: run.training.gradientCheckpointing, bf16: isBF16,
            operations: 1e11 * Double(threads))
        let arguments = run.training
        let replica = try Replica(
            task.model, AdamW.Options(), reduction: arguments.reductionOptions, group: group)
        let passes = PassMeasurement(self, task: task)
        try passes.warmUp()
        let order = try passes.gradientOrder()
        result.model.forwardShare = order.forwardShare
        result.model.slots = Self.slots(parameters.trainable, ready: order.ready)
        result.passes = try passes.measure(until: 0.55)
        result.contention = try passes.contention()
        result.update = try updates(replica, parameters.trainable)
        result.copySeconds = try copySeconds()
        result.sharedMemory = try sharedMemory()
        result.network = try network()
        parameters.onGradientReady = { replica.reducer.markReady(slot: $0) }
        try StepMeasurement(self, task: task, replica: replica).complete(&result)
        return result
    }

    private var machine: PlanCalibration.Machine {
        let facts = HostFacts.current
        var machine = PlanCalibration.Machine()
        machine.name = group.hostName
        machine.processor = facts.processorName ?? "an unknown processor"
        machine.cores = cores
        machine.memoryBytes = facts.memoryByteCount
        (machine.ranks, machine.threads) = (group.size, threads)
        machine.hosts = max(1, group.size / host.size)
        return machine
    }

    private static func slots(_ trained: ParameterStore, ready: [Double]) -> [GradientSlot] {
        let lookedUp = Set(trained.sparseEmbeddings.map(\.slot))
        return zip(trained.layout.slots, ready).map { slot, ready in
            GradientSlot(
                rows: slot.rows, columns: slot.columns, ready: ready,
                isLookedUp: lookedUp.contains(slot.index))
        }
    }

    // MARK: Time

    /// Whether less than a share of the time has gone, on the slowest rank. Collective.
    func hasTime(_ share: Double) throws -> Bool {
        var used = [Int64((ContinuousClock.now - start) / .milliseconds(1))]
        try group.allReduceMaximum(&used)
        return Double(used[0]) < share * limitSeconds * 1000
    }

    /// Seconds of `body` on the slowest rank, all of which begin together. Collective.
    func slowest(_ body: () throws -> Void) throws -> Double {
        try group.barrier()
        let start = ContinuousClock.now
        try body()
        var nanoseconds = [Int64((ContinuousClock.now - start) / .nanoseconds(1))]
        try group.allReduceMaximum(&nanoseconds)
        return Double(nanoseconds[0]) * 1e-9
    }

    /// Runs `body` with other numbers of threads: powers of two below the rank's own, and that.
    func withThreadCounts(_ body: (Int) throws -> Void) throws {
        defer { ThreadPool.configure(threadCount: threads) }
        var counts = sequence(first: 1) { $0 * 2 }.prefix { $0 < threads } + [threads]
        // Most is told by the largest and the smallest ones.
        while counts.count > 4 { counts.remove(at: 1) }
        for count in counts {
            ThreadPool.configure(threadCount: count)
            try body(count)
        }
    }

    // MARK: Memory

    /// Seconds of updates a byte, by the threads of a host that share the work.
    private func updates(_ replica: Replica, _ trained: ParameterStore) throws -> ThreadCurve {
        var points: [(threads: Int, seconds: Double)] = []
        try withThreadCounts { count in
            var times: [Double] = []
            for _ in 0..<4 {
                times.append(
                    try slowest { replica.optimizer.step(learningRate: 1e-9, gradientScale: 1) })
            }
            let bytes = Double(updatedBytes(trained)) * Double(host.size)
            let share = replica.reducer.shard == nil ? 1 : Double(group.size)
            points.append((count * host.size, times.dropFirst().min().map { $0 / bytes * share } ?? 0))
        }
        return ThreadCurve(points)
    }

    /// Bytes that an update goes over: of tables the rows that a step has named so far.
    private func updatedBytes(_ trained: ParameterStore) -> Int {
        let all = trained.layout.elementCount
        let skipped = trained.sparseEmbeddings.filter(\.isSparse).reduce(0) { sum, table in
            sum + table.range.count - table.updatedElements.reduce(0) { $0 + $1.count }
        }
        return max(1, all - skipped) * 4
    }

    private static let copiedBytes = 32 << 20

    /// Seconds a byte of a copy on one thread while all ranks of the host copy, for each of them.
    private func copySeconds() throws -> Double {
        ThreadPool.configure(threadCount: 1)
        defer { ThreadPool.configure(threadCount: threads) }
        let measurement = try AllReduceMeasurement(
            maximumBytes: Self.copiedBytes, group: SoloProcessGroup(), wire: .float32, bucketMebibytes: 25,
            repetitions: 3, sharesMemory: false)
        return try measurement.seconds(.copy, bytes: Self.copiedBytes, rounds: 5) / Double(Self.copiedBytes)
    }

    /// Sums among the ranks of a host; nil for one.
    private func sharedMemory() throws -> PlanCalibration.SharedMemory? {
        guard host.size > 1 else { return nil }
        let bytes = 16 << 20
        let measurement = try AllReduceMeasurement(
            maximumBytes: bytes, group: host, wire: .float32, bucketMebibytes: 25, repetitions: 3,
            sharesMemory: true)
        let latency = try measurement.seconds(.lockstep, bytes: 4_096, rounds: 30)
        let seconds = try measurement.seconds(.lockstep, bytes: bytes, rounds: 5)
        return PlanCalibration.SharedMemory(
            ranks: host.size, secondsPerByte: max(0, seconds - latency) / Double(bytes),
            latencySeconds: latency)
    }

    /// Sums between hosts, by all ranks of a host at once; nil for one host.
    private func network() throws -> PlanCalibration.Network? {
        guard peers.size > 1 else { return nil }
        let (bytes, hosts) = (8 << 20, peers.size)
        let measurement = try AllReduceMeasurement(
            maximumBytes: bytes, group: peers, wire: .float32, bucketMebibytes: 25, repetitions: 3,
            sharesMemory: false)
        let small = try measurement.seconds(.lockstep, bytes: 4_096, rounds: 20)
        let large = try measurement.seconds(.lockstep, bytes: bytes, rounds: 5)
        var figures = [Int64(small * 1e9), Int64(large * 1e9)]
        try group.allReduceMaximum(&figures)
        // A sum is two rounds.
        let round = Double(figures[0]) * 1e-9 / 2
        let share = 2 * Double(hosts - 1) / Double(hosts)
        let sent = share * Double(bytes * host.size)
        let (message, first) = try messages(round: round)
        return PlanCalibration.Network(
            hosts: hosts, bytesPerSecond: sent / max(1e-9, Double(figures[1] - figures[0]) * 1e-9),
            latencySeconds: first, messageSeconds: message, processorSecondsPerByte: 0)
    }

    /// What each further message of a round takes, from rounds of two hosts and of all; and a round of two.
    private func messages(round: Double) throws -> (message: Double?, first: Double) {
        guard peers.size > 2 else { return (nil, round) }
        let pair = try peers.split(color: peers.rank / 2)
        var nanoseconds: [Int64] = [0]
        if pair.size == 2 {
            let measurement = try AllReduceMeasurement(
                maximumBytes: 4_096, group: pair, wire: .float32, bucketMebibytes: 25, repetitions: 3,
                sharesMemory: false)
            nanoseconds[0] = Int64(try measurement.seconds(.lockstep, bytes: 4_096, rounds: 20) * 1e9)
        }
        try group.allReduceMaximum(&nanoseconds)
        let first = min(round, Double(nanoseconds[0]) * 1e-9 / 2)
        return ((round - first) / Double(peers.size - 2), first)
    }
}
