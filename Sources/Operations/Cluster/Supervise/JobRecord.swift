// job.json: what the job in a run's folder is doing, or how it ended.

package import JSON

/// The state of a job. Rank 0 writes it after each step, and a rank that fails writes why; a job that ends
/// well removes the file, so that what is found there tells of one that did not.
package struct JobRecord: Equatable, Sendable {
    package static let fileName = "job.json"

    /// Ranks that ran on one host, by the name that the host has for itself.
    package struct Host: Equatable, Sendable {
        package let name: String
        package let ranks: Int

        package init(name: String, ranks: Int) { (self.name, self.ranks) = (name, ranks) }
    }

    /// Why the job ended.
    package struct Failure: Equatable, Sendable {
        package let kind: FailureKind
        /// The sentence that the rank printed.
        package let message: String
        /// The rank and its host.
        package let place: String

        package init(kind: FailureKind, message: String, place: String) {
            (self.kind, self.message, self.place) = (kind, message, place)
        }
    }

    /// When the job came to its steps, in ISO 8601, and the process of rank 0: no two jobs have the same.
    package let started: String
    package let process: Int
    /// The last step that was finished.
    package var step: Int
    package let hosts: [Host]
    package var failure: Failure?

    package init(started: String, process: Int, step: Int, hosts: [Host], failure: Failure? = nil) {
        (self.started, self.process) = (started, process)
        (self.step, self.hosts, self.failure) = (step, hosts, failure)
    }

    /// Whether both tell of the same job.
    package func isOfSameJob(as other: JobRecord?) -> Bool {
        started == other?.started && process == other?.process
    }

    /// The hosts of ranks, given rank by rank, with how many are on each.
    package static func hosts(ofRanks names: [String]) -> [Host] {
        var counts: [(name: String, ranks: Int)] = []
        for name in names {
            if let index = counts.firstIndex(where: { $0.name == name }) {
                counts[index].ranks += 1
            } else {
                counts.append((name, 1))
            }
        }
        return counts.map { Host(name: $0.name, ranks: $0.ranks) }
    }
}

extension JobRecord {
    /// The file's content; nil if it is none, such as one that a crash of the host cut short.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes), let started = json["started"]?.string,
            let process = json["process"]?.integer, let step = json["step"]?.integer,
            let entries = json["hosts"]?.array
        else { return nil }
        let hosts = entries.compactMap { entry -> Host? in
            guard let name = entry["name"]?.string, let ranks = entry["ranks"]?.integer else { return nil }
            return Host(name: name, ranks: ranks)
        }
        guard hosts.count == entries.count else { return nil }
        self.init(
            started: started, process: process, step: step, hosts: hosts,
            failure: json["failure"].flatMap(Failure.init))
    }

    package var json: JSONValue {
        var members: JSONObject = [
            "started": .string(started), "process": .integer(process), "step": .integer(step),
            "hosts": .array(hosts.map { ["name": .string($0.name), "ranks": .integer($0.ranks)] }),
        ]
        if let failure {
            members["failure"] = [
                "kind": .string(failure.kind.rawValue), "exit_code": .integer(Int(failure.kind.exitCode)),
                "message": .string(failure.message), "place": .string(failure.place),
            ]
        }
        return .object(members)
    }
}

extension JobRecord.Failure {
    fileprivate init?(_ json: JSONValue) {
        guard let kind = json["kind"]?.string.flatMap(FailureKind.init),
            let message = json["message"]?.string,
            let place = json["place"]?.string
        else { return nil }
        self.init(kind: kind, message: message, place: place)
    }
}
