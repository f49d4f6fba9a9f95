// `plan` from configuration to a screen: a calibration, measured or read, and what it says of a cluster.

internal import Arguments
package import Cluster
package import Configuration
package import DataParallel
internal import Files
internal import JSON
internal import Machine
internal import Reporting
internal import Training

/// One plan.
package struct PlanJob {
    /// What the command line asks for besides recipe and cluster.
    package struct Options: Sendable, Equatable {
        package var nodes: [Int]
        package var pricePerNodeHour: Double?
        package var largestBatch: Int?
        /// A calibration to read; nil: one is measured.
        package var calibrationFile: String?
        /// Where a measured calibration is written.
        package var savedCalibration: String?
        /// Where the page is written.
        package var report: String?
        package var printsJSON = false

        package init(nodes: [Int]) { self.nodes = nodes }
    }

    private let configuration: RunConfiguration
    private let cluster: ClusterConfiguration
    private let clusterFile: String
    private let options: Options

    package init(
        _ configuration: RunConfiguration, cluster: ClusterConfiguration, clusterFile: String,
        options: Options
    ) {
        (self.configuration, self.cluster) = (configuration, cluster)
        (self.clusterFile, self.options) = (clusterFile, options)
    }

    /// Plans and prints on rank 0. Collective.
    package func run(_ group: any ProcessGroup) throws {
        try refuseUnsupported()
        let start = ContinuousClock.now
        var measuredSeconds: Double?
        let calibration: PlanCalibration
        if let file = options.calibrationFile {
            guard group.rank == 0 else { return }
            calibration = try PlanCalibration(parsing: FileSystem.bytes(of: file), file: file)
            try calibration.require(configuration, file: file)
        } else {
            let plan = ThreadPlan.apply(requested: configuration.training.threadsPerRank)
            if group.rank == 0 { for warning in plan.warnings { Messages.warn(warning) } }
            calibration = try PlanCalibrator(
                configuration, group: group, threads: plan.threadCount, cores: cluster.hostShape().cores
            ).calibrate()
            measuredSeconds = (ContinuousClock.now - start) / .seconds(1)
        }
        guard group.rank == 0 else { return }
        if let path = options.savedCalibration {
            try FileSystem.write(calibration.json.text(.indented) + "\n", to: path)
            Messages.note("the calibration is in \(path)")
        }
        let result = try result(calibration, measuredSeconds: measuredSeconds)
        if let path = options.report {
            try FileSystem.write(PlanPage(result).document.html, to: path)
            Messages.note("the page is \(path)")
        }
        try StandardOutput.write(
            options.printsJSON ? result.json.text(.indented) + "\n" : PlanScreen(result).text)
    }

    private func refuseUnsupported() throws(PlanError) {
        guard configuration.training.reproducible else { return }
        throw .unsupported(
            key: "reproducible",
            reason:
                "plan does not know what shards of a step cost; set it to false for the plan, and measure a step with "
                + "lockstep bench step --reproducible_shards")
    }

    /// The plan of a calibration.
    package func result(
        _ calibration: PlanCalibration, measuredSeconds: Double?
    ) throws(PlanError) -> PlanResult {
        let host = cluster.hostShape()
        let needsNetwork = options.nodes.contains { $0 > 1 }
        let network = try network(calibration, isFresh: measuredSeconds != nil, isNeeded: needsNetwork)
        let memory = try memory(calibration)
        let planned = PlanCluster(
            cores: host.cores, ranksPerNode: host.ranks, threads: host.threads)
        let cost = ShapeCost(
            calibration, run: PlanRun(configuration.training), cores: host.cores, network: network.cost)
        let search = PlanSearch(
            cost, cluster: planned, memoryBytes: memory.bytes, largestBatch: options.largestBatch)
        var notes = [network.note, "memory of a host: \(memory.source)"].compactMap(\.self)
        if host.isSmallest {
            notes.append("the hosts of \(clusterFile) differ: all are taken to be like the smallest")
        }
        return try PlanResult(
            search, nodes: options.nodes,
            title: configuration.task.rawValue + ", "
                + configuration.model.directories.joined(separator: " and "),
            memorySource: memory.source, notes: notes, pricePerNodeHour: options.pricePerNodeHour,
            calibrationSeconds: measuredSeconds)
    }

    // MARK: Sources

    /// What was measured just now between hosts; else what the cluster file says; else what a saved
    /// calibration has.
    private func network(
        _ calibration: PlanCalibration, isFresh: Bool, isNeeded: Bool
    ) throws(PlanError) -> (cost: NetworkCost?, note: String?) {
        let figures = cluster.figures
        if let measured = calibration.networkCost, isFresh || figures.gigabitsPerSecond == nil {
            let rate = NumberFormat.significant(measured.bytesPerSecond * 8 / 1e9)
            let hosts = calibration.network?.hosts ?? 2
            return (
                measured,
                "network: measured between \(hosts) hosts, \(rate) Gbit/s each"
                    + (figures.gigabitsPerSecond == nil ? "" : "; the figures of \(clusterFile) are not used")
            )
        }
        if let rate = figures.gigabitsPerSecond, let latency = figures.latencyMicroseconds {
            let message = figures.messageMicroseconds
            let cost = NetworkCost(
                bytesPerSecond: rate * 1e9 / 8 * NetworkCost.payloadShare, latencySeconds: latency * 1e-6,
                messageSeconds: message.map { $0 * 1e-6 } ?? NetworkCost.usualMessageSeconds,
                processorSecondsPerByte: calibration.network?.processorSecondsPerByte ?? 0)
            return (
                cost,
                "network: by \(clusterFile), \(NumberFormat.significant(rate)) Gbit/s of which messages get 94%, "
                    + "\(NumberFormat.significant(latency)) µs"
                    + (message == nil ? ", and 5 µs a message, which are assumed" : "")
            )
        }
        if isNeeded { throw .noNetwork(clusterFile: clusterFile) }
        return (nil, nil)
    }

    private func memory(
        _ calibration: PlanCalibration
    ) throws(PlanError) -> (bytes: Int, source: String) {
        if let gibibytes = cluster.figures.memoryGibibytes {
            return (
                Int(gibibytes * 1_073_741_824),
                "\(NumberFormat.significant(gibibytes)) GiB by memory_per_host_gib of \(clusterFile)"
            )
        }
        guard let bytes = calibration.machine.memoryBytes else {
            throw .unsupported(
                key: "memory_per_host_gib",
                reason: "this system does not tell its memory; set it in \(clusterFile)")
        }
        return (
            bytes,
            "\(ByteCount(bytes)) of \(calibration.machine.name), as \(clusterFile) has no memory_per_host_gib"
        )
    }
}
