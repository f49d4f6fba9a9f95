// Files that are read in stretches give the rows that they give as a whole.

import Datasets
import Files
import TestSupport
import Testing

@Suite struct SourceRangeTests {
    private func source(_ path: String, stretch: Int) throws -> SourceFile {
        let size = try FileSystem.byteCount(of: path)
        let stretches = try stride(from: 0, to: size, by: stretch).map {
            try FileSystem.stretch(of: path, bytes: $0..<min($0 + stretch, size))
        }
        return SourceFile(identity: try FileSystem.identity(of: path), stretches: stretches)
    }

    private func rows(_ reader: RowReader) throws -> [Row] {
        var rows: [Row] = []
        try reader.forEachRow { rows.append($0) }
        return rows
    }

    @Test("Rows, their lines and their order are the same, wherever the cuts fall", arguments: 1...40)
    func cuts(stretch: Int) throws {
        let folder = try TemporaryFolder()
        let lines = [
            "{\"text\": \"é\"}", "", "{\"text\": \"a longer text, of more bytes than a stretch has\"}", "  ",
            "{\"text\": \"b\"}\r", "{\"text\": \"\u{FEFF}\"}", "{\"text\": \"c\"}",
        ]
        let files = [
            try folder.write("\u{FEFF}" + lines.joined(separator: "\n") + "\n\n", to: "a.jsonl"),
            try folder.write("one\n\n\u{FEFF}two\nthree", to: "b.txt"),
            try folder.write("text\n\"x\ny\"\nz\n", to: "c.csv"),
            try folder.write("[{\"text\": \"d\"},\n{\"text\": \"e\"}]", to: "d.jsonl"),
        ]
        let reader = try RowReader(patterns: files)
        let ranges = try SourceRange.ranges(of: reader, files.map { try source($0, stretch: stretch) })
        #expect(ranges.filter { $0.bytes == nil }.map(\.file) == [2, 3])
        let found = try ranges.flatMap { try rows(reader.part($0, firstNumber: 0)) }
        #expect(found == (try rows(reader)))
        for rankCount in 1...5 {
            let shares = SourceRange.share(ranges, among: rankCount)
            #expect(shares.count == rankCount)
            #expect(shares.flatMap { Array($0) } == Array(ranges.indices))
        }
    }

    @Test("An error in a stretch names the line and byte of the file")
    func errors() throws {
        let folder = try TemporaryFolder()
        let text = (1...9).map { "{\"text\": \"row \($0)\"}\n" }.joined() + "{\"text\": \"row"
        let path = try folder.write(text, to: "a.jsonl")
        let reader = try RowReader(patterns: [path])
        let whole = #expect(throws: DatasetsError.self) { _ = try rows(reader) }
        let last = try #require(SourceRange.ranges(of: reader, [source(path, stretch: 50)]).last)
        #expect(last.lineFeedsBefore > 5)
        let part = #expect(throws: DatasetsError.self) { _ = try rows(reader.part(last, firstNumber: 0)) }
        #expect(part == whole && whole?.description.contains(":10") == true)
    }

    @Test("A selection chooses the same rows of stretches when their first numbers are known")
    func selection() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            (0..<50).map { "{\"text\": \"\($0)\"}\n" }.joined(), to: "a.jsonl")
        let chosen = RowSelection(total: 50) { $0 % 7 == 3 || $0 == 0 }
        let reader = try RowReader(patterns: [path], selection: chosen)
        let ranges = try SourceRange.ranges(of: reader, [source(path, stretch: 64)])
        #expect(ranges.count > 5 && reader.hasSelection)
        var number = 0
        var found: [Row] = []
        for range in ranges {
            found += try rows(reader.part(range, firstNumber: number))
            number += try rows(reader.unselected.part(range, firstNumber: 0)).count
        }
        #expect(number == 50)
        #expect(found == (try rows(reader)))
        #expect(found.count == chosen.count)
    }

    @Test("The checksum is of the bytes alone; what is remembered of a changed file is of no use")
    func checksums() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("one\n", to: "a.txt")
        let same = try folder.write("one\n", to: "b.txt")
        let first = try source(path, stretch: 1 << 20)
        #expect(first.checksum == (try source(same, stretch: 1 << 20)).checksum)
        var memory = SourceMemory()
        memory.add(first)
        try memory.write(to: folder.path)
        #expect(SourceMemory(folder: folder.path)[try FileSystem.identity(of: path)] == first)
        #expect(SourceMemory(folder: folder.path)[try FileSystem.identity(of: same)] == nil)
        try folder.write("two\n", to: "a.txt")
        #expect(try source(path, stretch: 1 << 20).checksum != first.checksum)
        #expect(memory[try FileSystem.identity(of: path)] == nil)
        try folder.write("no document", to: SourceMemory.fileName)
        #expect(SourceMemory(folder: folder.path)[first.identity] == nil)
    }

    @Test("A selection is the same as a list of its rows, in a document too")
    func selections() {
        var random = FuzzRandom(seed: 4)
        for total in [0, 1, 63, 64, 65, 300] {
            let sets: [[Bool]] = [
                (0..<total).map { _ in random.once(in: 3) }, (0..<total).map { $0 < total / 2 },
                [Bool](repeating: true, count: total), [Bool](repeating: false, count: total),
            ]
            for isChosen in sets {
                let selection = RowSelection(where: isChosen)
                #expect(
                    (-1...total + 64).map(selection.contains)
                        == (-1...total + 64).map { row in
                            isChosen.indices.contains(row) && isChosen[row]
                        })
                #expect(selection.count == isChosen.count { $0 } && selection.total == total)
                #expect(RowSelection(selection.json) == selection)
            }
        }
        #expect(RowSelection(first: 3, of: 9) == RowSelection(where: (0..<9).map { $0 < 3 }))
    }
}
