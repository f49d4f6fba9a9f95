// Dropout whose mask is a function of seed, step, layer, sample and position: nothing is stored.

internal import CKernels
package import Tensors

/// One dropout site of one training step.
package struct Dropout: Sendable {
    /// Key of seed, step and layer.
    package let key: RandomKey
    /// Share of elements that become zero, 0 ≤ p < 1.
    package let probability: Float

    package init(key: RandomKey, probability: Float) {
        precondition(probability >= 0 && probability < 1, "a dropout probability lies in 0..<1")
        self.key = key
        self.probability = probability
    }

    /// The dropout that leaves everything as it is.
    package static let none = Dropout(key: RandomKey(seed: 0), probability: 0)

    /// Whether it does nothing.
    package var isIdentity: Bool { threshold == 0 }

    private var threshold: UInt32 { UInt32(Double(probability) * 0x1p32) }

    var arguments: ck_dropout {
        ck_dropout(site: key.bits, threshold: threshold, scale: 1 / (1 - probability))
    }

    /// `y = dropout(x)` for `[T, C]`; `keys[t]` is the key of row t. Applied to `dy` it is its own backward
    /// pass.
    package func apply(to x: Tensor, keys: RowRandomKeys, into y: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns && keys.count == x.rows, "shapes differ")
        precondition(
            x.isContiguous && y.isContiguous && x.type == y.type, "expected like, contiguous tensors")
        guard !isIdentity else {
            if unsafe x.bytePointer != y.bytePointer { y.copy(from: x) }
            return
        }
        let type = x.type.code
        let dropout = arguments
        ThreadPool.forEachRange(count: x.rows, grain: 4) { range, _ in
            unsafe ck_dropout_rows(
                type, x.bytePointer, y.bytePointer, keys.pointer, dropout, x.columns, range.lowerBound,
                range.upperBound)
        }
    }
}

extension Dropout {
    /// `y += dropout(x)` for x `[T, C]` in float32, added in float32; `keys[t]` is the key of row t.
    package func add(_ x: Tensor, keys: RowRandomKeys, to y: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns && keys.count == x.rows, "shapes differ")
        precondition(x.isContiguous && y.isContiguous, "expected contiguous tensors")
        let type = y.type.code
        let dropout = arguments
        ThreadPool.forEachRange(count: x.rows, grain: 4) { range, _ in
            unsafe ck_add_dropped_rows(
                type, x.floats, y.bytePointer, keys.pointer, dropout, x.columns, range.lowerBound,
                range.upperBound)
        }
    }
}

/// One random key a row of a `[T, C]` activation: a function of the row's sample and its position in it.
@safe package final class RowRandomKeys: Sendable {
    package let count: Int
    private nonisolated(unsafe) let buffer: UnsafeMutableBufferPointer<UInt64>

    /// Keys of tokens: sample `sampleIDs[s]` has the rows `offsets[s]..<offsets[s + 1]`.
    package init(sampleIDs: [UInt64], offsets: [Int32]) {
        precondition(offsets.count == sampleIDs.count + 1, "expected one more offset than samples")
        count = Int(offsets[offsets.count - 1])
        unsafe buffer = .allocate(capacity: count)
        for (index, sample) in sampleIDs.enumerated() {
            let sampleKey = RandomKey(seed: sample)
            let start = Int(offsets[index])
            for row in start..<Int(offsets[index + 1]) {
                unsafe buffer[row] = sampleKey.derived(UInt64(row - start)).bits
            }
        }
    }

    /// Keys of one row a sample, for pooled activations `[S, C]`.
    package convenience init(sampleIDs: [UInt64]) {
        self.init(sampleIDs: sampleIDs, offsets: (0...Int32(sampleIDs.count)).map { $0 })
    }

    /// The keys of the rows `rows` of a batch whose keys are `keys`.
    package init(_ keys: RowRandomKeys, rows: [Int32]) {
        count = rows.count
        unsafe buffer = .allocate(capacity: rows.count)
        for (index, row) in rows.enumerated() {
            precondition(row >= 0 && Int(row) < keys.count, "row \(row) of \(keys.count)")
            unsafe buffer[index] = keys.buffer[Int(row)]
        }
    }

    deinit { unsafe buffer.deallocate() }

    @unsafe var pointer: UnsafePointer<UInt64>? { unsafe UnsafePointer(buffer.baseAddress) }
}
