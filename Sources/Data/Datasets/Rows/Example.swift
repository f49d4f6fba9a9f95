// One row as the model sees it.

/// A tokenised row.
package struct Example: Sendable, Hashable {
    /// Token ids, special tokens included, [length].
    package var tokens: [Int32]
    /// Token type (segment) ids, [length].
    package var typeIDs: [Int32]
    package var target: Target
    package var source: RowSource

    /// - Parameter typeIDs: nil for all zero.
    package init(tokens: [Int32], typeIDs: [Int32]? = nil, target: Target, source: RowSource) {
        precondition(typeIDs == nil || typeIDs?.count == tokens.count, "one type id a token is needed")
        self.tokens = tokens
        self.typeIDs = typeIDs ?? [Int32](repeating: 0, count: tokens.count)
        self.target = target
        self.source = source
    }
}
