// The table of scenarios, and how they check and report.

import DataParallel
import Files
import Foundation

/// A wrong result of a scenario.
struct WrongResult: Error, CustomStringConvertible {
    let description: String
}

/// What `rank-scenarios` can run.
enum Scenario {
    /// A scenario gets the group and the rank that plays a special part in it.
    typealias Body = @Sendable (any ProcessGroup, Int) throws -> Void

    static let all: [String: Body] = [
        "reductions": { group, _ in try reductions(group) },
        "broadcast": { group, _ in try broadcast(group) },
        "gather": { group, _ in try gather(group) },
        "questions": { group, _ in try questions(group) },
        "silence": silence,
        "reducer": { group, _ in try reducer(group) },
        "replicas": replicas,
        "arenas": { group, _ in try arenas(group) },
        "shards": { group, _ in try shards(group) },
        "killed": killed,
        "throw": failing,
        "stall": stalled,
        "channels": { group, _ in try channels(group) },
        "measure": { group, mebibytes in try measure(group, mebibytes: mebibytes) },
        "world": { group, _ in try report(group, "world of \(group.size)") },
    ]

    /// Prints `ok …` in one write.
    static func report(_ group: any ProcessGroup, _ text: String) throws {
        try StandardOutput.write("ok rank \(group.rank): \(text)\n")
    }

    /// Throws unless `found` equals `expected`.
    static func expect<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws {
        guard found == expected else {
            throw WrongResult(description: "\(what): expected \(expected), found \(found)")
        }
    }
}
