// Reproducible tensors, and comparison with references computed in double precision.

import Kernels
import Tensors

/// A matrix of the references, row by row.
typealias Matrix = [[Double]]

/// Normal numbers that depend on the seed alone.
func randomTensor(_ rows: Int, _ columns: Int, seed: UInt64, scale: Double = 1) -> Tensor {
    let tensor = Tensor(rows: rows, columns: columns)
    let key = RandomKey(seed: seed)
    tensor.copy(from: (0..<rows * columns).map { Float(key.normal(UInt64($0)) * scale) })
    return tensor
}

/// A view of these numbers with gaps between the rows; the gaps hold 1000, which no kernel may read or write.
func stridedTensor(_ rows: Int, _ columns: Int, seed: UInt64, gap: Int = 3) -> Tensor {
    let whole = Tensor(rows: rows, columns: columns + gap)
    whole.copy(from: [Float](repeating: 1_000, count: whole.count))
    let view = whole.columns(1..<1 + columns)
    view.copy(from: randomTensor(rows, columns, seed: seed))
    return view
}

/// Whether the gaps of a `stridedTensor` are untouched.
func hasCleanGaps(_ view: Tensor) -> Bool {
    let whole = Tensor(view.storage, rows: view.rows, columns: view.rowStride)
    return (0..<view.rows).allSatisfy { row in
        (0..<whole.columns).allSatisfy { column in
            (view.offset..<view.offset + view.columns).contains(column) || whole[row, column] == 1_000
        }
    }
}

/// The elements as doubles.
func matrix(_ tensor: Tensor) -> Matrix {
    let values = tensor.values()
    return (0..<tensor.rows).map { row in
        values[row * tensor.columns..<(row + 1) * tensor.columns].map { Double($0) }
    }
}

/// The largest difference, relative to the largest expected magnitude where that exceeds 1.
func deviation(_ found: Tensor, _ expected: Matrix) -> Double {
    deviation(found.values(), expected.flatMap { $0 })
}

func deviation(_ found: [Float], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    var largest = 1.0
    var difference = 0.0
    for (a, b) in zip(found, expected) {
        guard Double(a).isFinite, b.isFinite else { return .infinity }
        largest = max(largest, abs(b))
        difference = max(difference, abs(Double(a) - b))
    }
    return difference / largest
}

/// Sizes around the borders of vectors, register tiles and blocks.
let oddSizes = [1, 2, 3, 15, 16, 17, 31, 33, 47, 48, 49, 63, 65, 100]

/// Copies row by row into another number format.
func convertRows(_ x: Tensor, to y: Tensor) {
    for row in 0..<x.rows { Conversion.copy(x.rows(row..<row + 1), to: y.rows(row..<row + 1)) }
}
