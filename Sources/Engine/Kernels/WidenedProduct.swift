// A product of bfloat16 operands by float32 arithmetic, widened in blocks.

internal import CKernels
internal import Tensors

/// Sizes that decide about the blocks of widened products, in elements.
///
/// oneDNN packs the right operand again for every block of the left one, so that small blocks cost more than
/// caches give back: left blocks of 2²² and 2²⁴ elements took 0.96 and 0.94 of the time of those of 2²⁰ (a
/// step of SmolLM2-135M with adapters, 1,024 tokens).
package struct WidenedBlockLimits: Sendable {
    /// Of a block of the right operand.
    var right: Int
    /// Of a block of the left operand with its part of the result.
    var left: Int
    /// Of the whole left operand, which is widened once where several blocks of the right one meet it.
    var wholeLeft: Int
    /// Of the summed index, where a sum may be made of several.
    var depth: Int

    /// Those that products have; tests give small ones.
    package init(
        right: Int = 1 << 22, left: Int = 1 << 22, wholeLeft: Int = 1 << 23, depth: Int = 8_192
    ) {
        self.right = right
        self.left = left
        self.wholeLeft = wholeLeft
        self.depth = depth
    }
}

/// The same product as of bfloat16, through float32 copies of the operands: exact products, float32 sums, one
/// rounding at the end. For processors whose instructions for bfloat16 are slow or missing, and for products
/// for which oneDNN has only reference code.
///
/// Widened are a block of the right operand at a time and, beside it, blocks of the left one; their part of
/// the result is float32 until it is rounded. So float32 copies of large operands never exist as a whole.
struct WidenedProduct {
    private static let pool = ScratchPool()
    /// Smaller products are not worth the passes over their operands.
    private static let minimumSize = 48

    private let product: Product
    private let depths, columns, rows: [Range<Int>]
    private let isLeftWhole: Bool

    init(_ product: Product, limits: WidenedBlockLimits = .init()) {
        self.product = product
        // The scale is one of the whole sum.
        let depth = product.scale == 1 ? min(product.k, limits.depth) : product.k
        depths = Self.blocks(product.k, of: depth, multiple: 16)
        let deepest = depths.map(\.count).max() ?? 0
        columns = Self.blocks(product.n, of: limits.right / max(1, deepest), multiple: 64)
        let widest = columns.map(\.count).max() ?? 0
        rows = Self.blocks(product.m, of: limits.left / max(1, deepest + widest), multiple: 8)
        isLeftWhole = columns.count > 1 && product.m * deepest <= limits.wholeLeft
    }

    /// Whether the passes over the operands cost less than faster arithmetic brings.
    static func isWorthwhile(for product: Product) -> Bool {
        min(product.m, product.n, product.k) >= minimumSize
    }

    /// Cuts `0..<count` into even ranges of at most about `size`, multiples of `multiple` but the last.
    private static func blocks(_ count: Int, of size: Int, multiple: Int) -> [Range<Int>] {
        let parts = max(1, (count + max(size, multiple) - 1) / max(size, multiple))
        let length = ((count + parts - 1) / parts + multiple - 1) / multiple * multiple
        return stride(from: 0, to: count, by: max(1, length)).map { $0..<min(count, $0 + length) }
    }

    /// Computes it. Returns false, and has done nothing, where oneDNN has no fast code in float32 either.
    func run() -> Bool {
        let (deepest, widest, highest) = (
            depths.map(\.count).max() ?? 0, columns.map(\.count).max() ?? 0, rows.map(\.count).max() ?? 0
        )
        let leftRows = isLeftWhole ? product.m : highest
        // Sums of several depths wait for the last one; those in float32 are where they belong.
        let sumRows = isRounded ? (depths.count > 1 ? product.m : highest) : 0
        let counts = [deepest * widest, leftRows * deepest, sumRows * widest]
        return Self.pool.with(byteCount: counts.reduce(0) { $0 + Self.aligned($1) } * 4) { storage in
            let right = Scratch(storage: storage, offset: 0)
            let left = Scratch(storage: storage, offset: Self.aligned(counts[0]))
            let sums = Scratch(storage: storage, offset: left.offset + Self.aligned(counts[1]))
            for column in columns {
                for depth in depths {
                    let wideRight = widen(
                        product.b, isTransposed: product.transposingB, depth, column, in: right)
                    if isLeftWhole, depths.count > 1 || column.lowerBound == 0 {
                        let all = 0..<product.m
                        _ = widen(product.a, isTransposed: !product.transposingA, depth, all, in: left)
                    }
                    for row in rows {
                        guard add(row, column, depth, wideRight, left: left, sums: sums) else { return false }
                    }
                }
            }
            return true
        }
    }

