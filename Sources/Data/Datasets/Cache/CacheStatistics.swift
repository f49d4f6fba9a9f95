// What is known of all rows of a cache without reading them.

package import JSON
internal import Models

/// Sums and extremes over rows; those of parts are brought together in any order.
package struct CacheStatistics: Equatable, Sendable {
    package private(set) var rowCount = 0
    package private(set) var tokenCount = 0
    /// The most tokens of a row, the highest token id and token type; 0 without any.
    package private(set) var maximumLength = 0
    package private(set) var maximumToken = 0
    package private(set) var maximumType = 0
    /// Terms of the loss of all rows.
    package private(set) var termCount = 0
    /// How many rows have each label.
    package private(set) var labelCounts: [Int: Int] = [:]

    package init() {}

    /// Of a stream of tokens, whose rows are of no matter.
    init(rowCount: Int, tokenCount: Int, maximumToken: Int) {
        (self.rowCount, self.tokenCount, self.maximumToken) = (rowCount, tokenCount, maximumToken)
    }

    mutating func add(_ example: Example) {
        rowCount += 1
        tokenCount += example.tokens.count
        maximumLength = max(maximumLength, example.tokens.count)
        for token in example.tokens { maximumToken = max(maximumToken, Int(token)) }
        for type in example.typeIDs { maximumType = max(maximumType, Int(type)) }
        termCount += example.termCount
        switch example.target {
        case .label(let id): labelCounts[id, default: 0] += 1
        case .labels(let ids): for id in ids { labelCounts[id, default: 0] += 1 }
        case .values, .spans, .none: break
        }
    }

    package mutating func merge(_ other: CacheStatistics) {
        rowCount += other.rowCount
        tokenCount += other.tokenCount
        maximumLength = max(maximumLength, other.maximumLength)
        maximumToken = max(maximumToken, other.maximumToken)
        maximumType = max(maximumType, other.maximumType)
        termCount += other.termCount
        labelCounts.merge(other.labelCounts) { $0 + $1 }
    }

    package var json: JSONValue {
        .object([
            "rows": .integer(rowCount), "tokens": .integer(tokenCount),
            "max_length": .integer(maximumLength), "max_token": .integer(maximumToken),
            "max_type": .integer(maximumType), "terms": .integer(termCount),
            "labels": .array(
                labelCounts.sorted { $0.key < $1.key }.map { label, count in
                    .array([.integer(label), .integer(count)])
                }),
        ])
    }

    package init?(_ json: JSONValue?) {
        guard let rows = json?["rows"]?.integer, let tokens = json?["tokens"]?.integer,
            let length = json?["max_length"]?.integer, let token = json?["max_token"]?.integer,
            let type = json?["max_type"]?.integer, let terms = json?["terms"]?.integer,
            let labels = json?["labels"]?.array
        else { return nil }
        (rowCount, tokenCount, maximumLength, maximumToken) = (rows, tokens, length, token)
        (maximumType, termCount) = (type, terms)
        for pair in labels {
            guard let pair = pair.array, pair.count == 2, let id = pair[0].integer,
                let count = pair[1].integer
            else { return nil }
            labelCounts[id] = count
        }
    }
}
