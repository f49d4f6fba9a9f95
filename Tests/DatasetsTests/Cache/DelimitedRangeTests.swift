// Tables that are read in ranges give the rows that they give as a whole, wherever quoted fields hold what.

import Datasets
import Files
import TestSupport
import Testing

@Suite struct DelimitedRangeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func source(_ path: String, stretch: Int) throws -> SourceFile {
        let size = try FileSystem.byteCount(of: path)
        let stretches = try stride(from: 0, to: size, by: stretch).map {
            try FileSystem.stretch(of: path, bytes: $0..<min($0 + stretch, size))
        }
        return SourceFile(identity: try FileSystem.identity(of: path), stretches: stretches)
    }

    /// The ranges of a file that is scanned in stretches of so many bytes.
    private func ranges(_ reader: RowReader, stretch: Int) throws -> [SourceRange] {
        let path = reader.files[0]
        let source = try source(path, stretch: stretch)
        var cuts: [Int: DelimitedCuts] = [:]
        if let layout = try reader.delimitedLayout(ofFile: 0) {
            let scans = try stride(from: 0, to: source.byteCount, by: stretch).map { start in
                let scan = try DelimitedScan(
                    path: path, bytes: start..<min(start + stretch, source.byteCount),
                    separator: layout.separator)
                #expect(DelimitedScan(scan.json) == scan)
                return scan
            }
            cuts[0] = DelimitedCuts(scans, headerEnd: layout.headerEnd)
        }
        return try SourceRange.ranges(of: reader, [source], cuts: cuts)
    }

    private func rows(_ reader: RowReader) throws -> [Row] {
        var rows: [Row] = []
        try reader.forEachRow { rows.append($0) }
        return rows
    }

    private func outcome(_ read: () throws -> [Row]) -> (rows: [Row], error: String?) {
        do { return (try read(), nil) } catch { return ([], "\(error)") }
    }

    /// Expects the same rows, with their lines, for stretches of these sizes. Returns the most ranges.
    @discardableResult
    private func expectSame(
        _ text: [UInt8], _ name: String, stretches: some Sequence<Int>, form: DelimitedForm = .detected
    ) throws -> Int {
        let path = try folder.write(name, text)
        let reader = try RowReader(patterns: [path], form: form)
        var most = 0
        let whole = outcome { try rows(reader) }
        for stretch in stretches {
            let ranges = try ranges(reader, stretch: stretch)
            most = max(most, ranges.count)
            let found = outcome { try ranges.flatMap { try rows(reader.part($0, firstNumber: 0)) } }
            #expect(found.rows == whole.rows, "\(String(decoding: text, as: UTF8.self)) in \(stretch)")
            #expect(found.error == whole.error)
        }
        return most
    }

    private static let fields = [
        "", "a", "\"\"", "\"a\nb\"", "\"\n\"", "\"a, \"\"b\"\"\r\n\"", "x\"y", "\"\"\"\"", "\"\r\n\r\n\"",
        "é",
        "\"é\n\"", "it's", "\"\"\"\n\"\"\"", "1\"\"", "\"c;d\te\"", "\r",
    ]

    @Test("Random tables with quotes and line ends in their fields", arguments: ["csv", "tsv"])
    func random(ending: String) throws {
        var random = FuzzRandom(seed: ending == "csv" ? 3 : 4)
        let separator = ending == "csv" ? "," : "\t"
        var most = 0
        for _ in 0..<150 {
            let end = random.choice(["\n", "\r\n"])
            var text = random.once(in: 4) ? "\u{FEFF}" : ""
            if random.once(in: 5) { text += end }
            text += ["one", "\"t\nwo\"", "three"].joined(separator: separator) + end
            for _ in 0..<random.number(1...14) {
                let fields = (0..<3).map { _ in random.choice(Self.fields) }
                text += fields.joined(separator: separator) + end
                if random.once(in: 6) { text += end }
            }
            if random.once(in: 3) { text.removeLast() }
            most = max(
                most,
                try expectSame(
                    Array(text.utf8), "t." + ending,
                    stretches: [1, 2, 3, 5, 8, 13, random.number(4...60)]))
        }
        #expect(most > 12)
    }

    @Test(
        "Letters of Windows-1252, a first line sep=, semicolons, columns that are named, lines with CR alone")
    func forms() throws {
        func windows(_ text: String) -> [UInt8] {
            text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        }
        let late = windows("a;b\r\n1;2\r\n3;4\r\n\"x\ny\";z\r\né;ü\r\n5;6\r\nö;7\r\n")
        #expect(try expectSame(late, "w.csv", stretches: 1...50) > 5)
        let utf8 = Array("a;b\n1;2\né;3\n5;6\nö;7\n".utf8)
        #expect(try expectSame(utf8, "u.csv", stretches: 1...30) > 4)
        // The second letter is none of UTF-8, which the first was.
        try expectSame(Array("a,b\n1,2\né,3\n".utf8) + [0xE9, 0x2C, 0x31, 0x0A], "m.csv", stretches: 1...20)
        let named = Array("sep=;\n\na;b\n\"1;\n\";2\n3;4\n".utf8)
        #expect(try expectSame(named, "s.csv", stretches: 1...30) > 2)
        let bare = DelimitedForm(columns: ["p", "q"])
        #expect(
            try expectSame(Array("1,2\n\"3\n\",4\n5,6\n".utf8), "b.csv", stretches: 1...20, form: bare) > 2)
        #expect(
            try expectSame(
                late, "n.csv", stretches: 1...20, form: DelimitedForm(encoding: .windows1252)) > 5)
        #expect(try expectSame(Array("a,b\r1,2\r3,4\r".utf8), "r.csv", stretches: 1...20) == 1)
        let wide: [UInt8] = [0xFF, 0xFE] + "a,b\n1,é\n2,3\n".utf16.flatMap { [UInt8($0 & 0xFF), 0] }
        #expect(try expectSame(wide, "x.csv", stretches: 1...20) == 1)
    }

    @Test("A quoted field that is broken or has no end is told as without ranges")
    func broken() throws {
        for text in [
            "a,b\n1,2\n\"3\"x,4\n5,6\n7,8\n", "a,b\n1,2\n3,\"4\n5,6\n7,8\n", "a,b\n1,2\n\"3\"\rx,4\n5,6\n",
        ] {
            #expect(try expectSame(Array(text.utf8), "t.csv", stretches: 1...20) == 1)
        }
        try expectSame(Array("a,b\n1,2\n3\n5,6\n".utf8), "f.csv", stretches: 1...20)
    }
}
