// The set of items that is rated: the same rows of the predictions of one or several systems.

import Datasets
import Files
import Foundation
import JSON
import Tensors

/// All items and the systems whose outputs they hold.
package struct RatingItems: Sendable, Equatable {
    /// As many as letters name outputs.
    package static let systemLimit = 26

    /// Names of the systems, all different.
    package let systems: [String]
    /// In the order of the rows.
    package let items: [RatingItem]
    /// Decides which rows are rated, and the order in which each rater sees items and outputs.
    package let seed: UInt64
    /// The predictions file of each system, where they are known.
    package let files: [String]
    /// Tells this set from others.
    package let fingerprint: String
    /// What is said of rows of the files that cannot be rated; nil where there are none.
    package private(set) var leftOut: String?
    private let indices: [Int: Int]

    /// - Parameter items: of rising row numbers, each with an output of each system.
    package init(systems: [String], items: [RatingItem], seed: UInt64, files: [String] = []) {
        precondition(zip(items, items.dropFirst()).allSatisfy { $0.row < $1.row }, "rows must rise")
        precondition(items.allSatisfy { $0.outputs.count == systems.count }, "an output of each system")
        (self.systems, self.items, self.seed, self.files) = (systems, items, seed, files)
        let content = JSONValue.array(systems.map { .string($0) } + items.map(\.value)).json
        fingerprint = String(RandomKey(seed: seed).derived(content).bits, radix: 16)
        var indices: [Int: Int] = [:]
        for (index, item) in items.enumerated() { indices[item.row] = index }
        self.indices = indices
    }

    /// The place in `items` of a row's item.
    package func index(ofRow row: Int) -> Int? { indices[row] }

    /// The order of items and outputs for each rater.
    package var blinding: Blinding { Blinding(items: self) }
}

extension RatingItems {
    /// Reads the predictions of one or several systems on the same rows.
    ///
    /// - Parameters:
    ///   - predictions: a file each system, `FILE` or `NAME=FILE`; without a name the file's is taken.
    ///   - count: how many rows are drawn at random; nil takes all.
    /// Rows without an output of some system, or with nothing in their prompt, are left out.
    ///
    /// - Throws: if a file cannot be read or lacks a column, files are not of the same rows, or no row can be
    ///   rated.
    package init(
        predictions: [String], columns: RatingColumns = RatingColumns(), count: Int? = nil, seed: UInt64
    ) throws(RatingsError) {
        let sources = try Self.sources(predictions)
        let prompts = PromptReader(columns: columns, firstFile: sources[0].file)
        var survey = RatableRows()
        for source in sources { try survey.read(source.file, source.reader, prompts) }
        let chosen = Self.choose(count ?? survey.rowCount, of: try survey.rows, seed: seed)
        var drafts: [ItemDraft] = []
        for (index, source) in sources.enumerated() {
            var place = 0
            try Self.forEachRow(source.reader) { (number, row) throws(RatingsError) in
                guard chosen.contains(number) else { return }
                let prompt = try prompts.prompt(of: row)
                if index == 0 {
                    drafts.append(
                        ItemDraft(
                            row: number + 1, source: row.source, prompt: prompt,
                            reference: try prompts.reference(of: row)))
                }
                guard drafts[place].prompt == prompt else {
                    throw .otherPrompt(drafts[place].source, row.source)
                }
                drafts[place].outputs.append(try prompts.output(of: row))
                place += 1
            }
        }
        let files = sources.map { URL(fileURLWithPath: $0.file).standardizedFileURL.path }
        self.init(systems: sources.map(\.name), items: drafts.map(\.item), seed: seed, files: files)
        leftOut = survey.sentence
    }

    /// An item whose outputs come file by file.
    private struct ItemDraft {
        let row: Int
        let source: RowSource
        let prompt: [PromptPart]
        let reference: String?
        var outputs: [String] = []

        var item: RatingItem {
            RatingItem(row: row, prompt: prompt, reference: reference, outputs: outputs)
        }
    }

    private static func choose(_ count: Int, of rows: [Int], seed: UInt64) -> Set<Int> {
        if count >= rows.count { return Set(rows) }
        let order = KeyedPermutation(count: rows.count, key: RandomKey(seed: seed).derived("rated rows"))
        return Set((0..<max(count, 0)).map { rows[order[$0]] })
    }

    static func forEachRow(
        _ reader: RowReader, _ body: (Int, Row) throws(RatingsError) -> Void
    ) throws(RatingsError) {
        let rows = reader.makeIterator()
        var number = 0
        while let row = try RatingsError.rethrowing({ () throws(DatasetsError) in try rows.next() }) {
            try body(number, row)
            number += 1
        }
    }
}

extension RatingItems {
    private struct Source {
        let name: String
        let file: String
        let reader: RowReader
    }

    private static func sources(_ predictions: [String]) throws(RatingsError) -> [Source] {
        guard 1...systemLimit ~= predictions.count else { throw .systemCount(predictions.count) }
        var sources: [Source] = []
        for text in predictions {
            let (name, file) = split(text)
            let reader = try RatingsError.rethrowing { () throws(DatasetsError) in
                try RowReader(patterns: [file])
            }
            guard reader.files.count == 1 else { throw .severalFiles(file, reader.files.count) }
            guard RatingName.isValid(name) else { throw .badName("system", name) }
            if let other = sources.first(where: { $0.name == name }) {
                throw .sameSystem(name, other.file, file)
            }
            sources.append(Source(name: name, file: file, reader: reader))
        }
        return sources
    }

    /// `NAME=FILE`, unless there is a file of the whole name; else the file with its name without the ending.
    private static func split(_ text: String) -> (name: String, file: String) {
        if let sign = text.firstIndex(of: "="), !text[..<sign].contains("/"),
            !FileSystem.exists(text)
        {
            return (String(text[..<sign]), String(text[text.index(after: sign)...]))
        }
        let last = text.split(separator: "/").last.map(String.init) ?? text
        let endings = [".gz", ".zst", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt"]
        var name = last
        for ending in endings where name.lowercased().hasSuffix(ending) && name.count > ending.count {
            name.removeLast(ending.count)
        }
        return (name, text)
    }
}
