// Some of the rows of data files, by their numbers.

/// A set of row numbers. Rows count from 0 over all files in their order.
public struct RowSelection: Sendable, Hashable {
    private let isChosen: [Bool]
    /// The number of chosen rows.
    public let count: Int

    /// The rows of the numbers for which `isChosen` is true.
    public init(where isChosen: [Bool]) {
        self.isChosen = isChosen
        count = isChosen.count { $0 }
    }

    /// Whether the row of that number is chosen.
    public func contains(_ row: Int) -> Bool { row < isChosen.count && isChosen[row] }
}
