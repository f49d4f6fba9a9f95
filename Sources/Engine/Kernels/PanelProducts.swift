// Products for answers to requests: the bits of a row depend neither on the rows beside it nor on threads.

internal import CKernels
internal import Synchronization
package import Tensors

/// The packed weights of a model, and the products that use them.
///
/// oneDNN chooses how to cut a product, and so in which order it sums, by the number of rows and of threads.
/// Here each element is one chain of multiply-adds along the inner size, whatever else is computed, so that a
/// request gets the same bits alone and among others. Weights are packed once, when a product first meets
/// them: short requests do not pay for that again, as they do in oneDNN.
///
/// Only float32 is done so; products of bfloat16 run as they always do.
package final class PanelProducts: Sendable {
    /// Rows that threads take at a time: their part of the left operand stays in cache while panels pass.
    private static let rowBlock = 96
    private static let panel = Int(CK_PANEL)
    private static let pool = ScratchPool()

    /// The vectors that a processor may have; what it lacks is left out.
    package enum Vectors: CaseIterable, Sendable {
        case ofTheCompiler, upTo256Bits, upTo512Bits

        fileprivate var code: Int32 {
            switch self {
            case .ofTheCompiler: Int32(CK_VECTORS_PLAIN)
            case .upTo256Bits: Int32(CK_VECTORS_256)
            case .upTo512Bits: Int32(CK_VECTORS_512)
            }
        }
    }

    private struct Key: Hashable {
        let storage: ObjectIdentifier
        let offset, stride, n, k: Int
        let isTransposed: Bool
    }

    private let constants: [Storage]
    private let packed = Mutex<[Key: Tensor]>([:])
    private let vectors: Vectors

    /// `constants` are tensors that nobody writes to as long as this is used, such as a model's parameters:
    /// what is packed of them is kept. `vectors` takes the code of older processors, for tests.
    package init(constants: [Tensor], vectors: Vectors = .upTo512Bits) {
        self.constants = constants.map(\.storage)
        self.vectors = vectors
    }

    /// Bytes of all packed weights.
    package var byteCount: Int { packed.withLock { $0.values.reduce(0) { $0 + $1.count * 4 } } }

    /// Runs `body`, whose products on this thread are these.
    package func use<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let outer = unsafe ck_get_panel_products()
        unsafe ck_set_panel_products(Unmanaged.passUnretained(self).toOpaque())
        defer { unsafe ck_set_panel_products(outer) }
        return try body()
    }

    /// Those that the calling thread uses.
    static var current: PanelProducts? {
        guard let owner = unsafe ck_get_panel_products() else { return nil }
        return unsafe Unmanaged<PanelProducts>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Computes it; false for a product that is none of these.
    func run(_ product: Product) -> Bool {
        guard product.a.type == .float32, product.out.type == .float32, !product.transposingA,
            product.scale == 1, product.factor == nil
        else { return false }
        let b = product.b
        guard constants.contains(where: { $0 === b.storage }) else {
            Self.pool.with(byteCount: Self.panels(product.n) * product.k * Self.panel * 4) { storage in
                let memory = Tensor(
                    storage, rows: Self.panels(product.n) * product.k, columns: Self.panel)
                Self.pack(product, into: memory)
                multiply(product, memory)
            }
            return true
        }
        let key = Key(
            storage: ObjectIdentifier(b.storage), offset: b.offset, stride: b.rowStride, n: product.n,
            k: product.k, isTransposed: product.transposingB)
        let known = packed.withLock { $0[key] }
        let operand =
            known ?? Tensor(rows: Self.panels(product.n) * product.k, columns: Self.panel)
        if known == nil {
            Self.pack(product, into: operand)
            packed.withLock { $0[key] = operand }
        }
        multiply(product, operand)
        return true
    }

    private static func panels(_ columns: Int) -> Int { (columns + panel - 1) / panel }

    private static func pack(_ product: Product, into operand: Tensor) {
        let (b, panels) = (product.b, panels(product.n))
        let parts = min(ThreadPool.threadCount, panels)
        ThreadPool.run(parts: parts) { part in
            unsafe ck_pack_panels(
                b.floats, b.rowStride, product.transposingB ? 1 : 0, product.n, product.k,
                panels * part / parts, panels * (part + 1) / parts, operand.floats)
        }
    }

    /// A thread takes neighbouring panels of a block of rows.
    private func multiply(_ product: Product, _ operand: Tensor) {
        let rows = product.out.rows
        let (blocks, panels) = ((rows + Self.rowBlock - 1) / Self.rowBlock, Self.panels(product.n))
        let pieces = blocks * panels
        // A product of a few microseconds costs less than the meeting of threads.
        let isSmall = rows * product.n * product.k < 1 << 17
        let parts = isSmall ? 1 : min(ThreadPool.threadCount, pieces)
        ThreadPool.run(parts: parts) { part in
            var call = unsafe ck_panel_product()
            unsafe call.a = UnsafePointer(product.a.floats)
            unsafe call.packed = UnsafePointer(operand.floats)
            if let bias = product.bias { unsafe call.bias = UnsafePointer(bias.floats) }
            unsafe call.out = product.out.floats
            unsafe call.lda = product.a.rowStride
            unsafe call.ldo = product.out.rowStride
            unsafe call.n = product.n
            unsafe call.k = product.k
            unsafe call.added = product.isAdded ? 1 : 0
            var piece = pieces * part / parts
            let end = pieces * (part + 1) / parts
            while piece < end {
                let (block, first) = (piece / panels, piece % panels)
                let last = min(panels, first + end - piece)
                unsafe ck_panel_products(
                    &call, first, last, block * Self.rowBlock, min(rows, (block + 1) * Self.rowBlock),
                    vectors.code)
                piece += last - first
            }
        }
    }
}
