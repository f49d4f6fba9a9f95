// Rows that are longer than a run reads: what becomes of them, and a sentence that says how many they were.

package import Arguments
internal import DataParallel
package import Datasets
internal import Logging
internal import Phrases
package import Training

/// Counts the rows that are over the limit of length, and does with them what `on_long_row` says.
package struct LongRows {
    package let rule: LongRowRule
    /// Most tokens of a row.
    package let limit: Int
    package private(set) var rowCount = 0
    package private(set) var cutRowCount = 0
    package private(set) var cutTokenCount = 0
    package private(set) var skippedRowCount = 0
    private var first: RowSource?

    package init(_ rule: LongRowRule, limit: Int) { (self.rule, self.limit) = (rule, limit) }

    /// A row's tokens as they are learnt from `target`, which the tokens that are kept decide; nil for a row
    /// that is left out.
    ///
    /// Throws when the row is too long and that is an error.
    package mutating func fit(
        _ tokens: [Int32], _ source: RowSource, target: (_ count: Int) -> Target?
    ) throws(TrainingError) -> Example? {
        rowCount += 1
        guard tokens.count > limit else {
            guard let target = target(tokens.count) else {
                throw TrainingError("\(source): the row has no token to learn from")
            }
            return Example(tokens: tokens, target: target, source: source)
        }
        if rule == .error {
            throw TrainingError(
                "\(source): the row has \(tokens.count, "token"), \(tokens.count - limit) more than max_seq_length: \(limit); "
                    + "raise it, shorten the row, or set on_long_row to truncate or skip")
        }
        if first == nil { first = source }
        guard rule == .truncate, let target = target(limit) else {
            skippedRowCount += 1
            return nil
        }
        cutRowCount += 1
        cutTokenCount += tokens.count - limit
        return Example(tokens: Array(tokens.prefix(limit)), target: target, source: source)
    }

    /// What became of the rows that are too long; nil if there were none.
    package var sentence: String? {
        guard let first else { return nil }
        let number = cutRowCount + skippedRowCount
        var parts: [String] = []
        if cutRowCount > 0 {
            parts.append("\(cutRowCount) cut at the end, by \(cutTokenCount, "token") in all")
        }
        if skippedRowCount > 0 {
            let reason = rule == .skip ? "" : ", since nothing of an answer would be left"
            parts.append("\(skippedRowCount) left out\(reason)")
        }
        return
            "\(number) of \(rowCount, "row") \(number == 1 ? "is" : "are") longer than max_seq_length (\(limit) tokens), "
            + "the first at \(first): \(parts.joined(separator: "; ")). Raise max_seq_length, or set on_long_row"
    }

    /// Throws when no row is left.
    package func requireRows(_ files: [String]) throws(TrainingError) {
        guard rowCount > 0, skippedRowCount == rowCount else { return }
        let reason = rule == .skip ? "" : ", and nothing of an answer is left within it"
        throw TrainingError(
            "\(files.joined(separator: ", ")): each of the \(rowCount) rows is longer than max_seq_length (\(limit) "
                + "tokens)\(reason); raise max_seq_length")
    }

    /// Says on rank 0 what became of the rows that are too long, unless `run` reads rows for another than
    /// itself.
    func say(_ group: any ProcessGroup, of run: RunArguments) {
        guard group.rank == 0, run.model.readsWeights, let sentence else { return }
        Logger.run.warning("\(sentence)")
    }

    private static let (rows, long) = ("rows", "long")

    /// What was counted, for the data set.
    var tallies: RowTallies {
        var tallies = RowTallies()
        tallies.add(Self.rows, rowCount)
        tallies.add(TokenizedDataset.cut, cutRowCount)
        tallies.add(TokenizedDataset.cutTokens, cutTokenCount)
        tallies.add(TokenizedDataset.leftOut, skippedRowCount)
        tallies.note(Self.long, first)
        return tallies
    }

    /// The counts of a data set.
    init(_ rule: LongRowRule, limit: Int, _ tallies: RowTallies) {
        self.init(rule, limit: limit)
        rowCount = tallies[Self.rows]
        cutRowCount = tallies[TokenizedDataset.cut]
        cutTokenCount = tallies[TokenizedDataset.cutTokens]
        skippedRowCount = tallies[TokenizedDataset.leftOut]
        first = tallies.firsts[Self.long]
    }
}
