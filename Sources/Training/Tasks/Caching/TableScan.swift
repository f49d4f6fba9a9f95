// All ranks look together for the places at which the tables of a run can be cut.

internal import DataParallel
internal import Datasets
internal import Files
internal import JSON

/// The stretches of large CSV and TSV files, each scanned by one rank.
struct TableScan {
    private struct Table {
        let file: Int
        let layout: DelimitedLayout
        let ranges: [Range<Int>]
    }

    private let rows: RowReader
    private let group: any ProcessGroup
    private var tables: [Table] = []

    init(_ rows: RowReader, _ sources: [SourceFile], _ group: any ProcessGroup) throws {
        (self.rows, self.group) = (rows, group)
        for (file, source) in sources.enumerated() where source.stretches.count > 1 {
            guard let layout = try rows.delimitedLayout(ofFile: file) else { continue }
            var ranges: [Range<Int>] = []
            var start = 0
            for stretch in source.stretches {
                ranges.append(start..<start + stretch.byteCount)
                start += stretch.byteCount
            }
            tables.append(Table(file: file, layout: layout, ranges: ranges))
        }
    }

    /// Where each table is cut, by the number of its file; none of one that is read whole. Collective.
    func cuts() throws -> [Int: DelimitedCuts] {
        guard !tables.isEmpty else { return [:] }
        var (mine, place): ([JSONValue], Int) = ([], 0)
        for table in tables {
            for range in table.ranges {
                defer { place += 1 }
                guard place % group.size == group.rank else { continue }
                mine.append(
                    try DelimitedScan(
                        path: rows.files[table.file], bytes: range, separator: table.layout.separator
                    ).json)
            }
        }
        let shares = try group.allGather(Array(JSONValue.array(mine).json.utf8)).map { text in
            var parser = JSONParser(text, in: 0..<text.count)
            return (try parser.value().array ?? []).compactMap { DelimitedScan($0) }
        }
        var cuts: [Int: DelimitedCuts] = [:]
        place = 0
        for table in tables {
            let scans = table.ranges.indices.map {
                shares[(place + $0) % group.size][(place + $0) / group.size]
            }
            place += scans.count
            cuts[table.file] = DelimitedCuts(scans, headerEnd: table.layout.headerEnd)
        }
        return cuts
    }
}
