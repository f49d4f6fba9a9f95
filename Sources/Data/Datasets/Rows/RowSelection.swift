// Some of the rows of data files, by their numbers.

/// A set of row numbers. Rows count from 0 over all files in their order.
package struct RowSelection: Sendable, Hashable {
    private let isChosen: [Bool]
    /// The number of chosen rows.
    package let count: Int

    /// The number of rows that it was made for, chosen or not.
    package var total: Int { isChosen.count }

    /// The rows of the numbers for which `isChosen` is true.
    package init(where isChosen: [Bool]) {
        self.isChosen = isChosen
        count = isChosen.count { $0 }
    }

    /// Whether the row of that number is chosen.
    package func contains(_ row: Int) -> Bool { row < isChosen.count && isChosen[row] }
}
