// All examples of a data set: in flat arrays, 4 bytes a token, or in a cache of which a few rows are in
// memory.

/// Tokenised rows, in the order in which they were appended; the index of a row is its global row number.
package struct TokenizedDataset: Sendable {
    /// Token ids of all rows, one after the other, [tokenCount].
    private var tokens: [Int32] = []
    /// Where each row starts in `tokens`, [count + 1].
    private var offsets: [Int] = [0]
    /// Token types, [tokenCount]; empty as long as all are zero.
    private var typeIDs: [UInt8] = []
    private var targets: [Target] = []
    private var terms: [Int32] = []
    private var attachments: [[UInt8]] = []
    private var files: [String] = []
    private var fileOfRow: [Int32] = []
    private var lineOfRow: [Int] = []
    private var longest = 0
    /// The rows of a cache; nil for rows in memory.
    package let window: ExampleWindow?
    /// What the task counted while it made the examples.
    package var tallies = RowTallies()
    /// Tokens that the model makes of each row's image, which are not kept here; 0 for rows of text.
    package let imageTokenCount: Int

    package init(imageTokenCount: Int = 0) { (self.imageTokenCount, window) = (imageTokenCount, nil) }

    package init(_ examples: some Sequence<Example>) {
        self.init()
        for example in examples { append(example) }
    }

    /// The rows of a cache.
    package init(_ window: ExampleWindow, tallies: RowTallies, imageTokenCount: Int = 0) {
        (self.window, self.tallies, self.imageTokenCount) = (window, tallies, imageTokenCount)
    }

    /// The number of rows.
    package var count: Int { window?.store.count ?? targets.count }

    /// The number of tokens of all rows, those of images included.
    package var tokenCount: Int { (window?.store.tokenCount ?? tokens.count) + count * imageTokenCount }

    /// The most tokens of a row, without those of its image.
    package var maximumLength: Int { window?.store.maximumLength ?? longest }

    /// The number of tokens of each row, [count]. Takes memory in proportion to the rows.
    package var lengths: [Int] { (0..<count).map(length) }

    /// The same in 4 bytes a row.
    var shortLengths: [UInt32] {
        guard let window else { return lengths(of: 0..<count) }
        return window.lengths().map { $0 + UInt32(imageTokenCount) }
    }

    /// The number of tokens of each of these rows.
    func lengths(of rows: Range<Int>) -> [UInt32] {
        guard let window else { return rows.map { UInt32(length(of: $0)) } }
        return window.lengths(of: rows).map { $0 + UInt32(imageTokenCount) }
    }

    /// The number of tokens of a row, those of its image included.
    package func length(of row: Int) -> Int {
        (window?.shape(of: row).length ?? offsets[row + 1] - offsets[row]) + imageTokenCount
    }

    /// Terms of a row's loss, and of the losses of all rows.
    package func termCount(of row: Int) -> Int { window?.shape(of: row).termCount ?? Int(terms[row]) }
    package var termCount: Int { window?.store.termCount ?? terms.reduce(0) { $0 + Int($1) } }

    /// Where a row came from.
    package func source(of row: Int) -> RowSource {
        window?.source(of: row) ?? RowSource(file: files[Int(fileOfRow[row])], line: lineOfRow[row])
    }

    /// The token ids of a row, [length].
    package func tokens(of row: Int) -> ArraySlice<Int32> {
        window?.example(at: row).tokens[...] ?? tokens[offsets[row]..<offsets[row + 1]]
    }

    /// What a row's output is compared with.
    package func target(of row: Int) -> Target { window?.example(at: row).target ?? targets[row] }

    /// What the task keeps of a row besides.
    package func attachment(of row: Int) -> [UInt8] {
        if let window { return window.example(at: row).attachment }
        return attachments.isEmpty ? [] : attachments[row]
    }

    /// What a task needs to read of a row ahead of its step.
    package func upcoming(_ row: Int) -> UpcomingRow {
        UpcomingRow(index: row, attachment: attachment(of: row), source: source(of: row))
    }

    /// Adds a row at the end. Token types must lie in 0...255.
    package mutating func append(_ example: Example) {
        precondition(window == nil, "the rows of a cache are fixed")
        precondition(example.typeIDs.count == example.tokens.count, "one type id a token is needed")
        if typeIDs.isEmpty, example.typeIDs.contains(where: { $0 != 0 }) {
            typeIDs = [UInt8](repeating: 0, count: tokens.count)
            typeIDs.append(contentsOf: example.typeIDs.map { UInt8($0) })
        } else if !typeIDs.isEmpty {
            typeIDs.append(contentsOf: example.typeIDs.map { UInt8($0) })
        }
        if attachments.isEmpty, !example.attachment.isEmpty {
            attachments = [[UInt8]](repeating: [], count: targets.count)
            attachments.append(example.attachment)
        } else if !attachments.isEmpty {
            attachments.append(example.attachment)
        }
        tokens.append(contentsOf: example.tokens)
        offsets.append(tokens.count)
        targets.append(example.target)
        terms.append(Int32(example.termCount))
        longest = max(longest, example.tokens.count)
        if files.last != example.source.file { files.append(example.source.file) }
        fileOfRow.append(Int32(files.count - 1))
        lineOfRow.append(example.source.line)
    }

    /// The row at an index.
    package func example(at row: Int) -> Example {
        if let window { return window.example(at: row) }
        let range = offsets[row]..<offsets[row + 1]
        var example = Example(
            tokens: Array(tokens[range]), typeIDs: typeIDs.isEmpty ? nil : typeIDs[range].map { Int32($0) },
            target: targets[row], source: source(of: row))
        (example.attachment, example.termCount) = (attachment(of: row), Int(terms[row]))
        return example
    }

    /// The rows as one batch, in the given order.
    package func batch(rows: [Int]) -> ExampleBatch {
        if let window { return ExampleBatch(examples: rows.map(window.example(at:)), rows: rows) }
        var batch = ExampleBatch()
        batch.reserve(sequences: rows.count, tokens: rows.reduce(0) { $0 + offsets[$1 + 1] - offsets[$1] })
        for row in rows {
            let range = offsets[row]..<offsets[row + 1]
            if typeIDs.isEmpty {
                batch.append(tokens[range], repeatElement(0, count: range.count), targets[row], row: row)
            } else {
                batch.append(tokens[range], typeIDs[range].lazy.map { Int32($0) }, targets[row], row: row)
            }
        }
        return batch
    }
}

extension TokenizedDataset {
    /// Names of tallies that every task has: rows that a limit on their tokens has cut, the tokens that they
    /// have lost, and rows that are left out because they are too long.
    package static let (cut, cutTokens, leftOut) = ("cut", "cut_tokens", "left_out")

    package var cutCount: Int { tallies[Self.cut] }
    package var cutTokenCount: Int { tallies[Self.cutTokens] }
    package var leftOutCount: Int { tallies[Self.leftOut] }

    /// Counts a row that a limit has cut, by so many tokens.
    package mutating func noteCut(tokens: Int) { noteLongRows(cut: 1, tokens: tokens, leftOut: 0) }

    /// Counts rows that a limit has cut, by so many tokens in all, and rows that it leaves out.
    package mutating func noteLongRows(cut: Int, tokens: Int, leftOut: Int) {
        tallies.add(Self.cut, cut)
        tallies.add(Self.cutTokens, tokens)
        tallies.add(Self.leftOut, leftOut)
    }
}
