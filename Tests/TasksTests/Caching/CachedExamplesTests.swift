// Examples from a cache that several ranks built are those in memory, for each kind of rows.

import Arguments
import ChatTemplates
import DataParallel
import Datasets
import Foundation
import Models
import Synchronization
import Tasks
import TestSupport
import Testing
import Tokenizers

/// What each rank made of the same rows.
private final class Found<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func add(_ value: Value) { values.withLock { $0.append(value) } }
    var all: [Value] { values.withLock { $0 } }
}

@Suite struct CachedExamplesTests {
    private let words: Words
    private let folder: TemporaryFolder
    private var cacheDir: String { folder.path + "/caches" }

    init() throws {
        words = try Words()
        folder = try TemporaryFolder()
    }

    /// Files of so many rows each.
    private func files(_ name: String, count: Int, rows: Int, row: (Int) -> String) throws -> RowReader {
        let paths = try (0..<count).map { file in
            try folder.write(
                (0..<rows).map { row(file * rows + $0) + "\n" }.joined(), to: "\(file)-\(name)")
        }
        return try RowReader(patterns: paths)
    }

    private func text(_ row: Int) -> String {
        (0...row % 9).map { ["a", "b", "c", "d", "e", "f"][(row + $0 * $0) % 6] }.joined(separator: " ")
    }

    private var run: RunArguments {
        var run = RunArguments()
        run.data.cacheDir = cacheDir
        run.model.modelNameOrPath = words.path
        return run
    }

    /// The data set on each rank.
    private func cached(
        ranks: Int, _ run: RunArguments? = nil,
        _ make: @escaping @Sendable (ExampleSource) throws -> TokenizedDataset
    ) throws -> [TokenizedDataset] {
        let found = Found<TokenizedDataset>()
        let run = run ?? self.run
        try ThreadProcessGroup.run(size: ranks) { group in
            found.add(try make(ExampleSource(run, group: group)))
        }
        #expect(found.all.count == ranks)
        return found.all
    }

