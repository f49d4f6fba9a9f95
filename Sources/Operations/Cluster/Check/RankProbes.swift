// The looks that a rank takes at itself, its host and the files of the run, each within a limit of its own.

internal import Checkpoints
internal import Datasets
internal import Files
internal import Kernels
package import Machine
internal import Tensors

/// What a rank looks at; tests put other hosts and files in its place.
package struct RankProbes: Sendable {
    package var host = HostFacts.current
    package var variables = ProcessVariables.current
    package var executable = "/proc/self/exe"
    package var version: String
    package var mpiLibrary: String
    /// Threads that the rank would use.
    package var threads: Int
    /// The paths of the run, each with the recipe key that names it.
    package var paths: [(key: String, path: String)]
    /// Seconds for each look, and for all together.
    package var seconds = 8.0
    package var allSeconds = 12.0
    /// Operations a second of small matrix products; nil to leave it out.
    package var speed: (@Sendable () -> Double)? = { ProductSpeed.measure() }

    package init(
        version: String, mpiLibrary: String, threads: Int, paths: [(key: String, path: String)]
    ) {
        (self.version, self.mpiLibrary, self.threads, self.paths) = (version, mpiLibrary, threads, paths)
    }

    /// Takes all looks; what comes to no result is in `failures`.
    package func report(rank: Int, hostName: String) -> RankReport {
        var report = RankReport(rank: rank, host: hostName)
        let start = ContinuousClock.now
        func take<Value: Sendable>(
            _ probe: String, into path: WritableKeyPath<RankReport, Value>,
            _ body: @escaping @Sendable () throws -> Value
        ) {
            let left = allSeconds - (ContinuousClock.now - start) / .seconds(1)
            switch BoundedWork.run(probe, seconds: min(seconds, max(0.2, left)), body) {
            case .success(let value): report[keyPath: path] = value
            case .failure(let failure): report.failures.append(failure)
            }
        }
        take("host", into: \.placement) { placement }
        take("memory", into: \.memory) { memory }
        take("network", into: \.network) { network }
        take("processor", into: \.processor) { processor }
        take("program", into: \.program) { try program }
        take("files", into: \.files) { files }
        if let speed { take("speed", into: \.processor.gigaflops) { speed() / 1e9 } }
        return report
    }

    private var placement: RankReport.PlacementFacts {
        var facts = RankReport.PlacementFacts()
        facts.coreList = host.coreList
        facts.usableCores = host.usableCoreCount
        facts.hostCores = host.coreCount
        facts.threads = threads
        facts.requestedThreads = variables.requestedThreadCount
        facts.localRanks = LaunchVariables(variables).localSize
        facts.slots = variables.firstInteger(of: ["OMPI_UNIVERSE_SIZE"])
        return facts
    }

    private var memory: RankReport.MemoryFacts {
        var facts = RankReport.MemoryFacts()
        facts.available = host.availableMemoryByteCount
        if let limit = host.addressSpaceLimitByteCount {
            facts.addressSpaceLeft = max(0, limit - (host.addressSpaceByteCount ?? 0))
        }
        return facts
    }

    private var network: RankReport.NetworkFacts {
        var facts = RankReport.NetworkFacts()
        facts.interfaces = host.activeInterfaces
        facts.chosenInterfaces = variables["OMPI_MCA_btl_tcp_if_include"]
        return facts
    }

    private var processor: RankReport.ProcessorFacts {
        var facts = RankReport.ProcessorFacts()
        facts.name = host.processorName
        facts.features = Set(host.processorFeatures).intersection(ProcessorFeatures.names)
        return facts
    }

    private var program: RankReport.ProgramFacts {
        get throws {
            var facts = RankReport.ProgramFacts()
            facts.version = version
            facts.mpiLibrary = mpiLibrary
            facts.checksum = try FileSystem.fingerprint(of: executable).checksum
            return facts
        }
    }

    // MARK: Files

    /// Bytes of a file that are read of large ones.
    private static let wholeByteCount = 256 << 20
    private static let startByteCount = 16 << 20

    private var files: [FileFact] {
        paths.flatMap { key, path -> [FileFact] in
            guard !FileSystem.isDirectory(path) else { return folder(key, path) }
            guard path.contains(where: "*?[".contains) else { return [fact(key, path)] }
            do {
                return try RowReader(patterns: [path]).files.map { fact(key, $0) }
            } catch { return [FileFact(key: key, path: path, problem: "\(error)")] }
        }
    }

    /// The files of a model's folder that runs read.
    private func folder(_ key: String, _ path: String) -> [FileFact] {
        do {
            let names = try FileSystem.names(in: path).filter {
                $0 == ModelDirectory.configurationFile || $0.hasSuffix(".safetensors")
                    || ModelDirectory.tokenizerFiles.contains($0)
            }
            return names.map { fact(key, path + "/" + $0) }
        } catch { return [FileFact(key: key, path: path, problem: error.reason)] }
    }

    private func fact(_ key: String, _ path: String) -> FileFact {
        do {
            let count = try FileSystem.byteCount(of: path)
            guard count > Self.wholeByteCount else {
                return FileFact(
                    key: key, path: path, byteCount: count,
                    checksum: try FileSystem.fingerprint(of: path).checksum)
            }
            let start = try FileSystem.fingerprint(of: path, limit: Self.startByteCount)
            return FileFact(key: key, path: path, byteCount: count, checksum: start.checksum)
        } catch { return FileFact(key: key, path: path, problem: error.reason) }
    }
}

/// The instructions by which kernels choose their form.
package enum ProcessorFeatures {
    /// From the oldest to the newest.
    package static let names = [
        "avx2", "fma", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "amx_bf16",
    ]
}

/// How fast one thread multiplies small matrices.
enum ProductSpeed {
    private static let size = 192

    /// Operations a second in the fastest of many short stretches, so that another program's use of the core
    /// shows only where it lasts.
    static func measure(seconds: Double = 0.3) -> Double {
        let (a, b) = (Tensor(rows: size, columns: size), Tensor(rows: size, columns: size))
        let out = Tensor(rows: size, columns: size)
        a.copy(from: [Float](repeating: 0.5, count: a.count))
        b.copy(from: [Float](repeating: 0.25, count: b.count))
        let operations = 2 * Double(size * size * size)
        var best = 0.0
        let start = ContinuousClock.now
        repeat {
            let begin = ContinuousClock.now
            for _ in 0..<4 { MatrixProduct.run(a, b, transposingB: true, into: out) }
            best = max(best, 4 * operations / ((ContinuousClock.now - begin) / .seconds(1)))
        } while (ContinuousClock.now - start) / .seconds(1) < seconds
        return best
    }
}
