// Questions to rank 0 with a limit, which a rank may miss.

import DataParallel
import Foundation

extension Scenario {
    /// Rank r sends r + 1 bytes; rank 0 answers with the sum of their numbers, n(n + 1)/2, in one byte.
    static func questions(_ group: any ProcessGroup) throws {
        for round in 0..<3 {
            let question = [UInt8](repeating: UInt8(group.rank + round), count: group.rank + 1)
            var seen: [[UInt8]?] = []
            let answer = try group.ask(question, within: 20) { all in
                seen = all
                return [UInt8(all.reduce(0) { $0 + ($1?.count ?? 0) })]
            }
            try expect(answer, [UInt8(group.size * (group.size + 1) / 2)], "answer of round \(round)")
            let expected = (0..<group.size).map { [UInt8](repeating: UInt8($0 + round), count: $0 + 1) }
            try expect(seen, group.rank == 0 ? expected : [], "questions of round \(round)")
        }
        try report(group, "questions of \(group.size)")
    }

    /// `silent` asks nothing: rank 0 learns of it after the limit, the others get their answers.
    static func silence(_ group: any ProcessGroup, _ silent: Int) throws {
        guard group.rank != silent else { return try report(group, "silent") }
        var missing: [Int] = []
        let start = ContinuousClock.now
        let answer = try group.ask([7], within: 1) { all in
            missing = all.indices.filter { all[$0] == nil }
            return [9]
        }
        try expect(answer, [9], "answer")
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if group.rank == 0 {
            try expect(missing, [silent], "ranks that did not come")
            try expect(seconds >= 1 && seconds < 10, true, "the limit of 1 s took \(seconds)")
        }
        try report(group, "missed \(missing)")
    }
}
