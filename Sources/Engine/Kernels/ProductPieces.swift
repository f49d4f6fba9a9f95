// How a product is cut where its bits may not depend on the number of threads.

internal import CKernels
internal import Tensors

/// The pieces of an `[m, n]` result, whose sizes follow from m and n alone.
///
/// How oneDNN cuts a product, and whether it adds up parts of the inner size, depends on the number of
/// threads that it is offered. So each piece is a product of its own on one thread, and threads take whole
/// pieces. On one thread pieces of 256 × 384 run at the speed of the whole product within what could be
/// measured.
struct ProductPieces: Equatable {
    private static let largestRows = 256
    private static let largestColumns = 384

    let rows: [Range<Int>]
    let columns: [Range<Int>]
    var count: Int { rows.count * columns.count }

    init(m: Int, n: Int) {
        rows = Self.cut(m, largest: Self.largestRows, grain: 16)
        columns = Self.cut(n, largest: Self.largestColumns, grain: 64)
    }

    /// Ranges of nearly equal sizes, multiples of `grain` but for the last.
    private static func cut(_ count: Int, largest: Int, grain: Int) -> [Range<Int>] {
        let parts = (count + largest - 1) / largest
        let size = ((count + parts - 1) / parts + grain - 1) / grain * grain
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}

extension Product {
    /// Runs it piece by piece, each in the first of `forms` that is possible.
    func runInPieces(forms: [ProductForm], limits: WidenedBlockLimits) {
        guard forms.first == .packed, PackedOperand.isWorthwhile(for: self) else {
            return runInPieces(forms: forms, limits: limits, packed: nil)
        }
        // Once for all pieces of the same columns.
        PackedOperand.with(self) { runInPieces(forms: forms, limits: limits, packed: $0) }
    }

    private func runInPieces(forms: [ProductForm], limits: WidenedBlockLimits, packed: Tensor?) {
        let pieces = ProductPieces(m: m, n: n)
        ThreadPool.runPieces(pieces.count) { index in
            ck_set_alone(1)
            defer { ck_set_alone(0) }
            let columns = pieces.columns[index % pieces.columns.count]
            var piece = piece(rows: pieces.rows[index / pieces.columns.count], columns: columns)
            piece.packed = packed.map { PackedOperand.columns(columns, of: $0) }
            piece.runWhole(forms: forms, limits: limits)
        }
    }

    /// The product of some rows of op(a) and some columns of op(b).
    private func piece(rows: Range<Int>, columns: Range<Int>) -> Product {
        let left = a.withSpareRows((transposingA ? k : m) - a.rows)
        let right = b.withSpareRows((transposingB ? n : k) - b.rows)
        return Product(
            m: rows.count, n: columns.count, k: k,
            a: transposingA ? left.columns(rows) : left.rows(rows), transposingA: transposingA,
            b: transposingB ? right.rows(columns) : right.columns(columns), transposingB: transposingB,
            bias: bias?.elements(columns), scale: scale,
            out: out.withSpareRows(m - out.rows).rows(rows).columns(columns), isAdded: isAdded,
            factor: factor?.withSpareRows(m - out.rows).rows(rows).columns(columns))
    }
}
