// A look at all rows of some files that ranks share: each reads stretches that follow each other.

internal import DataParallel
internal import Datasets
internal import JSON
internal import Training

/// The stretches of a run's files, shared out among ranks.
struct RangeWork {
    let rows: RowReader
    let ranges: [SourceRange]
    let shares: [Range<Int>]
    let group: any ProcessGroup
    /// Seconds after which the ranks meet, however far each is.
    private let pulseSeconds: Double

    /// `cuts` are where tables are cut, `waitSeconds` those for which a rank may wait for another.
    init(
        _ rows: RowReader, _ sources: [SourceFile], cuts: [Int: DelimitedCuts], _ group: any ProcessGroup,
        waitSeconds: Int
    ) throws {
        (self.rows, self.group) = (rows, group)
        pulseSeconds = min(10, Double(waitSeconds) / 4)
        ranges = try SourceRange.ranges(of: rows, sources, cuts: cuts)
        shares = SourceRange.share(ranges, among: group.size)
    }

    /// This rank's stretches.
    var share: Range<Int> { shares[group.rank] }

    /// What `work` makes on each rank, on all ranks. When it fails on one it fails on all, after
    /// `afterFailure`. Collective.
    func together(
        _ words: String, afterFailure: () throws -> Void = {}, _ work: (BuildPulse) throws -> JSONValue
    ) throws -> [JSONValue] {
        let pulse = BuildPulse(
            words, totalCost: ranges.reduce(0) { $0 + $1.cost }, group, seconds: pulseSeconds)
        var mine: JSONObject = [:]
        var failure: (any Error)?
        do {
            mine.set("value", to: try work(pulse))
            try pulse.finish()
        } catch is OtherRankFailed {
            // Its rank tells.
        } catch {
            failure = error
            mine.set("error", to: .string("\(error)"))
            try pulse.fail()
        }
        let all = try group.allGather(Array(JSONValue.object(mine).json.utf8)).map { bytes in
            var parser = JSONParser(bytes, in: 0..<bytes.count)
            return try parser.value()
        }
        guard let failed = all.firstIndex(where: { $0["error"] != nil }) else {
            return all.map { $0["value"] ?? .null }
        }
        try afterFailure()
        if failed == group.rank, let failure { throw failure }
        throw TrainingError(all[failed]["error"]?.string ?? "")
    }

    /// What `look` makes of each rank's rows, of which `readers` gives one stretch after the other. Rows are
    /// not chosen by their numbers here. Collective.
    func looks(
        _ words: String, _ look: (_ visit: ((Row) throws -> Void) throws -> Void) throws -> JSONValue
    ) throws -> [JSONValue] {
        precondition(!rows.hasSelection, "rows are chosen by their numbers over all files")
        let files = rows.files
        let parts = try together(words) { pulse in
            var seen = [Int](repeating: 0, count: files.count)
            let value = try look { body in
                for place in share {
                    let iterator = rows.unselected.part(ranges[place], firstNumber: 0).makeIterator()
                    while let row = try iterator.next() {
                        seen[ranges[place].file] += 1
                        try body(row)
                        try pulse.noteRow()
                    }
                    pulse.doneCost += ranges[place].cost
                }
            }
            return .object(["value": value, "rows_of_file": .array(seen.map { .integer($0) })])
        }
        for (file, path) in files.enumerated()
        where !parts.contains(where: { $0["rows_of_file"]?.array?[file].integer ?? 0 > 0 }) {
            throw DatasetsError.noRows(in: path)
        }
        return parts.map { $0["value"] ?? .null }
    }
}
