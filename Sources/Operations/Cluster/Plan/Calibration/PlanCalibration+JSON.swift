// A calibration as a JSON file: written where it was measured, read where the plan is made.

package import JSON

extension PlanCalibration {
    /// The form of the file; a program that writes another one refuses this.
    private static let format = 1

    /// The document that `--save_calibration` writes.
    package var json: JSONValue {
        let optional: [(String, JSONValue?)] = [
            ("contention", contention.map(Self.json)), ("shared_memory", sharedMemory.map(Self.json)),
            ("network", network.map(Self.json)),
        ]
        return Self.object(
            [
                ("lockstep_calibration", .integer(Self.format)), ("machine", Self.json(machine)),
                ("settings", Self.object(settings.map { ($0.key, .string($0.value)) })),
                ("rows", Self.json(rows)), ("model", Self.json(model)),
                ("passes", .array(passes.map(Self.json))), ("update_seconds_per_byte", Self.json(update)),
                ("copy_seconds_per_byte", .figure(copySeconds)),
                ("overhead_seconds", .figure(overheadSeconds)),
            ] + optional.compactMap { name, value in value.map { (name, $0) } })
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(JSONObject(members))
    }

    private static func json(_ machine: Machine) -> JSONValue {
        object([
            ("name", .string(machine.name)), ("processor", .string(machine.processor)),
            ("cores", .integer(machine.cores)), ("memory_bytes", .orNull(count: machine.memoryBytes)),
            ("ranks", .integer(machine.ranks)), ("hosts", .integer(machine.hosts)),
            ("threads", .integer(machine.threads)),
        ])
    }

    private static func json(_ rows: Rows) -> JSONValue {
        object([
            ("count", .integer(rows.count)), ("is_whole", .bool(rows.isWhole)),
            ("lengths", .array(rows.lengths.map { .integer($0) })),
            (
                "different_tokens",
                .array(rows.differentTokens.map { .array([.figure($0.tokens), .figure($0.different)]) })
            ),
            ("vocabulary_in_use", .integer(rows.vocabularyInUse)),
            ("load_seconds", .figure(rows.loadSeconds)), ("bytes", .figure(rows.bytes)),
        ])
    }

