// Moves tensors between a file and a parameter arena, one at a time.

internal import Layers
internal import Models
internal import Safetensors
internal import Tensors

/// Reads tensors straight into their places in the arena, and gives the views that a writer stores.
struct WeightReader {
    let parameters: ParameterStore

    /// Reads one tensor and checks that all its values are finite. A tensor that the file holds transposed
    /// passes through memory of its own size; any other is read in place.
    func read(
        _ match: TensorAssignment.Match, from files: SafetensorsCollection
    ) throws(CheckpointError) {
        let place = Self.place(match.tensor, of: match.slot, in: parameters)
        let target = match.tensor.isTransposed ? Tensor(rows: 1, columns: place.count) : place
        do {
            try files.read(match.fileName, into: target)
        } catch { throw CheckpointError(error) }
        if let (index, value) = Self.firstNotFinite(target) {
            throw .notFinite(match.fileName, value: value, at: index, in: files.path(of: match.fileName))
        }
        if match.tensor.isTransposed {
            Self.transpose(target, shape: match.tensor.shape, into: place)
        }
    }

    /// Whether the tensor `name` of the files has the values of `match`, which has been read.
    func holdsSame(
        _ match: TensorAssignment.Match, as name: String, in files: SafetensorsCollection
    ) throws(CheckpointError) -> Bool {
        guard try files.checkpointShape(of: name) == match.tensor.shape else { return false }
        let place = Self.place(match.tensor, of: match.slot, in: parameters)
        let copy = Tensor(rows: 1, columns: place.count)
        do { try files.read(name, into: copy) } catch { throw CheckpointError(error) }
        return place.withFloats { read in
            copy.withFloats { copied in read.indices.allSatisfy { read[$0] == copied[$0] } }
        }
    }

    /// The tensor as a file stores it: a view, or a transposed copy.
    static func stored(
        _ tensor: CheckpointTensor, of slot: ParameterSlot, in parameters: ParameterStore
    ) -> Tensor {
        let place = place(tensor, of: slot, in: parameters)
        guard tensor.isTransposed else { return place }
        let copy = Tensor(rows: 1, columns: place.count)
        transpose(place, shape: tensor.shape.reversed(), into: copy)
        return copy
    }

    /// The elements of the arena that a tensor fills, as one row.
    static func place(
        _ tensor: CheckpointTensor, of slot: ParameterSlot, in parameters: ParameterStore
    ) -> Tensor {
        let start = slot.range.lowerBound + tensor.offset
        return parameters.values.elements(start..<start + tensor.count)
    }

    /// The transpose of a matrix.
    static func transposed(_ matrix: Tensor) -> Tensor {
        let copy = Tensor(rows: matrix.columns, columns: matrix.rows)
        transpose(matrix, shape: [matrix.rows, matrix.columns], into: copy)
        return copy
    }

    /// Writes the transpose of `source`, a matrix of `shape`, to `target`.
    private static func transpose(_ source: Tensor, shape: [Int], into target: Tensor) {
        precondition(shape.count == 2, "only a matrix can be stored transposed")
        let from = source.reshaped(rows: shape[0], columns: shape[1])
        let to = target.reshaped(rows: shape[1], columns: shape[0])
        for row in 0..<shape[0] {
            for column in 0..<shape[1] { to[column, row] = from[row, column] }
        }
    }

    /// The first NaN or infinity.
    private static func firstNotFinite(_ tensor: Tensor) -> (index: Int, value: Float)? {
        tensor.withFloats { values in
            let exponent: UInt32 = 0x7F80_0000
            var found: UInt32 = 0
            for index in values.indices {
                found |= values[index].bitPattern & exponent == exponent ? 1 : 0
            }
            guard found != 0, let index = values.indices.first(where: { !values[$0].isFinite }) else {
                return nil
            }
            return (index, values[index])
        }
    }
}
