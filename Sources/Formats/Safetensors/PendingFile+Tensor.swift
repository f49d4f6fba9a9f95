// Writing the elements of a tensor, converted where the stored format differs.

import Files
import Tensors

extension PendingFile {
    /// Appends the elements of `tensor` row by row in the format of `item`.
    func write(
        _ tensor: Tensor, of item: SafetensorsWriter.Item, path: String
    ) throws(SafetensorsError) {
        let pieces = tensor.isContiguous ? [tensor] : (0..<tensor.rows).map { tensor.rows($0..<$0 + 1) }
        if item.dtype.elementType == tensor.type {
            for piece in pieces {
                let count = piece.count * piece.type.byteCount
                try unsafe append(UnsafeRawBufferPointer(start: piece.bytePointer, count: count))
            }
            return
        }
        var written = 0
        for piece in pieces {
            try writeConverting(piece, as: item.dtype) { (index, value) throws(SafetensorsError) in
                throw .valueOutOfRange(
                    path: path, tensor: item.name, index: written + index, value: "\(value)",
                    target: item.dtype.rawValue)
            }
            written += piece.count
        }
    }

    /// `write` with this module's errors.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
        try SafetensorsError.rethrowing { () throws(FilesError) in try unsafe write(bytes) }
    }

    private func writeConverting(
        _ tensor: Tensor, as dtype: DType, refuse: (Int, Float) throws(SafetensorsError) -> Void
    ) throws(SafetensorsError) {
        let chunkElementCount = 16_384
        let staging = Storage(byteCount: min(tensor.count, chunkElementCount) * dtype.byteCount)
        let target = unsafe staging.baseAddress
        for start in stride(from: 0, to: tensor.count, by: chunkElementCount) {
            let source = unsafe UnsafeBufferPointer(
                start: tensor.floats + start, count: min(chunkElementCount, tensor.count - start))
            if let bad = unsafe Self.convert(source, to: target, dtype) {
                try unsafe refuse(start + bad, source[bad])
            }
            try unsafe append(UnsafeRawBufferPointer(start: target, count: source.count * dtype.byteCount))
        }
    }

    /// Converts all of `source`, or returns the index of the first finite value that would become infinite.
    private static func convert(
        _ source: UnsafeBufferPointer<Float>, to target: UnsafeMutableRawPointer, _ dtype: DType
    ) -> Int? {
        switch dtype {
        case .bfloat16:
            let values = unsafe target.bindMemory(to: UInt16.self, capacity: source.count)
            for index in 0..<source.count {
                let bits = unsafe BFloat16(source[index]).bits
                if bits & 0x7FFF == 0x7F80, unsafe source[index].isFinite { return index }
                unsafe values[index] = bits
            }
        case .float16:
            let values = unsafe target.bindMemory(to: UInt16.self, capacity: source.count)
            for index in 0..<source.count {
                let bits = unsafe Half(rounding: source[index]).bits
                if bits & 0x7FFF == 0x7C00, unsafe source[index].isFinite { return index }
                unsafe values[index] = bits
            }
        case .float64:
            let values = unsafe target.bindMemory(to: Double.self, capacity: source.count)
            for index in 0..<source.count { unsafe values[index] = Double(source[index]) }
        default: preconditionFailure("float32 is not stored as \(dtype.rawValue)")
        }
        return nil
    }
}