    private static func json(_ model: Model) -> JSONValue {
        object([
            ("parameters", .integer(model.parameterCount)),
            ("trained_parameters", .integer(model.trainedCount)), ("bf16", .bool(model.isBF16)),
            ("forward_share", .figure(model.forwardShare)),
            ("activations", model.activations?.json ?? .null),
            (
                "slots",
                .array(
                    model.slots.map {
                        object([
                            ("rows", .integer($0.rows)), ("columns", .integer($0.columns)),
                            ("ready", .figure($0.ready)), ("is_looked_up", .bool($0.isLookedUp)),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ sample: ComputeSample) -> JSONValue {
        object([
            ("threads", .integer(sample.threads)), ("tokens", .figure(sample.tokens)),
            ("squares", .figure(sample.squares)), ("seconds", .figure(sample.seconds)),
        ])
    }

    private static func json(_ curve: ThreadCurve) -> JSONValue {
        .array(
            curve.points.map {
                object([("threads", .integer($0.threads)), ("seconds", .figure($0.seconds))])
            })
    }

    private static func json(_ contention: Contention) -> JSONValue {
        object([
            ("ranks", .integer(contention.ranks)), ("threads", .integer(contention.threads)),
            ("ratio", .figure(contention.ratio)),
        ])
    }

    private static func json(_ memory: SharedMemory) -> JSONValue {
        object([
            ("ranks", .integer(memory.ranks)), ("seconds_per_byte", .figure(memory.secondsPerByte)),
            ("latency_seconds", .figure(memory.latencySeconds)),
        ])
    }

    private static func json(_ network: Network) -> JSONValue {
        object([
            ("hosts", .integer(network.hosts)), ("bytes_per_second", .figure(network.bytesPerSecond)),
            ("latency_seconds", .figure(network.latencySeconds)),
            ("message_seconds", .orNull(figure: network.messageSeconds)),
            ("processor_seconds_per_byte", .figure(network.processorSecondsPerByte)),
        ])
    }
}

// MARK: Reading

private typealias CalibrationReader = JSONReader<PlanError>

extension PlanCalibration {
    /// Reads a document; `file` names it in errors.
    package init(parsing bytes: [UInt8], file: String) throws(PlanError) {
        let document: JSONValue
        do { document = try JSONValue(parsing: bytes) } catch {
            throw .notJSON(file: file, reason: "\(error)")
        }
        let reader = CalibrationReader(document, file: file)
        _ = try reader["lockstep_calibration"].integer(in: Self.format...Self.format, "\(Self.format)")
        machine = try Machine(reader["machine"])
        settings = try reader["settings"].members().map { (name, value) throws(PlanError) in
            Setting(key: name, value: try value.string())
        }
        rows = try Rows(reader["rows"])
        model = try Model(reader["model"])
        passes = try reader["passes"].array().map { (pass) throws(PlanError) in try ComputeSample(pass) }
        guard !passes.isEmpty else { throw reader["passes"].mismatch("at least one pass") }
        update = try ThreadCurve(reader["update_seconds_per_byte"])
        copySeconds = try reader["copy_seconds_per_byte"].amount()
        overheadSeconds = try reader["overhead_seconds"].amount()
        contention = try reader["contention"].ifPresent.map { (value) throws(PlanError) in
            Contention(
                ranks: try value["ranks"].count(), threads: try value["threads"].count(),
                ratio: try value["ratio"].amount())
        }
        sharedMemory = try reader["shared_memory"].ifPresent.map { (value) throws(PlanError) in
            SharedMemory(
                ranks: try value["ranks"].count(), secondsPerByte: try value["seconds_per_byte"].amount(),
                latencySeconds: try value["latency_seconds"].amount())
        }
        network = try reader["network"].ifPresent.map { (value) throws(PlanError) in try Network(value) }
    }
}

extension JSONReader<PlanError> {
    fileprivate func amount() throws(PlanError) -> Double {
        try double("a number of at least 0") { $0 >= 0 && $0.isFinite }
    }

    fileprivate func positive() throws(PlanError) -> Double {
        try double("a number above 0") { $0 > 0 && $0.isFinite }
    }

    fileprivate func share() throws(PlanError) -> Double {
        try double("a number from 0 to 1") { (0...1).contains($0) }
    }

    fileprivate func count(_ least: Int = 1) throws(PlanError) -> Int {
        try integer(in: least...1 << 48, "a whole number of at least \(least)")
    }
}

extension PlanCalibration.Machine {
    fileprivate init(_ reader: CalibrationReader) throws(PlanError) {
        name = try reader["name"].string()
        processor = try reader["processor"].string()
        cores = try reader["cores"].count()
        memoryBytes = try reader["memory_bytes"].ifPresent?.count()
        ranks = try reader["ranks"].count()
        hosts = try reader["hosts"].integer(in: 1...ranks, "a whole number from 1 to \(ranks)")
        threads = try reader["threads"].count()
    }
}

extension PlanCalibration.Rows {
    fileprivate init(_ reader: CalibrationReader) throws(PlanError) {
        count = try reader["count"].count()
        isWhole = try reader["is_whole"].bool()
        lengths = try reader["lengths"].array().map { (length) throws(PlanError) in try length.count() }
        guard !lengths.isEmpty else { throw reader["lengths"].mismatch("at least one length") }
        var last = 0.0
        differentTokens = try reader["different_tokens"].array().map { (pair) throws(PlanError) in
            let tokens = try pair[0].double("a number above that of the pair before") { $0 > last }
            last = tokens
            return PlanCalibration.DifferentTokens(tokens: tokens, different: try pair[1].amount())
        }
        vocabularyInUse = try reader["vocabulary_in_use"].count(0)
        loadSeconds = try reader["load_seconds"].amount()
        bytes = try reader["bytes"].amount()
    }
}

extension PlanCalibration.Model {
    fileprivate init(_ reader: CalibrationReader) throws(PlanError) {
        parameterCount = try reader["parameters"].count()
        trainedCount = try reader["trained_parameters"].count(0)
        isBF16 = try reader["bf16"].bool()
        forwardShare = try reader["forward_share"].share()
        activations = try reader["activations"].ifPresent.map { (value) throws(PlanError) in
            try ActivationMemory(value)
        }
        slots = try reader["slots"].array().map { (slot) throws(PlanError) in
            GradientSlot(
                rows: try slot["rows"].count(), columns: try slot["columns"].count(),
                ready: try slot["ready"].share(), isLookedUp: try slot["is_looked_up"].bool())
        }
    }
}

extension PlanCalibration.Network {
    fileprivate init(_ reader: CalibrationReader) throws(PlanError) {
        self.init(
            hosts: try reader["hosts"].count(2), bytesPerSecond: try reader["bytes_per_second"].positive(),
            latencySeconds: try reader["latency_seconds"].amount(),
            messageSeconds: try reader["message_seconds"].ifPresent?.amount(),
            processorSecondsPerByte: try reader["processor_seconds_per_byte"].amount())
    }
}

extension ComputeSample {
    fileprivate init(_ reader: CalibrationReader) throws(PlanError) {
        self.init(
            threads: try reader["threads"].count(), tokens: try reader["tokens"].positive(),
            squares: try reader["squares"].amount(), seconds: try reader["seconds"].positive())
    }
}

extension ThreadCurve {
    fileprivate init(_ reader: CalibrationReader) throws(PlanError) {
        let points = try reader.array().map { (point) throws(PlanError) in
            (threads: try point["threads"].count(), seconds: try point["seconds"].amount())
        }
        guard !points.isEmpty else { throw reader.mismatch("at least one count of threads") }
        self.init(points)
    }
}
