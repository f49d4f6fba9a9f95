// A parameter as a graph reads it, streamed from the files of the model.

internal import Checkpoints
internal import Layers
internal import ONNX
internal import Tensors

/// The bytes of a slot, or of its transpose, a piece at a time.
struct WeightStream: Sendable {
    let files: WeightFiles
    let slot: ParameterSlot
    let parameter: GraphParameter

    /// Elements of the largest piece: 16 MB.
    static let pieceElements = 1 << 22

    typealias Sink = StreamedTensor<CheckpointError>.Sink

    /// Gives the sink all bytes, in float32.
    func write(to sink: Sink) throws(CheckpointError) {
        let isStoredSo = slot.tensors.allSatisfy { $0.isTransposed == parameter.isTransposed }
        guard !isStoredSo else {
            for tensor in slot.tensors { try copy(tensor, to: sink) }
            return
        }
        precondition(
            parameter.isTransposed, "\(slot.name): the graph reads a matrix that files hold transposed")
        try transpose(to: sink)
    }

    /// A tensor as it stands in the file.
    private func copy(_ tensor: CheckpointTensor, to sink: Sink) throws(CheckpointError) {
        for start in stride(from: 0, to: tensor.count, by: Self.pieceElements) {
            let end = min(start + Self.pieceElements, tensor.count)
            let piece = Tensor(rows: 1, columns: end - start)
            try files.read(tensor, elements: start..<end, into: piece)
            try sink(piece.bytes())
        }
    }

    /// The transpose of the matrices that lie one below the other in the slot: some columns at a time.
    private func transpose(to sink: Sink) throws(CheckpointError) {
        let width = max(1, min(slot.columns, Self.pieceElements / slot.rows))
        for start in stride(from: 0, to: slot.columns, by: width) {
            let columns = start..<min(start + width, slot.columns)
            let piece = Tensor(rows: columns.count, columns: slot.rows)
            var row = 0
            for tensor in slot.tensors {
                row = try place(tensor, columns: columns, from: row, in: piece)
            }
            try sink(piece.bytes())
        }
    }

    /// Puts `columns` of a matrix into the columns of `piece` from `first` on; returns the next one.
    private func place(
        _ tensor: CheckpointTensor, columns: Range<Int>, from first: Int, in piece: Tensor
    ) throws(CheckpointError) -> Int {
        let rows = tensor.count / slot.columns
        // A matrix that is taken whole is read at once.
        let rowsAtOnce = columns.count == slot.columns ? rows : 1
        let read = Tensor(rows: rowsAtOnce, columns: columns.count)
        for row in stride(from: 0, to: rows, by: rowsAtOnce) {
            let start = row * slot.columns + columns.lowerBound
            try files.read(tensor, elements: start..<start + read.count, into: read)
            read.withFloats { source in
                piece.withFloats { target in
                    for index in 0..<rowsAtOnce {
                        let column = first + row + index
                        for place in 0..<columns.count {
                            target[place * slot.rows + column] = source[index * columns.count + place]
                        }
                    }
                }
            }
        }
        return first + rows
    }
}
