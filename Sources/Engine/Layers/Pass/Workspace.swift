// Activation memory of a training step: handed out in order, given back all at once.

internal import Kernels
package import Tensors

/// A stack of activation memory.
///
/// Layers take tensors in the forward pass and keep them until the backward pass; temporary ones are given
/// back by `release(to:)`. `reset()` at the start of a step gives everything back. When a step needs more
/// than was planned, the stack grows by a chunk, and the next reset joins the chunks into one: a warm step
/// allocates nothing.
package final class Workspace {
    /// A height of the stack.
    package struct Mark: Sendable {
        fileprivate let chunk: Int
        fileprivate let used: Int
    }

    private var chunks: [Tensor] = []
    private var chunk = 0
    private var used = 0
    private var peak = 0

    /// Largest number of bytes in use at once since the start.
    package var peakBytes: Int { peak * 4 }

    /// Plans `elementCount` floats from the start.
    package init(elementCount: Int = 0) {
        if elementCount > 0 { chunks.append(Tensor(rows: 1, columns: elementCount)) }
    }

    /// A tensor whose contents are undefined, with spare rows that make their number one that products like.
    package func tensor(rows: Int, columns: Int, type: ElementType = .float32) -> Tensor {
        let spareRows = MatrixProduct.roundedRows(rows) - rows
        let count = ((rows + spareRows) * columns * type.byteCount + 63) / 64 * 16
        while chunk < chunks.count, used + count > chunks[chunk].count {
            chunk += 1
            used = 0
        }
        if chunk == chunks.count {
            let planned = chunks.reduce(0) { $0 + $1.count }
            chunks.append(Tensor(rows: 1, columns: max(count, planned / 2, 1 << 18)))
        }
        defer { used += count }
        peak = max(peak, chunks[..<chunk].reduce(used + count) { $0 + $1.count })
        return Tensor(
            chunks[chunk].storage, offset: used * 4 / type.byteCount, rows: rows, columns: columns,
            type: type,
            spareRows: spareRows)
    }

    /// The present height.
    package func mark() -> Mark { Mark(chunk: chunk, used: used) }

    /// Gives back everything that was taken since the mark.
    package func release(to mark: Mark) {
        precondition(mark.chunk < chunk || mark.chunk == chunk && mark.used <= used, "released out of order")
        chunk = mark.chunk
        used = mark.used
    }

    /// Gives everything back; tensors handed out before are invalid from here on.
    package func reset() {
        if chunks.count > 1 {
            let total = chunks.reduce(0) { $0 + $1.count }
            // Layers still refer to activations of the last step, and would keep this memory beside the new.
            for chunk in chunks { chunk.storage.discardContents() }
            chunks = []
            // Memory that is never touched costs nothing, and a larger batch finds room.
            chunks.append(Tensor(rows: 1, columns: 2 * total))
        }
        chunk = 0
        used = 0
    }
}
