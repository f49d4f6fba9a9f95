// Position embeddings of a grid of patches, interpolated for another grid.

internal import Kernels
package import Tensors

/// A linear map from the positions of one grid to those of another: bicubic interpolation with a = −0.75 and
/// pixel centres at halves, as torch's `interpolate(mode="bicubic", align_corners=False)` without
/// antialiasing.
package struct PositionInterpolation: Sendable {
    /// A grid of patches.
    package struct Grid: Sendable, Hashable {
        package let rows: Int
        package let columns: Int

        package init(rows: Int, columns: Int) {
            precondition(rows > 0 && columns > 0, "a grid has at least one cell")
            (self.rows, self.columns) = (rows, columns)
        }

        /// Cells.
        package var count: Int { rows * columns }
    }

    package let source: Grid
    package let target: Grid
    /// `[target.count, source.count]`: what each new position takes of each old one.
    private let weights: Tensor

    package init(from source: Grid, to target: Grid) {
        self.source = source
        self.target = target
        weights = Tensor(rows: target.count, columns: source.count)
        let rows = Self.taps(from: source.rows, to: target.rows)
        let columns = Self.taps(from: source.columns, to: target.columns)
        for y in 0..<target.rows {
            for x in 0..<target.columns {
                for (row, vertical) in rows[y] {
                    for (column, horizontal) in columns[x] {
                        weights[y * target.columns + x, row * source.columns + column] +=
                            Float(vertical * horizontal)
                    }
                }
            }
        }
    }

    /// `new[target.count, C]` from `old[source.count, C]`.
    package func apply(to old: Tensor, into new: Tensor) { MatrixProduct.run(weights, old, into: new) }

    /// Adds the gradient of the old positions to `dold` from that of the new ones.
    package func backward(gradient dnew: Tensor, addingTo dold: Tensor) {
        MatrixProduct.run(weights, transposingA: true, dnew, into: dold, accumulating: true)
    }

    /// The four cells that each new place along one axis takes from, with their weights; cells beyond the
    /// edge are the edge.
    private static func taps(from size: Int, to newSize: Int) -> [[(cell: Int, weight: Double)]] {
        let scale = Double(size) / Double(newSize)
        return (0..<newSize).map { place in
            let exact = scale * (Double(place) + 0.5) - 0.5
            let first = Int(exact.rounded(.down))
            return (first - 1...first + 2).map { cell in
                (min(max(cell, 0), size - 1), weight(at: abs(exact - Double(cell))))
            }
        }
    }

    /// The cubic convolution kernel (Keys 1981) with a = −0.75.
    private static func weight(at distance: Double) -> Double {
        let a = -0.75
        if distance <= 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
        if distance < 2 { return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a }
        return 0
    }
}
