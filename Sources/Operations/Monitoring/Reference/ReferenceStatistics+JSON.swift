// monitoring.json: the form of the statistics of training.

internal import Files
package import JSON

extension ReferenceStatistics {
    private static let format = 1

    /// Writes the file into a model's folder.
    package func write(directory: String) throws(MonitoringError) {
        try MonitoringError.rethrowing { () throws(FilesError) in
            try FileSystem.write(
                json.serialized(.indented, sortingNames: false), to: directory + "/" + Self.fileName)
        }
    }

    /// Reads the file of a model's folder.
    package init(directory: String) throws(MonitoringError) {
        let path = directory + "/" + Self.fileName
        guard FileSystem.isFile(path) else { throw .noReference(path) }
        let bytes = try MonitoringError.rethrowing { () throws(FilesError) in
            try FileSystem.bytes(of: path, limit: 1 << 26)
        }
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch {
            throw .syntax(path: path, line: error.place(in: bytes).line, problem: error.problem)
        }
        try self.init(JSONReader(value, file: path))
    }

    package var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("format", .integer(Self.format)), ("lockstep", .string(version)),
            ("labels", .array(labelNames.map { .string($0) })), ("positive", .integer(positive)),
            ("inputs", inputs.json),
        ]
        if let answers { members.append(("answers", answers.json)) }
        return .object(JSONObject(members))
    }

    init(_ reader: JSONReader<MonitoringError>) throws(MonitoringError) {
        self.init()
        _ = try reader["format"].integer(in: Self.format...Self.format, "the format \(Self.format)")
        version = try reader["lockstep"].string()
        for label in try reader["labels"].array() { labelNames.append(try label.string()) }
        positive = try reader["positive"].integer(in: 0...max(1, labelNames.count), "the place of a label")
        inputs = try Inputs(reader["inputs"])
        answers = nil
        if let given = reader["answers"].ifPresent { answers = try Answers(given) }
    }

    fileprivate static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(JSONObject(counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }))
    }

    fileprivate static func counts(
        _ reader: JSONReader<MonitoringError>
    ) throws(MonitoringError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for member in try reader.members() {
            counts[member.name] = try member.reader.integer(in: 0...Int.max, "a count")
        }
        return counts
    }

    fileprivate static func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .shortest($0) }) }

    fileprivate static func numbers(
        _ reader: JSONReader<MonitoringError>
    ) throws(MonitoringError) -> [Double] {
        var values: [Double] = []
        for element in try reader.array() { values.append(try element.double()) }
        return values
    }
}

extension ReferenceStatistics.Inputs {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("rows", .integer(rowCount)), ("nulls", .integer(nullCount)),
            ("languages", ReferenceStatistics.counts(languages)),
            ("labels", ReferenceStatistics.counts(labels)),
        ]
        if let tokenBounds {
            members.append(("fewest_tokens", .shortest(tokenBounds.lowerBound)))
            members.append(("most_tokens", .shortest(tokenBounds.upperBound)))
        }
        members.append(("tokens", ReferenceStatistics.numbers(tokenCounts)))
        members.append(("unknown_shares", ReferenceStatistics.numbers(unknownShares)))
        return .object(JSONObject(members))
    }

    fileprivate init(_ reader: JSONReader<MonitoringError>) throws(MonitoringError) {
        rowCount = try reader["rows"].integer(in: 0...Int.max, "a count")
        nullCount = try reader["nulls"].integer(in: 0...rowCount, "a count of at most rows")
        languages = try ReferenceStatistics.counts(reader["languages"])
        labels = try ReferenceStatistics.counts(reader["labels"])
        if let fewest = try reader["fewest_tokens"].ifPresent?.double() {
            let most = try reader["most_tokens"].double("a number of at least fewest_tokens") {
                $0 >= fewest
            }
            tokenBounds = fewest...most
        }
        tokenCounts = try ReferenceStatistics.numbers(reader["tokens"])
        unknownShares = try ReferenceStatistics.numbers(reader["unknown_shares"])
    }
}

extension ReferenceStatistics.Answers {
    fileprivate var json: JSONValue {
        let bins = calibration.map { bin in
            JSONValue.object([
                "lower": .shortest(bin.lower), "upper": .shortest(bin.upper), "rows": .integer(bin.rowCount),
                "mean_confidence": .shortest(bin.meanConfidence), "accuracy": .shortest(bin.accuracy),
            ])
        }
        let figures = metrics.map { metric in
            JSONValue.object([
                "name": .string(metric.estimate.name), "value": .shortest(metric.value),
                "estimate": .shortest(metric.estimate.value), "rows": .integer(metric.estimate.rowCount),
                "label_variance": .shortest(metric.estimate.labelVariance),
                "row_variance": .shortest(metric.estimate.rowVariance),
                "correction_variance": .shortest(metric.correctionVariance),
            ])
        }
        return .object([
            "rows": .integer(rowCount), "labels": ReferenceStatistics.counts(labels),
            "temperature": .shortest(temperature), "metrics": .array(figures), "calibration": .array(bins),
            "confidences": ReferenceStatistics.numbers(confidences),
        ])
    }

    fileprivate init(_ reader: JSONReader<MonitoringError>) throws(MonitoringError) {
        rowCount = try reader["rows"].integer(in: 0...Int.max, "a count")
        labels = try ReferenceStatistics.counts(reader["labels"])
        temperature = try reader["temperature"].double("a number above 0") { $0 > 0 }
        confidences = try ReferenceStatistics.numbers(reader["confidences"])
        for bin in try reader["calibration"].array() {
            calibration.append(
                ReferenceStatistics.CalibrationBin(
                    lower: try bin["lower"].double(), upper: try bin["upper"].double(),
                    rowCount: try bin["rows"].integer(), meanConfidence: try bin["mean_confidence"].double(),
                    accuracy: try bin["accuracy"].double()))
        }
        for figure in try reader["metrics"].array() {
            metrics.append(try ReferenceStatistics.ReferenceMetric(figure))
        }
    }
}

extension ReferenceStatistics.ReferenceMetric {
    fileprivate init(_ reader: JSONReader<MonitoringError>) throws(MonitoringError) {
        func variance(_ name: String) throws(MonitoringError) -> Double {
            try reader[name].double("a number of at least 0") { $0 >= 0 }
        }
        value = try reader["value"].double()
        estimate = PerformanceEstimate(
            name: try reader["name"].string(), value: try reader["estimate"].double(),
            rowCount: try reader["rows"].integer(in: 1...Int.max, "a count above 0"),
            labelVariance: try variance("label_variance"), rowVariance: try variance("row_variance"))
        correctionVariance = try variance("correction_variance")
    }
}
