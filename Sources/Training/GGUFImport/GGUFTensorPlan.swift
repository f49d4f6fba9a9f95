// One tensor of an import: where it comes from, what it becomes.

internal import GGUF
internal import Tensors

/// A tensor of the Hugging Face model and how it is made from one of the GGUF file.
struct GGUFTensorPlan: Sendable {
    enum Change: Sendable, Equatable {
        case none
        /// A matrix whose rows become columns: GPT-2's Conv1D layers.
        case transposed
        /// Query or key rows of `headCount` heads, put back in Hugging Face's order.
        case unpermuted(headCount: Int)
    }

    /// Name in the GGUF file.
    let source: String
    /// Hugging Face's name.
    let name: String
    /// Shape in the GGUF file, outermost first.
    let sourceShape: [Int]
    let change: Change

    init(_ source: String, _ name: String, _ sourceShape: [Int], _ change: Change = .none) {
        self.source = source
        self.name = name
        self.sourceShape = sourceShape
        self.change = change
    }

    /// Shape in the Hugging Face model.
    var shape: [Int] { change == .transposed ? sourceShape.reversed() : sourceShape }

    /// The values as float32, row by row.
    func values(in file: GGUFFile) throws(GGUFError) -> Tensor {
        let rows = sourceShape.count == 1 ? 1 : sourceShape[0]
        let stored = Tensor(rows: rows, columns: sourceShape.reduce(1, *) / rows)
        try file.read(source, into: stored)
        switch change {
        case .none: return stored
        case .transposed: return Self.transposed(stored)
        case .unpermuted(let headCount):
            let rowCount = sourceShape[0]
            return Self.unpermuted(
                stored.reshaped(rows: rowCount, columns: stored.count / rowCount), headCount: headCount)
        }
    }

    /// Undoes the converter's order of rotary rows.
    ///
    /// Hugging Face rotates element i of a head with element i + d/2; llama.cpp rotates neighbours, so the
    /// converter puts row i of a head at 2i and row i + d/2 at 2i + 1 (`permute` in convert_hf_to_gguf.py).
    private static func unpermuted(_ stored: Tensor, headCount: Int) -> Tensor {
        let result = Tensor(rows: stored.rows, columns: stored.columns)
        let headSize = stored.rows / headCount
        for row in 0..<stored.rows {
            let (head, place) = (row / headSize, row % headSize)
            let target = head * headSize + place % 2 * (headSize / 2) + place / 2
            result.rows(target..<target + 1).copy(from: stored.rows(row..<row + 1))
        }
        return result
    }

    private static func transposed(_ stored: Tensor) -> Tensor {
        let (rows, columns) = (stored.rows, stored.columns)
        let result = Tensor(rows: columns, columns: rows)
        let tile = 32
        stored.withFloats { source in
            result.withFloats { target in
                for top in stride(from: 0, to: rows, by: tile) {
                    for left in stride(from: 0, to: columns, by: tile) {
                        for row in top..<min(rows, top + tile) {
                            for column in left..<min(columns, left + tile) {
                                target[column * rows + row] = source[row * columns + column]
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}
