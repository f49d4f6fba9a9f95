// Interpolated positions: what no interpolation may change.

import Layers
import Tensors
import Testing

@Suite struct PositionInterpolationTests {
    private typealias Grid = PositionInterpolation.Grid

    private func apply(_ source: Grid, _ target: Grid, _ values: [Float]) -> [Float] {
        let (old, new) = (Tensor(rows: source.count, columns: 1), Tensor(rows: target.count, columns: 1))
        old.copy(from: values)
        PositionInterpolation(from: source, to: target).apply(to: old, into: new)
        return new.values()
    }

    @Test("the same grid gives the same values")
    func identity() {
        let values = (0..<15).map { Float($0 * $0) }
        #expect(apply(Grid(rows: 3, columns: 5), Grid(rows: 3, columns: 5), values) == values)
    }

    @Test("equal positions stay equal in every grid", arguments: [(1, 1), (2, 7), (14, 3), (5, 5)])
    func evenness(rows: Int, columns: Int) {
        let result = apply(
            Grid(rows: 4, columns: 3), Grid(rows: rows, columns: columns), [Float](repeating: 1.5, count: 12))
        #expect(result.allSatisfy { abs($0 - 1.5) < 1e-6 })
    }

    @Test("rows and columns do not get mixed up")
    func directions() {
        // Values that depend on the row alone, taken to twice as many columns.
        let values = (0..<4).flatMap { row in (0..<3).map { _ in Float(row) } }
        let result = apply(Grid(rows: 4, columns: 3), Grid(rows: 4, columns: 6), values)
        for row in 0..<4 {
            for column in 0..<6 { #expect(abs(result[row * 6 + column] - Float(row)) < 1e-6) }
        }
    }
}
