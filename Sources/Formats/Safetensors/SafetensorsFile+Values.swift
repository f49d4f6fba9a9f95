// Reading the values of a tensor, with conversion where the formats differ.

internal import Files
package import Tensors

#if _endian(big)
    #error("safetensors data is little-endian and is used as it stands")
#endif

extension SafetensorsFile {
    /// Reads a tensor's values, in row-major order, into a contiguous `tensor` of as many elements.
    ///
    /// A tensor of the stored type gets the bytes unchanged, without a copy between. A float32 tensor takes
    /// F16 and BF16, exactly, and F64, rounded. Throws `tensorNotFound`, `wrongElementCount`, `float8`,
    /// `notConvertible`, `valueOutOfRange` for an F64 that is finite but beyond float32, and the errors of
    /// reading the file.
    package func read(_ name: String, into tensor: Tensor) throws(SafetensorsError) {
        precondition(tensor.isContiguous, "a tensor can be read only into contiguous memory")
        let entry = try entry(name)
        guard entry.elementCount == tensor.count else {
            throw .wrongElementCount(path: path, tensor: name, shape: entry.shape, expected: tensor.count)
        }
        try read(name, elements: 0..<tensor.count, into: tensor)
    }

    /// Reads the values of `elements` of a tensor, counted in row-major order, into a contiguous `tensor` of
    /// as many elements; else as `read(_:into:)`.
    package func read(
        _ name: String, elements: Range<Int>, into tensor: Tensor
    ) throws(SafetensorsError) {
        precondition(tensor.isContiguous, "a tensor can be read only into contiguous memory")
        let entry = try entry(name)
        guard elements.upperBound <= entry.elementCount, elements.count == tensor.count else {
            throw .wrongElementCount(
                path: path, tensor: name, shape: entry.shape, expected: elements.upperBound)
        }
        if entry.dtype.elementType == tensor.type {
            let width = entry.dtype.byteCount
            let bytes = unsafe UnsafeMutableRawBufferPointer(
                start: tensor.bytePointer, count: elements.count * width)
            return try unsafe input.read(
                into: bytes, at: dataOffset + entry.range.lowerBound + elements.lowerBound * width)
        }
        if entry.dtype.isFloat8 { throw .float8(path: path, tensor: name, dtype: entry.dtype) }
        guard tensor.type == .float32, let convert = unsafe Self.conversion(from: entry.dtype) else {
            throw .notConvertible(
                path: path, tensor: name, dtype: entry.dtype, target: tensor.type.rawValue)
        }
        try unsafe readConverting(entry, from: elements.lowerBound, into: tensor, convert)
    }

    /// Elements that are converted at a time: their bytes stay in the second-level cache.
    private static let chunkElementCount = 16_384

    /// Converts elements; returns the index of the first that does not fit, or nil.
    private typealias ElementReading =
        @Sendable (
            UnsafeRawBufferPointer, UnsafeMutablePointer<Float>
        ) -> Int?

    /// Converts as many elements as `tensor` has, from the element `first` on.
    private func readConverting(
        _ entry: TensorEntry, from first: Int = 0, into tensor: Tensor, _ convert: ElementReading
    ) throws(SafetensorsError) {
        let width = entry.dtype.byteCount
        let staging = Storage(byteCount: min(tensor.count, Self.chunkElementCount) * width)
        let offset = dataOffset + entry.range.lowerBound + first * width
        for start in stride(from: 0, to: tensor.count, by: Self.chunkElementCount) {
            let count = min(Self.chunkElementCount, tensor.count - start)
            let chunk = unsafe UnsafeMutableRawBufferPointer(start: staging.baseAddress, count: count * width)
            try unsafe input.read(into: chunk, at: offset + start * width)
            if let bad = unsafe convert(UnsafeRawBufferPointer(chunk), tensor.floats + start) {
                let value = unsafe chunk.loadUnaligned(fromByteOffset: bad * width, as: Double.self)
                throw .valueOutOfRange(
                    path: path, tensor: entry.name, index: first + start + bad, value: "\(value)",
                    target: "float32")
            }
        }
    }

    private static func conversion(from dtype: DType) -> ElementReading? {
        switch dtype {
        case .bfloat16:
            return { source, target in
                let bits = unsafe source.bindMemory(to: UInt16.self)
                for index in 0..<bits.count {
                    unsafe target[index] = Float(bitPattern: UInt32(bits[index]) << 16)
                }
                return nil
            }
        case .float16:
            return { source, target in
                let bits = unsafe source.bindMemory(to: UInt16.self)
                for index in 0..<bits.count { unsafe target[index] = float(half: bits[index]) }
                return nil
            }
        case .float64:
            return { source, target in
                let values = unsafe source.bindMemory(to: Double.self)
                for index in 0..<values.count {
                    let (value, rounded) = unsafe (values[index], Float(values[index]))
                    if rounded.isInfinite && value.isFinite { return index }
                    unsafe target[index] = rounded
                }
                return nil
            }
        default: return nil
        }
    }

    /// The stored little-endian bytes of a tensor of any dtype. Throws `tensorNotFound` and `cannotRead`.
    package func readBytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
        let entry = try entry(name)
        return try input.bytes(at: dataOffset + entry.range.lowerBound, count: entry.range.count)
    }

    /// The values of a tensor of integers or booleans (0 and 1). Throws `tensorNotFound`, `notConvertible`
    /// for floats, `valueOutOfRange` for a U64 beyond `Int64.max`, and the errors of reading.
    package func readInt64s(_ name: String) throws(SafetensorsError) -> [Int64] {
        let dtype = try entry(name).dtype
        let bytes = try readBytes(name)
        switch dtype {
        case .int64: return integers(Int64.self, bytes).map { Int64($0) }
        case .int32: return integers(Int32.self, bytes).map { Int64($0) }
        case .uint32: return integers(UInt32.self, bytes).map { Int64($0) }
        case .int16: return integers(Int16.self, bytes).map { Int64($0) }
        case .uint16: return integers(UInt16.self, bytes).map { Int64($0) }
        case .int8: return bytes.map { Int64(Int8(bitPattern: $0)) }
        case .uint8: return bytes.map { Int64($0) }
        case .bool: return bytes.map { $0 == 0 ? 0 : 1 }
        case .uint64:
            let values = integers(UInt64.self, bytes)
            if let index = values.firstIndex(where: { $0 > UInt64(Int64.max) }) {
                throw .valueOutOfRange(
                    path: path, tensor: name, index: index, value: "\(values[index])", target: "Int64")
            }
            return values.map { Int64($0) }
        case .float8E5M2, .float8E4M3, .float8E8M0, .float16, .bfloat16, .float32, .float64:
            throw .notConvertible(path: path, tensor: name, dtype: dtype, target: "Int64")
        }
    }
}

/// The integers that `bytes` hold one after another, little-endian.
private func integers<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type, _ bytes: [UInt8]
) -> [Integer] {
    unsafe bytes.withUnsafeBytes { buffer in
        (0..<buffer.count / MemoryLayout<Integer>.size).map { index in
            unsafe buffer.loadUnaligned(fromByteOffset: index * MemoryLayout<Integer>.size, as: type)
        }
    }
}
