// A two-dimensional view into a storage: what kernels read and write.

/// A row-major view of `rows × columns` elements; two rows lie `rowStride` elements apart.
///
/// A tensor is a view: copies share memory, and writing needs no `var`. A flat arena is a tensor of one row.
package struct Tensor: Sendable {
    package let storage: Storage
    /// Index of the first element in the storage, counted in elements.
    package let offset: Int
    package let rows: Int
    package let columns: Int
    /// Elements from the start of a row to the start of the next; equal to `columns` when contiguous.
    package let rowStride: Int
    package let type: ElementType
    /// Rows behind the last one that belong to this tensor's memory and to no other tensor: their contents
    /// are undefined, and kernels may overwrite them.
    package let spareRows: Int

    /// A view into existing memory. Traps when it would reach beyond the storage.
    package init(
        _ storage: Storage, offset: Int = 0, rows: Int, columns: Int, rowStride: Int? = nil,
        type: ElementType = .float32, spareRows: Int = 0
    ) {
        let stride = rowStride ?? columns
        precondition(
            offset >= 0 && rows >= 0 && columns >= 0 && stride >= columns && spareRows >= 0,
            "bad tensor shape")
        let allRows = rows + spareRows
        let end = allRows == 0 || columns == 0 ? offset : offset + (allRows - 1) * stride + columns
        precondition(end * type.byteCount <= storage.byteCount, "a tensor reaches beyond its storage")
        self.storage = storage
        self.offset = offset
        self.rows = rows
        self.columns = columns
        self.rowStride = stride
        self.type = type
        self.spareRows = spareRows
    }

    /// A new zero tensor of its own memory.
    package init(rows: Int, columns: Int, type: ElementType = .float32) {
        self.init(
            Storage(byteCount: rows * columns * type.byteCount), rows: rows, columns: columns, type: type)
    }

    /// A new tensor of one row with these values.
    package init(_ values: [Float]) {
        self.init(rows: 1, columns: values.count)
        copy(from: values)
    }

    /// Number of elements.
    package var count: Int { rows * columns }
    /// Whether the rows follow each other without a gap.
    package var isContiguous: Bool { rowStride == columns || rows <= 1 }

    // MARK: Views

    /// Rows `range` of this tensor.
    package func rows(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return Tensor(
            storage, offset: offset + range.lowerBound * rowStride, rows: range.count, columns: columns,
            rowStride: rowStride, type: type)
    }

    /// This tensor with the first `count` of its spare rows.
    package func withSpareRows(_ count: Int) -> Tensor {
        precondition(count >= 0 && count <= spareRows, "\(count) of \(spareRows) spare rows")
        return Tensor(
            storage, offset: offset, rows: rows + count, columns: columns, rowStride: rowStride, type: type)
    }

    /// Columns `range` of this tensor: a view with gaps.
    package func columns(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
        return Tensor(
            storage, offset: offset + range.lowerBound, rows: rows, columns: range.count,
            rowStride: rowStride, type: type, spareRows: spareRows)
    }

    /// Elements `range` of a contiguous tensor as one row.
    package func elements(_ range: Range<Int>) -> Tensor {
        precondition(isContiguous, "only a contiguous tensor can be cut by elements")
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "elements \(range) of \(count)")
        return Tensor(storage, offset: offset + range.lowerBound, rows: 1, columns: range.count, type: type)
    }

    /// The same elements in another shape; the tensor must be contiguous.
    package func reshaped(rows: Int, columns: Int) -> Tensor {
        precondition(
            isContiguous && rows * columns == count, "cannot reshape \(count) to \(rows) × \(columns)")
        return Tensor(storage, offset: offset, rows: rows, columns: columns, type: type)
    }

    // MARK: Values

    /// One element, read or written as `Float`; float32 only. For heads, tests and messages, not for loops.
    package subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index out of range")
            return unsafe floats[row * rowStride + column]
        }
        nonmutating set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index out of range")
            unsafe floats[row * rowStride + column] = newValue
        }
    }

    /// Sets every element to zero.
    package func clear() {
        let bytes = type.byteCount
        guard count > 0 else { return }
        if isContiguous {
            unsafe bytePointer.initializeMemory(as: UInt8.self, repeating: 0, count: count * bytes)
        } else {
            for row in 0..<rows { rows(row..<row + 1).clear() }
        }
    }

    /// Copies `values` in; float32 and contiguous only.
    package func copy(from values: [Float]) {
        precondition(values.count == count && isContiguous, "expected \(count) values, found \(values.count)")
        unsafe values.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            unsafe floats.update(from: base, count: count)
        }
    }

    /// Copies another tensor of the same shape and type in.
    package func copy(from other: Tensor) {
        precondition(other.rows == rows && other.columns == columns && other.type == type, "shapes differ")
        let bytes = columns * type.byteCount
        for row in 0..<rows where columns > 0 {
            unsafe bytePointer.advanced(by: row * rowStride * type.byteCount).copyMemory(
                from: other.bytePointer.advanced(by: row * other.rowStride * type.byteCount), byteCount: bytes
            )
        }
    }

    /// All elements, row by row, as `Float`.
    package func values() -> [Float] {
        (0..<rows).flatMap { row in
            (0..<columns).map { column in
                let index = row * rowStride + column
                switch type {
                case .float32: return unsafe floats[index]
                case .bfloat16: return unsafe bytePointer.assumingMemoryBound(to: BFloat16.self)[index].float
                case .float16: return unsafe bytePointer.assumingMemoryBound(to: Half.self)[index].float
                }
            }
        }
    }

    // MARK: Bulk access

    /// The elements of a contiguous float32 tensor as a span, for code that must not use pointers.
    package func withFloats<Result, Failure: Error>(
        _ body: (inout MutableSpan<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(isContiguous && type == .float32, "withFloats needs a contiguous float32 tensor")
        let buffer = unsafe UnsafeMutableBufferPointer(start: floats, count: count)
        var span = unsafe MutableSpan(_unsafeElements: buffer)
        return try body(&span)
    }

    /// The bytes of a contiguous tensor as a span.
    package func withBytes<Result, Failure: Error>(
        _ body: (inout MutableRawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(isContiguous, "withBytes needs a contiguous tensor")
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: bytePointer, count: count * type.byteCount)
        var span = unsafe MutableRawSpan(_unsafeBytes: buffer)
        return try body(&span)
    }

    /// A copy of the bytes of a contiguous tensor, in the order in which it lies in memory.
    package func bytes() -> [UInt8] {
        precondition(isContiguous, "only a contiguous tensor has its bytes in one piece")
        return unsafe Array(UnsafeRawBufferPointer(start: bytePointer, count: count * type.byteCount))
    }

    /// Backs a contiguous tensor by small pages, for one of which few scattered rows will be touched.
    package func useSmallPages() {
        precondition(isContiguous, "only a contiguous tensor has pages of its own")
        storage.useSmallPages(offset * type.byteCount..<(offset + count) * type.byteCount)
    }

    /// First element of a float32 tensor.
    @unsafe package var floats: UnsafeMutablePointer<Float> {
        precondition(type == .float32, "expected float32, found \(type)")
        return unsafe bytePointer.assumingMemoryBound(to: Float.self)
    }

    /// Element `index` behind the first, of a tensor of any type.
    @unsafe package func pointer(_ index: Int) -> UnsafeMutableRawPointer {
        unsafe storage.baseAddress.advanced(by: (offset + index) * type.byteCount)
    }

    /// First element of a tensor of any type.
    @unsafe package var bytePointer: UnsafeMutableRawPointer {
        unsafe storage.baseAddress.advanced(by: offset * type.byteCount)
    }
}
