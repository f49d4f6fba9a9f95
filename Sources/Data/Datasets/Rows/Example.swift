// One row as the model sees it.

/// A tokenised row.
package struct Example: Sendable, Hashable {
    /// Token ids, special tokens included, [length].
    package var tokens: [Int32]
    /// Token type (segment) ids, [length].
    package var typeIDs: [Int32]
    package var target: Target
    package var source: RowSource
    /// What else a task keeps of the row, in a form of its own; such as a summary beside its document.
    package var attachment: [UInt8] = []
    /// Terms of the row's loss: its target tokens for a language model, else as the task counts.
    package var termCount: Int

    /// - Parameter typeIDs: nil for all zero.
    package init(tokens: [Int32], typeIDs: [Int32]? = nil, target: Target, source: RowSource) {
        precondition(typeIDs == nil || typeIDs?.count == tokens.count, "one type id a token is needed")
        self.tokens = tokens
        self.typeIDs = typeIDs ?? [Int32](repeating: 0, count: tokens.count)
        self.target = target
        self.source = source
        termCount = target.termCount(length: tokens.count)
    }
}

extension Target {
    /// The terms of the loss of a row of so many tokens: of spans their tokens, without the first of the row,
    /// which nothing predicts; 1 for what a row has one of.
    func termCount(length: Int) -> Int {
        switch self {
        case .spans(let spans): spans.reduce(0) { $0 + $1.clamped(to: 1..<max(1, length)).count }
        case .label, .labels, .values: 1
        case .none: 0
        }
    }
}
