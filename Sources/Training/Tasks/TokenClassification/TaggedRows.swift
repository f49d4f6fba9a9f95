// Rows as tokens with a target each, and batches of them.

internal import Datasets
internal import Layers

/// Tokenised rows with the tags of their tokens.
struct TaggedRows {
    /// The target of a token without one, as in PyTorch.
    static let ignored: Int32 = -100

    private(set) var examples = TokenizedDataset()
    /// The targets of all rows' tokens, one row after the other, and whether each token is the first of its
    /// word.
    private var targets: [Int32] = []
    private var isHead: [Bool] = []
    private var offsets = [0]
    /// Tokens with a target of each row.
    private var counts: [Int] = []
    /// Rows that `max_seq_length` cut, and the words that they lost.
    private(set) var cutRows = 0
    private(set) var lostWords = 0

    mutating func append(_ words: EncodedWords, targets rowTargets: [Int32], source: RowSource) {
        examples.append(
            Example(tokens: words.tokens, typeIDs: words.typeIDs, target: .none, source: source))
        targets += rowTargets
        var heads = [Bool](repeating: false, count: rowTargets.count)
        for head in words.heads { heads[head.token] = true }
        isHead += heads
        offsets.append(targets.count)
        counts.append(rowTargets.filter { $0 != Self.ignored }.count)
        lostWords += words.lostWords
        cutRows += words.lostWords > 0 ? 1 : 0
    }

    var count: Int { examples.count }

    /// Tokens of these rows that have a target.
    func targetCount(rows: [Int]) -> Int { rows.reduce(0) { $0 + counts[$1] } }

    /// The sum of the weights of these rows' targets.
    func targetWeight(rows: [Int], of weight: (_ tag: Int) -> Double) -> Double {
        rows.reduce(0) { sum, row in
            targets[offsets[row]..<offsets[row + 1]].reduce(sum) {
                $1 == Self.ignored ? $0 : $0 + weight(Int($1))
            }
        }
    }

    /// How many tokens have each of so many tags as their target.
    func tagCounts(_ tagCount: Int) -> LabelCounts {
        var counts = LabelCounts(total: 0, ofLabel: [Int](repeating: 0, count: tagCount))
        for target in targets where target != Self.ignored {
            counts.total += 1
            counts.ofLabel[Int(target)] += 1
        }
        return counts
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
            for token in offsets[row]..<offsets[row + 1] where targets[token] != Self.ignored {
                found.places.append(Int32(start + token - offsets[row]))
                found.tags.append(Int(targets[token]))
                found.isHead.append(isHead[token])
            }
            start += offsets[row + 1] - offsets[row]
            found.offsets.append(found.places.count)
        }
        return (TokenBatch(examples.batch(rows: rows)), found)
    }
}
