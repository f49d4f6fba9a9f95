// Files of tokens that other programs wrote: their documents, the blocks of them, and what is wrong with
// some.

import Datasets
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct TokenFileTests {
    private static let names = ["short.bin", "wide.bin", "short.ds", "wide.ds"]
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in Self.names + ["short.idx", "wide.idx", "short.ds.index", "wide.ds.index"] {
            try folder.write(Self.golden("tokens/" + name), to: name)
        }
    }

    private static func golden(_ name: String) throws -> [UInt8] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/" + name)
        return Array(try Data(contentsOf: file))
    }

    /// The documents that the generator put into a file.
    private func documents(_ name: String) throws -> [[Int32]] {
        let held = try JSONValue(parsing: Self.golden("tokens.json"))
        return try #require(held[name]?.array).map {
            ($0.array ?? []).compactMap { $0.integer.map { Int32($0) } }
        }
    }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    private func message(_ name: String) -> String {
        let error = #expect(throws: DatasetsError.self) { try TokenFile(path: path(name)) }
        return (error?.description ?? "").replacing(folder.path + "/", with: "")
    }

    @Test("Documents are those that were written, by their numbers as rows", arguments: names)
    func rows(name: String) throws {
        let expected = try documents(name)
        let file = try TokenFile(path: path(name))
        #expect(file.documentCount == expected.count)
        #expect(file.tokenCount == expected.reduce(0) { $0 + $1.count })
        let library = try TokenLibrary([path(name)])
        var found: [[Int32]] = []
        let rows = try RowReader(patterns: [path(name)]).makeIterator()
        while let row = try rows.next() {
            #expect(row.source == RowSource(file: path(name), line: found.count + 1))
            found.append(try library.tokens(of: row))
        }
        #expect(found == expected)
    }

    @Test(
        "Blocks are stretches of all tokens of all files, each from its document",
        arguments: [1, 2, 7, 64, 9_999])
    func blocks(length: Int) throws {
        let all = try Self.names.flatMap { name in
            try documents(name).enumerated().flatMap { number, tokens in
                tokens.map { (token: $0, source: RowSource(file: path(name), line: number + 1)) }
            }
        }
        var stream = try TokenStream(Self.names.map(path))
        #expect(stream.tokenCount == all.count)
        stream.note(maximumToken: try stream.maximumToken(vocabularySize: 150_000))
        let blocks = TokenizedDataset(
            ExampleWindow(CachedBlocks(stream, length: length)), tallies: RowTallies())
        let rest = all.count % length
        #expect(blocks.count == all.count / length + (rest > 1 ? 1 : 0))
        for block in 0..<blocks.count {
            let part = all[block * length..<min((block + 1) * length, all.count)]
            let example = blocks.example(at: block)
            #expect(example.tokens == part.map(\.token))
            #expect(example.source == part.first?.source)
        }
    }

    @Test("A token that the vocabulary lacks is named with its document")
    func vocabulary() throws {
        let documents = try documents("wide.ds")
        let highest = try #require(documents.joined().max())
        let number = try #require(documents.firstIndex { $0.contains(highest) })
        let stream = try TokenStream([path("wide.ds")])
        #expect(try stream.maximumToken(vocabularySize: Int(highest) + 1) == Int(highest))
        let error = #expect(throws: DatasetsError.self) {
            try stream.maximumToken(vocabularySize: Int(highest))
        }
        #expect(error?.description.contains("wide.ds:\(number + 1): token ") == true)
        #expect(error?.description.contains("is \(highest), and the vocabulary has \(highest);") == true)
    }

    @Test("Broken headers and sizes that do not fit are told in a sentence with the file")
    func broken() throws {
        let index = try Self.golden("tokens/short.idx")
        func change(_ body: (inout [UInt8]) -> Void) throws -> String {
            var bytes = index
            body(&bytes)
            try folder.write(bytes, to: "short.idx")
            defer { _ = try? folder.write(index, to: "short.idx") }
            return message("short.bin")
        }
        let start = "short.idx is no index of a token file: "
        #expect(try change { $0[0] = 0x4E }.hasPrefix(start + "it does not begin with MMIDIDX"))
        #expect(try change { $0[9] = 2 }.hasPrefix(start + "it is of version 2"))
        #expect(try change { $0[17] = 6 }.hasPrefix(start + "its tokens are of type 6"))
        #expect(try change { $0.removeLast() }.contains("which do not fit"))
        #expect(try change { $0 = Array($0.prefix(20)) }.contains("it has 20 bytes, fewer than its header"))
        #expect(try change { $0[25] = 0xFF }.contains("which do not fit"))
        #expect(try change { $0[34] ^= 1 }.contains("does not begin where the one before it ends"))
        #expect(try change { $0[$0.count - 8] ^= 1 }.contains("sequence"))
        #expect(throws: Never.self) { try TokenFile(path: path("short.bin")) }
        try folder.write(try Self.golden("tokens/short.bin") + [0, 0], to: "short.bin")
        #expect(message("short.bin").contains("and its index short.idx speaks of"))
        try folder.write(try Self.golden("tokens/short.ds").dropLast(2) + [], to: "short.ds")
        #expect(message("short.ds").contains("short.ds.index speaks of"))
        try folder.write([1, 2, 3], to: "wide.ds.index")
        #expect(message("wide.ds").contains("no multiple of the 8 of a document"))
        try folder.write([0], to: "a.bin")
        #expect(message("a.bin").contains("a.bin holds tokens, and its index a.idx is not there"))
        try folder.write([0], to: "short.ds.loss")
        #expect(message("short.ds").contains("a mask of the loss (short.ds.loss)"))
        let mixed = try RowReader(patterns: [path("wide.bin"), try folder.write("a\n", to: "a.txt")])
        let error = #expect(throws: DatasetsError.self) { try mixed.areTokens() }
        #expect(error?.description.contains("train on one kind") == true)
    }

    @Test("a damaged index of tokens is read or refused by name", arguments: ["bin", "ds"])
    func damaged(ending: String) async {
        if ending == "bin" {
            await #expect(processExitsWith: .success, "input: \(Fuzzing.record("rows.bin"))") {
                try Fuzzing.run(tokenIndex("short.bin", "short.idx"), inputs: 4_000)
            }
        } else {
            await #expect(processExitsWith: .success, "input: \(Fuzzing.record("rows.ds"))") {
                try Fuzzing.run(tokenIndex("short.ds", "short.ds.index"), inputs: 4_000)
            }
        }
    }
}

/// Reads all documents of a token file with this index.
private func tokenIndex(_ name: String, _ index: String) throws -> FuzzedFormat {
    let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Goldens/tokens/")
    let folder = try TemporaryFolder()
    let tokens = Array(try Data(contentsOf: goldens.appendingPathComponent(name)))
    try folder.write(tokens, to: name)
    let path = folder.path + "/" + name
    return FuzzedFormat(
        "rows." + name.split(separator: ".")[1],
        samples: [Array(try Data(contentsOf: goldens.appendingPathComponent(index)))],
        words: "MMIDIDX \u{0} \u{1} \u{8}", place: folder.path
    ) { input in
        try folder.write(input, to: index)
        let stream = try TokenStream([path])
        _ = try stream.maximumToken(vocabularySize: 1 << 20)
        let blocks = CachedBlocks(stream, length: 5)
        for block in 0..<blocks.count { _ = try blocks.example(at: block) }
        let library = try TokenLibrary([path])
        var count = 0
        let rows = try RowReader(patterns: [path]).makeIterator()
        while let row = try rows.next() { count += try library.tokens(of: row).count }
        guard count == stream.tokenCount else { throw FuzzFailure("\(count) tokens of \(stream.tokenCount)") }
    }
}
