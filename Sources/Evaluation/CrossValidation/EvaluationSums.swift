// The counts behind an evaluation, which add up over folds: figures over all rows that were held out once.

package import Evaluation
package import JSON
internal import Metrics
internal import Models
internal import Tasks

/// Integers that add up over disjoint rows, with what they count.
package struct EvaluationSums: Sendable, Equatable {
    private enum Kind: Sendable, Equatable {
        case classification(ClassificationHead)
        /// Loss, perplexity and accuracy of target tokens, whatever else the evaluation holds.
        case tokens
    }

    private let kind: Kind
    private var words: [Int64]

    /// The sums of an evaluation; nil for one whose figures are no function of such sums. The scores of texts
    /// that an encoder–decoder wrote are not among them.
    package init?(_ evaluation: any TaskEvaluation) {
        guard let result = evaluation as? RowEvaluationResult else { return nil }
        if let found = result.classification {
            kind = .classification(found.head)
            words = Self.words(of: found)
        } else if let tokens = result.tokens {
            kind = .tokens
            words = [result.rowCount] + tokens.words
        } else {
            return nil
        }
    }

    private static func words(of found: ClassificationEvaluation) -> [Int64] {
        var losses = ExactAccumulator()
        losses.addProduct(found.loss, Double(found.rowCount))
        let counts = losses.words + found.confusion.counts
        return [found.rowCount] + counts + found.labelSets.counts + found.outputs.flatMap(\.words)
    }

    /// The sums over the rows of both; nil when they do not count the same things.
    package func merged(with other: EvaluationSums) -> EvaluationSums? {
        guard kind == other.kind, words.count == other.words.count else { return nil }
        var result = self
        result.words = zip(words, other.words).map { $0 + $1 }
        return result
    }

    /// What the sums amount to: names, without prefix, and values in the order of the log.
    package var metrics: [(name: String, value: Double)] {
        var rest = words[...]
        func take(_ count: Int) -> [Int64] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        switch kind {
        case .classification(let head):
            let empty = ClassificationSums(head: head).evaluation
            let rows = take(1)[0]
            let losses = ExactAccumulator(words: take(ExactAccumulator.wordCount))
            return ClassificationEvaluation(
                head: head, rowCount: rows, loss: losses.value / Double(rows),
                confusion: ConfusionMatrix(
                    labelCount: head.labels.count, counts: take(empty.confusion.counts.count)),
                labelSets: MultiLabelCounts(
                    labelCount: head.labels.count, counts: take(empty.labelSets.counts.count)),
                outputs: empty.outputs.map { _ in RegressionSums(words: take(RegressionSums.wordCount)) }
            ).metrics
        case .tokens:
            _ = take(1)
            return TokenPredictionSums(words: take(TokenPredictionSums.wordCount)).figures
        }
    }
}

extension EvaluationSums {
    /// The sums as JSON.
    package var json: JSONValue {
        var members: JSONObject = ["counts": .array(words.map { .integer(Int($0)) })]
        if case .classification(let head) = kind {
            members["labels"] = .array(head.labels.map { .string($0) })
            members["problem_type"] = .string(head.problemType.rawValue)
            members["positive"] = .integer(head.positive)
        }
        return .object(members)
    }

    /// Sums as `json` has written them; nil for anything else.
    package init?(_ json: JSONValue) {
        guard let counts = json["counts"]?.array?.compactMap(\.integer) else { return nil }
        words = counts.map { Int64($0) }
        let expected: Int
        if let labels = json["labels"]?.array?.compactMap(\.string) {
            guard let type = json["problem_type"]?.string.flatMap(ProblemType.init) else { return nil }
            var head = ClassificationHead(labels: labels, problemType: type)
            if let positive = json["positive"]?.integer, labels.indices.contains(positive) {
                head.positive = positive
            }
            kind = .classification(head)
            expected = Self.words(of: ClassificationSums(head: head).evaluation).count
        } else {
            kind = .tokens
            expected = 1 + TokenPredictionSums.wordCount
        }
        guard words.count == expected else { return nil }
    }
}
