// All examples of a data set in flat arrays: 4 bytes a token, and type ids only if any is not zero.

/// Tokenised rows, in the order in which they were appended; the index of a row is its global row number.
package struct TokenizedDataset: Sendable {
    /// Token ids of all rows, one after the other, [tokenCount].
    private var tokens: [Int32] = []
    /// Where each row starts in `tokens`, [count + 1].
    private var offsets: [Int] = [0]
    /// Token types, [tokenCount]; empty as long as all are zero.
    private var typeIDs: [UInt8] = []
    private var targets: [Target] = []
    private var files: [String] = []
    private var fileOfRow: [Int32] = []
    private var lineOfRow: [Int] = []
    /// The most tokens of a row, without those of its image.
    package private(set) var maximumLength = 0
    /// Rows that a limit on their tokens has cut.
    package private(set) var cutCount = 0
    /// Tokens that they have lost, and rows that are left out because they are too long.
    package private(set) var cutTokenCount = 0
    package private(set) var leftOutCount = 0
    /// Tokens that the model makes of each row's image, which are not kept here; 0 for rows of text.
    package let imageTokenCount: Int

    package init(imageTokenCount: Int = 0) { self.imageTokenCount = imageTokenCount }

    package init(_ examples: some Sequence<Example>) {
        imageTokenCount = 0
        for example in examples { append(example) }
    }

    /// The number of rows.
    package var count: Int { targets.count }

    /// The number of tokens of all rows, those of images included.
    package var tokenCount: Int { tokens.count + count * imageTokenCount }

    /// The number of tokens of each row, [count].
    package var lengths: [Int] { (0..<count).map(length) }

    /// The number of tokens of a row, those of its image included.
    package func length(of row: Int) -> Int { offsets[row + 1] - offsets[row] + imageTokenCount }

    /// Where a row came from.
    package func source(of row: Int) -> RowSource {
        RowSource(file: files[Int(fileOfRow[row])], line: lineOfRow[row])
    }

    /// The token ids of a row, [length].
    package func tokens(of row: Int) -> ArraySlice<Int32> { tokens[offsets[row]..<offsets[row + 1]] }

    /// What a row's output is compared with.
    package func target(of row: Int) -> Target { targets[row] }

    /// Counts a row that a limit has cut, by so many tokens.
    package mutating func noteCut(tokens: Int) { noteLongRows(cut: 1, tokens: tokens, leftOut: 0) }

    /// Counts rows that a limit has cut, by so many tokens in all, and rows that it leaves out.
    package mutating func noteLongRows(cut: Int, tokens: Int, leftOut: Int) {
        cutCount += cut
        cutTokenCount += tokens
        leftOutCount += leftOut
    }

    /// Adds a row at the end. Token types must lie in 0...255.
    package mutating func append(_ example: Example) {
        precondition(example.typeIDs.count == example.tokens.count, "one type id a token is needed")
        if typeIDs.isEmpty, example.typeIDs.contains(where: { $0 != 0 }) {
            typeIDs = [UInt8](repeating: 0, count: tokens.count)
            typeIDs.append(contentsOf: example.typeIDs.map { UInt8($0) })
        } else if !typeIDs.isEmpty {
            typeIDs.append(contentsOf: example.typeIDs.map { UInt8($0) })
        }
        tokens.append(contentsOf: example.tokens)
        offsets.append(tokens.count)
        targets.append(example.target)
        maximumLength = max(maximumLength, example.tokens.count)
        if files.last != example.source.file { files.append(example.source.file) }
        fileOfRow.append(Int32(files.count - 1))
        lineOfRow.append(example.source.line)
    }

    /// The row at an index.
    package func example(at row: Int) -> Example {
        let range = offsets[row]..<offsets[row + 1]
        return Example(
            tokens: Array(tokens[range]), typeIDs: typeIDs.isEmpty ? nil : typeIDs[range].map { Int32($0) },
            target: targets[row], source: source(of: row))
    }

    /// The rows as one batch, in the given order.
    package func batch(rows: [Int]) -> ExampleBatch {
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
