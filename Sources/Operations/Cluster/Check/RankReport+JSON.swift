// A rank's report as JSON: on its way to rank 0, and in the document of `--json`.

package import JSON

extension RankReport {
    /// Everything, without what is not known.
    package var json: JSONValue {
        .object([
            "rank": .integer(rank), "host": .string(host), "version": .string(program.version),
            "checksum": .orNull(text: program.checksum), "mpi_library": .string(program.mpiLibrary),
            "processor": .orNull(text: processor.name),
            "features": .array(processor.features.sorted().map { .string($0) }),
            "gigaflops": .orNull(figure: processor.gigaflops), "cores": .orNull(text: placement.coreList),
            "usable_cores": .integer(placement.usableCores), "host_cores": .integer(placement.hostCores),
            "threads": .integer(placement.threads),
            "requested_threads": .orNull(count: placement.requestedThreads),
            "local_ranks": .orNull(count: placement.localRanks), "slots": .orNull(count: placement.slots),
            "available_memory_bytes": .orNull(count: memory.available),
            "address_space_bytes_left": .orNull(count: memory.addressSpaceLeft),
            "interfaces": .array(network.interfaces.map { .string($0) }),
            "chosen_interfaces": .orNull(text: network.chosenInterfaces),
            "files": .array(files.map(\.json)),
            "failures": .array(
                failures.map { .object(["probe": .string($0.probe), "reason": .string($0.reason)]) }),
        ])
    }

    /// As bytes for `init(bytes:)`.
    package var bytes: [UInt8] { json.serialized(.compact, sortingNames: false) }

    /// Reads what `bytes` wrote; throws when another version of the program wrote it.
    package init(bytes: [UInt8]) throws {
        let reader = JSONReader<JSONMismatch>(
            try JSONValue(parsing: bytes), file: "the report of a rank")
        self.init(rank: try reader["rank"].integer(), host: try reader["host"].string())
        program.version = try reader["version"].string()
        program.checksum = try reader["checksum"].ifPresent?.string()
        program.mpiLibrary = try reader["mpi_library"].string()
        processor.name = try reader["processor"].ifPresent?.string()
        processor.features = Set(try reader["features"].strings())
        processor.gigaflops = try reader["gigaflops"].ifPresent?.double()
        placement.coreList = try reader["cores"].ifPresent?.string()
        placement.usableCores = try reader["usable_cores"].integer()
        placement.hostCores = try reader["host_cores"].integer()
        placement.threads = try reader["threads"].integer()
        placement.requestedThreads = try reader["requested_threads"].ifPresent?.integer()
        placement.localRanks = try reader["local_ranks"].ifPresent?.integer()
        placement.slots = try reader["slots"].ifPresent?.integer()
        memory.available = try reader["available_memory_bytes"].ifPresent?.integer()
        memory.addressSpaceLeft = try reader["address_space_bytes_left"].ifPresent?.integer()
        network.interfaces = try reader["interfaces"].strings()
        network.chosenInterfaces = try reader["chosen_interfaces"].ifPresent?.string()
        files = try reader["files"].array().map { try FileFact($0) }
        failures = try reader["failures"].array().map {
            ProbeFailure(probe: try $0["probe"].string(), reason: try $0["reason"].string())
        }
    }
}

extension FileFact {
    fileprivate var json: JSONValue {
        .object([
            "key": .string(key), "path": .string(path), "bytes": .orNull(count: byteCount),
            "checksum": .orNull(text: checksum), "problem": .orNull(text: problem),
        ])
    }

    fileprivate init(_ reader: JSONReader<JSONMismatch>) throws {
        self.init(
            key: try reader["key"].string(), path: try reader["path"].string(),
            byteCount: try reader["bytes"].ifPresent?.integer(),
            checksum: try reader["checksum"].ifPresent?.string(),
            problem: try reader["problem"].ifPresent?.string())
    }
}

extension JSONReader {
    /// The strings of an array.
    fileprivate func strings() throws(Failure) -> [String] {
        try array().map { (element) throws(Failure) in try element.string() }
    }
}

extension JSONValue {
    /// A value, or null.
    static func orNull(text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    static func orNull(count: Int?) -> JSONValue { count.map { .integer($0) } ?? .null }
    static func orNull(figure: Double?) -> JSONValue { figure.map { .figure($0) } ?? .null }
}