    private var isRounded: Bool { product.out.type != .float32 }

    private static func aligned(_ count: Int) -> Int { (count + 63) / 64 * 64 }
}

/// Float32 memory that holds blocks of changing shapes.
private struct Scratch {
    let storage: Storage
    let offset: Int

    func block(rows: Int, columns: Int, from row: Int = 0) -> Tensor {
        Tensor(storage, offset: offset + row * columns, rows: rows, columns: columns)
    }
}

extension WidenedProduct {
    /// One block of the product: what this depth adds to these rows and columns.
    private func add(
        _ row: Range<Int>, _ column: Range<Int>, _ depth: Range<Int>, _ right: Tensor, left: Scratch,
        sums: Scratch
    ) -> Bool {
        let (isFirst, isLast) = (depth.lowerBound == 0, depth.upperBound == product.k)
        let a =
            isLeftWhole
            ? wholeLeft(row, depth, in: left)
            : widen(product.a, isTransposed: !product.transposingA, depth, row, in: left)
        let out = withSpareRows(product.out, product.m).rows(row).columns(column)
        let target =
            isRounded
            ? sums.block(
                rows: row.count, columns: column.count, from: depths.count > 1 ? row.lowerBound : 0) : out
        let factor = product.factor.map { withSpareRows($0, product.m).rows(row).columns(column) }
        let block = Product(
            m: row.count, n: column.count, k: depth.count, a: a, transposingA: product.transposingA,
            b: right, transposingB: product.transposingB,
            bias: isFirst ? product.bias?.columns(column) : nil, scale: product.scale, out: target,
            isAdded: !isFirst || product.isAdded && !isRounded, factor: isLast && !isRounded ? factor : nil)
        // Whether there is code depends on the format, so the first block tells before anything is written.
        let isFirstBlock = isFirst && row.lowerBound == 0 && column.lowerBound == 0
        guard block.runPlain(allowsReference: !isFirstBlock) else { return false }
        if isLast, isRounded { round(target, into: out, factor: factor) }
        return true
    }

    /// The rows of a left operand that was widened whole, for this depth.
    private func wholeLeft(_ row: Range<Int>, _ depth: Range<Int>, in left: Scratch) -> Tensor {
        product.transposingA
            ? left.block(rows: depth.count, columns: product.m).columns(row)
            : left.block(rows: product.m, columns: depth.count).rows(row)
    }

    /// A block of an operand in float32. `isTransposed`: the summed index runs along its rows.
    private func widen(
        _ x: Tensor, isTransposed: Bool, _ depth: Range<Int>, _ range: Range<Int>, in scratch: Scratch
    ) -> Tensor {
        let (rows, columns) = isTransposed ? (range, depth) : (depth, range)
        let source = withSpareRows(x, rows.upperBound).rows(rows).columns(columns)
        let copy = scratch.block(rows: rows.count, columns: columns.count)
        let type = x.type.code
        forEachRow(of: copy) { row in
            unsafe ck_convert(
                type, source.pointer(row * source.rowStride), Int32(CK_FLOAT32),
                copy.pointer(row * copy.rowStride), columns.count)
        }
        return copy
    }

    /// `out = (sums (+ out)) · factor` in bfloat16.
    private func round(_ sums: Tensor, into out: Tensor, factor: Tensor?) {
        let isAdded: Int32 = product.isAdded ? 1 : 0
        forEachRow(of: sums) { row in
            let factors = unsafe factor.map {
                unsafe UnsafePointer($0.pointer(row * $0.rowStride).assumingMemoryBound(to: UInt16.self))
            }
            unsafe ck_narrow_sum(
                sums.floats + row * sums.rowStride, isAdded, factors,
                out.pointer(row * out.rowStride).assumingMemoryBound(to: UInt16.self), sums.columns)
        }
    }

    /// Runs `body` for each row, on all threads where there is enough to do.
    private func forEachRow(of x: Tensor, _ body: (_ row: Int) -> Void) {
        let parts = ThreadPool.partCount(count: x.rows, grain: max(1, 8_192 / max(1, x.columns)))
        ThreadPool.run(parts: parts) { part in
            for row in x.rows * part / parts..<x.rows * (part + 1) / parts { body(row) }
        }
    }

    /// `x` with as many of its spare rows as make it `rows`, if it has fewer.
    private func withSpareRows(_ x: Tensor, _ rows: Int) -> Tensor {
        x.withSpareRows(max(0, rows - x.rows))
    }
}