    private func expectSame(_ found: [TokenizedDataset], _ memory: TokenizedDataset) {
        for store in found {
            #expect(store.window != nil && store.count == memory.count)
            #expect(store.tallies == memory.tallies)
            #expect(store.tokenCount == memory.tokenCount && store.termCount == memory.termCount)
            #expect(store.maximumLength == memory.maximumLength)
            guard store.count == memory.count else { continue }
            for row in 0..<store.count { #expect(store.example(at: row) == memory.example(at: row)) }
        }
    }

    private var cacheNames: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: cacheDir).filter { $0.count == 16 }
        }
    }

    private func classifier(_ pair: String? = nil) -> TextClassificationReader {
        var data = DataArguments()
        (data.maxSeqLength, data.textPairColumn) = (7, pair)
        return TextClassificationReader(
            tokenizer: words.tokenizer, columns: TextColumns(data), directory: words.path)
    }

    private func labelled(files count: Int) throws -> (RowReader, LabelMap) {
        let rows = try files("labelled.jsonl", count: count, rows: 20) { row in
            #"{"text": "\#(text(row))", "other": "\#(text(row * 7))", "label": "l\#(row % 3)"}"#
        }
        return (rows, try LabelMap(labels: ["l0", "l1", "l2"], problemType: .singleLabel))
    }

    @Test("texts and pairs of texts with their labels, on any number of ranks", arguments: [1, 2, 3])
    func classification(ranks: Int) throws {
        let (rows, labels) = try labelled(files: 5)
        for pair in [nil, "other"] {
            let reader = classifier(pair)
            let memory = try reader.inputs(of: rows, labels: labels).examples
            #expect(memory.count == 100 && memory.cutCount > 0)
            for _ in 0..<2 {
                expectSame(
                    try cached(ranks: ranks) {
                        try reader.inputs(of: rows, labels: labels, from: $0).examples
                    }, memory)
            }
        }
        #expect(try cacheNames.count == 2)
    }

    @Test("blocks of joined texts of every length, from one cache", arguments: [1, 2, 3])
    func blocks(ranks: Int) throws {
        let lines = try files("text.txt", count: 3, rows: 17) { $0 % 5 == 0 ? "" : text($0) }
        let objects = try files("text.jsonl", count: 3, rows: 17) { #"{"text": "\#(text($0))"}"# }
        for rows in [lines, objects] {
            for isCausal in [true, false] {
                for length in [3, 4, 5, 16, 1_000] {
                    var data = DataArguments()
                    data.maxSeqLength = length
                    let blocks = TextBlocks(
                        tokenizer: words.tokenizer, arguments: data, isCausal: isCausal,
                        directory: words.path)
                    expectSame(
                        try cached(ranks: ranks) { try blocks.examples(rows, from: $0) },
                        try blocks.examples(rows))
                }
            }
        }
        #expect(try cacheNames.count == 4)
    }

    @Test("rows that are examples of their own, cut or left out", arguments: [LongRowRule.truncate, .skip])
    func lines(rule: LongRowRule) throws {
        let rows = try files("text.txt", count: 3, rows: 17) { $0 % 5 == 0 ? "" : text($0) }
        for isCausal in [true, false] {
            var data = DataArguments()
            (data.maxSeqLength, data.lineByLine, data.onLongRow) = (6, true, rule)
            let blocks = TextBlocks(
                tokenizer: words.tokenizer, arguments: data, isCausal: isCausal, directory: words.path)
            expectSame(
                try cached(ranks: 2) { try blocks.examples(rows, from: $0) }, try blocks.examples(rows))
        }
    }

    @Test("conversations with their masks, and what is said of long ones", arguments: [1, 2, 3])
    func conversations(ranks: Int) throws {
        let rows = try files("chat.jsonl", count: 4, rows: 9) { row in
            #"{"messages": [{"role": "user", "content": "\#(text(row))"}, "#
                + #"{"role": "assistant", "content": "\#(text(row * 3))"}]}"#
        }
        var data = DataArguments()
        data.maxSeqLength = 14
        let conversations = Conversations(
            tokenizer: words.tokenizer, template: try ChatTemplate(Words.template), arguments: data,
            directory: words.path)
        var sentence: String?
        let memory = try conversations.examples(rows) { sentence = $0.sentence }
        #expect(memory.cutCount > 0 && memory.leftOutCount > 0 && sentence != nil)
        let said = Found<String?>()
        for _ in 0..<2 {
            expectSame(
                try cached(ranks: ranks) { source in
                    try conversations.examples(rows, from: source) { said.add($0.sentence) }
                }, memory)
        }
        #expect(said.all == [String?](repeating: sentence, count: 2 * ranks))
    }

    @Test("chosen rows are those of their numbers over all files", arguments: [1, 3])
    func selection(ranks: Int) throws {
        let (rows, labels) = try labelled(files: 4)
        let reader = classifier()
        for chosen in [RowSelection(first: 33, of: 80), RowSelection(total: 80) { $0 % 3 == 1 }] {
            let part = try RowReader(patterns: rows.files, selection: chosen)
            let memory = try reader.inputs(of: part, labels: labels).examples
            #expect(memory.count == chosen.count)
            expectSame(
                try cached(ranks: ranks) { try reader.inputs(of: part, labels: labels, from: $0).examples },
                memory)
        }
        #expect(try cacheNames.count == 2)
    }

    @Test("a cache is of bytes: other names have the same one, other bytes or settings another")
    func keys() throws {
        let (rows, labels) = try labelled(files: 1)
        let reader = classifier()
        func build(_ rows: RowReader, _ reader: TextClassificationReader) throws -> TokenizedDataset {
            try cached(ranks: 1) { try reader.inputs(of: rows, labels: labels, from: $0).examples }[0]
        }
        _ = try build(rows, reader)
        let copy = try folder.write(folder.text(of: "0-labelled.jsonl"), to: "copy.jsonl")
        let copied = try build(RowReader(patterns: [copy]), reader)
        #expect(copied.source(of: 3) == RowSource(file: copy, line: 4))
        #expect(try cacheNames.count == 1)
        try folder.write(
            folder.text(of: "0-labelled.jsonl").replacingOccurrences(of: "l2", with: "l1"), to: "copy.jsonl")
        expectSame(
            [try build(RowReader(patterns: [copy]), reader)],
            try reader.inputs(of: RowReader(patterns: [copy]), labels: labels).examples)
        #expect(try cacheNames.count == 2)
        _ = try build(rows, classifier("other"))
        #expect(try cacheNames.count == 3)
        try Data("a\n".utf8).write(to: URL(fileURLWithPath: words.path + "/added_tokens.json"))
        _ = try build(rows, reader)
        #expect(try cacheNames.count == 4)
    }

    @Test("a cache that was changed is built anew, and never used", arguments: ["flip", "cut", "gone"])
    func damage(kind: String) throws {
        let (rows, labels) = try labelled(files: 2)
        let reader = classifier()
        let memory = try reader.inputs(of: rows, labels: labels).examples
        func open() throws -> [TokenizedDataset] {
            try cached(ranks: 2) { try reader.inputs(of: rows, labels: labels, from: $0).examples }
        }
        expectSame(try open(), memory)
        let path = cacheDir + "/" + (try #require(try cacheNames.first))
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where name != "lock" {
            let url = URL(fileURLWithPath: path + "/" + name)
            var bytes = [UInt8](try Data(contentsOf: url))
            switch kind {
            case "flip": bytes[bytes.count / 3] ^= 4
            case "cut": bytes.removeLast(bytes.count / 3)
            default: bytes = []
            }
            if kind == "gone" {
                try FileManager.default.removeItem(at: url)
            } else {
                try Data(bytes).write(to: url)
            }
            expectSame(try open(), memory)
        }
        #expect(try cacheNames.count == 1)
    }

    @Test("a row that cannot be read ends the build on all ranks with its place, and nothing stays")
    func badRow() throws {
        let (rows, labels) = try labelled(files: 3)
        let text = try folder.text(of: "2-labelled.jsonl")
        try folder.write(text.replacingOccurrences(of: "l0", with: "l9"), to: "2-labelled.jsonl")
        let reader = classifier()
        let run = run
        let said = Found<String>()
        try ThreadProcessGroup.run(size: 3) { group in
            do {
                _ = try reader.inputs(of: rows, labels: labels, from: ExampleSource(run, group: group))
            } catch { said.add("\(error)") }
        }
        #expect(said.all.count == 3 && Set(said.all).count == 1)
        #expect(said.all.allSatisfy { $0.contains("2-labelled.jsonl:") && $0.contains("l9") })
        let path = cacheDir + "/" + (try #require(try cacheNames.first))
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["lock"])
    }

    @Test("an empty file is refused as it is without a cache")
    func emptyFile() throws {
        let (rows, labels) = try labelled(files: 2)
        try folder.write("\n\n", to: "1-labelled.jsonl")
        let reader = classifier()
        let memory = #expect(throws: DatasetsError.self) { try reader.inputs(of: rows, labels: labels) }
        let run = run
        let said = Found<String>()
        try ThreadProcessGroup.run(size: 2) { group in
            do {
                _ = try reader.inputs(of: rows, labels: labels, from: ExampleSource(run, group: group))
            } catch { said.add("\(error)") }
        }
        #expect(said.all == [String](repeating: memory?.description ?? "", count: 2))
    }
}
