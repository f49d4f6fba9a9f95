// Rows as tokens with a target each, and batches of them.

internal import Datasets
internal import Layers

/// Tokenised rows with the tags of their tokens.
///
/// The attachment of an example has a number a token: twice the tag and one, 0 for none, and one more where
/// the token is the first of its word.
struct TaggedRows {
    /// The target of a token without one, as in PyTorch.
    static let ignored: Int32 = -100
    private static let lost = "lost_words"

    private(set) var examples: TokenizedDataset

    init(_ examples: TokenizedDataset = TokenizedDataset()) { self.examples = examples }

    /// Rows that `max_seq_length` cut, and the words that they lost.
    var cutRows: Int { examples.cutCount }
    var lostWords: Int { examples.tallies[Self.lost] }

    mutating func append(_ words: EncodedWords, targets: [Int32], source: RowSource) {
        examples.append(Self.example(words, targets: targets, source: source, &examples.tallies))
    }

    /// A row with its targets; `tallies` get what is counted of it.
    static func example(
        _ words: EncodedWords, targets: [Int32], source: RowSource, _ tallies: inout RowTallies
    ) -> Example {
        var example = Example(tokens: words.tokens, typeIDs: words.typeIDs, target: .none, source: source)
        var numbers = targets.map { $0 == ignored ? 0 : 2 * (Int($0) + 1) }
        for head in words.heads { numbers[head.token] += 1 }
        var attachment = ByteComposer()
        attachment.add(numbers)
        example.attachment = attachment.bytes
        for target in targets where target != ignored {
            example.termCount += 1
            tallies.add(tally(ofTag: Int(target)))
        }
        if words.lostWords > 0 {
            tallies.add(TokenizedDataset.cut)
            tallies.add(lost, words.lostWords)
        }
        return example
    }

    private static func tally(ofTag tag: Int) -> String { "tag_\(tag)" }

    var count: Int { examples.count }

    /// The target of each token of a row, and whether it is the first of its word.
    private func targets(of row: Int) -> [(tag: Int32, isHead: Bool)] {
        var parser = ByteParser(examples.attachment(of: row))
        guard let numbers = parser.numbers() else { preconditionFailure("row \(row) has no targets") }
        return numbers.map { ($0 < 2 ? Self.ignored : Int32($0 / 2 - 1), $0 % 2 == 1) }
    }

    /// Tokens of these rows that have a target.
    func targetCount(rows: [Int]) -> Int { rows.reduce(0) { $0 + examples.termCount(of: $1) } }

    /// The sum of the weights of these rows' targets.
    func targetWeight(rows: [Int], of weight: (_ tag: Int) -> Double) -> Double {
        rows.reduce(0) { sum, row in
            targets(of: row).reduce(sum) { $1.tag == Self.ignored ? $0 : $0 + weight(Int($1.tag)) }
        }
    }

    /// How many tokens have each of so many tags as their target.
    func tagCounts(_ tagCount: Int) -> LabelCounts {
        LabelCounts(
            total: examples.termCount,
            ofLabel: (0..<tagCount).map { examples.tallies[Self.tally(ofTag: $0)] })
    }

    /// The tokens of a batch that have a target.
    struct Targets {
        /// Their places among the batch's tokens, ascending.
        var places: [Int32] = []
        /// Their tags.
        var tags: [Int] = []
        /// Whether each is the first token of its word.
        var isHead: [Bool] = []
        /// Row r of the batch has the targets `offsets[r]..<offsets[r + 1]`.
        var offsets = [0]
    }

    /// Rows as one batch with its targets.
    func batch(rows: [Int]) -> (tokens: TokenBatch, targets: Targets) {
        var found = Targets()
        var start = 0
        for row in rows {
            let targets = targets(of: row)
            for (token, target) in targets.enumerated() where target.tag != Self.ignored {
                found.places.append(Int32(start + token))
                found.tags.append(Int(target.tag))
                found.isHead.append(target.isHead)
            }
            start += targets.count
            found.offsets.append(found.places.count)
        }
        return (TokenBatch(examples.batch(rows: rows)), found)
    }
}
