// How far the outputs of an exported model are from Lockstep's.

package import JSON
internal import Tensors

/// Differences over all steps of an evaluation.
package struct LogitComparison: Sendable, Equatable {
    /// Numbers and rows that were compared.
    package private(set) var valueCount = 0
    package private(set) var rowCount = 0
    /// The largest difference; infinite where one side is no number.
    package private(set) var largestDifference: Float = 0
    /// Rows whose largest output is another one.
    package private(set) var otherAnswers = 0

    package init() {}

    /// Compares the responses of `model` with what Lockstep computed.
    package init(_ files: StepFiles, of model: String) throws(ExportError) {
        for number in 0..<(try files.count()) {
            let expected = try files.expected(number)
            let found = try files.response(number, of: model, rows: expected.rows)
            guard found.columns == expected.columns else {
                throw .otherShape(
                    model, found: [found.rows, found.columns], expected: [expected.rows, expected.columns])
            }
            add(found, expected)
        }
    }

    /// Adds one step's outputs `[N, K]`.
    mutating func add(_ found: Tensor, _ expected: Tensor) {
        let columns = expected.columns
        found.withFloats { found in
            expected.withFloats { expected in
                for row in 0..<expected.count / max(columns, 1) {
                    var (best, bestFound) = (row * columns, row * columns)
                    for index in row * columns..<(row + 1) * columns {
                        let difference = abs(found[index] - expected[index])
                        largestDifference = max(
                            largestDifference, difference.isFinite ? difference : .infinity)
                        if expected[index] > expected[best] { best = index }
                        if found[index] > found[bestFound] { bestFound = index }
                    }
                    rowCount += 1
                    otherAnswers += best == bestFound ? 0 : 1
                }
                valueCount += expected.count
            }
        }
    }

    /// Throws unless the model of `name` is as near as `bound` and gives the same answers.
    package func require(_ name: String, within bound: Float) throws(ExportError) {
        guard largestDifference <= bound, otherAnswers == 0 else {
            throw .differs(
                name, largest: largestDifference, bound: bound, otherAnswers: otherAnswers, rows: rowCount)
        }
    }

    package var json: JSONValue {
        .object([
            "largest_difference": .figure(Double(largestDifference)), "values": .integer(valueCount),
            "rows": .integer(rowCount), "rows_with_another_argmax": .integer(otherAnswers),
        ])
    }
}
