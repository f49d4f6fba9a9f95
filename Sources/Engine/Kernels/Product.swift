// One matrix product and the forms in which oneDNN is asked for it.

internal import COneDNN
internal import Machine
internal import Tensors

/// A way to put a product to oneDNN, the best first. Which of them it has fast code for depends on its
/// version, on the processor, and on how the operands lie: in 2.6 the kernels that read a packed operand take
/// no left operand or result with gaps between its rows, and the general matmul behind them knows no packed
/// one. Where the processor's instructions for bfloat16 are slower than those for float32, a large product is
/// widened first.
package enum ProductForm: CaseIterable, Sendable {
    /// With the right operand, bfloat16, in the layout of oneDNN's kernels.
    case packed
    /// With all operands as they lie.
    case plain
    /// With bfloat16 operands widened to float32, and the sum rounded.
    case widened
    /// As they lie, by reference code if need be: counted and reported.
    case reference
}

/// `out[m, n] = ((op(a)·op(b) + bias)·scale + out if isAdded)·factor`: the arguments of
/// `MatrixProduct.run`, with sizes that may count spare rows.
struct Product {
    let m, n, k: Int
    let a: Tensor
    let transposingA: Bool
    let b: Tensor
    let transposingB: Bool
    let bias: Tensor?
    let scale: Float
    let out: Tensor
    let isAdded: Bool
    let factor: Tensor?
    /// The right operand in the layout of oneDNN's kernels, where somebody has packed it.
    var packed: Tensor?

    private static let context = OneDNNContext()

    /// Runs in the first of `forms` that is possible and has fast code.
    func run(forms: [ProductForm], limits: WidenedBlockLimits) {
        if let products = PanelProducts.current, products.run(self) { return }
        ThreadPool.isReproducible
            ? runInPieces(forms: forms, limits: limits) : runWhole(forms: forms, limits: limits)
    }

    func runWhole(forms: [ProductForm], limits: WidenedBlockLimits) {
        for form in forms {
            switch form {
            case .packed:
                guard packed != nil || PackedOperand.isWorthwhile(for: self), runPacked() else { continue }
            case .plain:
                guard runPlain(allowsReference: false) else { continue }
            case .widened:
                guard a.type == .bfloat16, WidenedProduct(self, limits: limits).run() else { continue }
            case .reference:
                ReferenceProducts.shared.add(shape)
                guard runPlain(allowsReference: true) else { continue }
            }
            return
        }
        trap("oneDNN has no product for \(shape), or no memory for it; \(MemoryShortage.advice)")
    }

    /// All forms, the best for this product on this processor first.
    var forms: [ProductForm] {
        guard a.type == .bfloat16, KernelLibrary.widensBFloat16, WidenedProduct.isWorthwhile(for: self) else {
            return ProductForm.allCases
        }
        return [.widened, .packed, .plain, .reference]
    }

    /// What it is called in messages. Sizes that vary with the batch are rounded up to powers of two, so that
    /// there are few.
    private var shape: ReferenceProducts.Shape {
        func rounded(_ size: Int) -> Int {
            size < 2 ? size : 1 << (Int.bitWidth - (size - 1).leadingZeroBitCount)
        }
        return ReferenceProducts.Shape(
            m: rounded(m), n: rounded(n), k: rounded(k), operands: a.type, result: out.type)
    }

    // MARK: Forms

    private func runPacked() -> Bool {
        var call = unsafe call()
        unsafe call.packed = 1
        return unsafe Self.context.run(call, allowsReference: false) { run in
            if let packed { return unsafe run(packed.bytePointer) }
            PackedOperand.with(self) { packed in unsafe run(packed.bytePointer) }
        }
    }

    func runPlain(allowsReference: Bool) -> Bool {
        unsafe Self.context.run(call(), allowsReference: allowsReference) { run in unsafe run(b.bytePointer) }
    }

    /// The arguments for oneDNN, all operands as they lie.
    @unsafe private func call() -> onednn_matmul {
        var call = unsafe onednn_matmul()
        unsafe call.m = Int64(m)
        unsafe call.n = Int64(n)
        unsafe call.k = Int64(k)
        unsafe call.a = UnsafeRawPointer(a.bytePointer)
        unsafe call.lda = Int64(a.rowStride)
        unsafe call.ta = transposingA ? 1 : 0
        unsafe call.b = UnsafeRawPointer(b.bytePointer)
        unsafe call.ldb = Int64(b.rowStride)
        unsafe call.tb = transposingB ? 1 : 0
        if let bias { unsafe call.bias = UnsafePointer(bias.floats) }
        unsafe call.scale = scale
        unsafe call.c = out.bytePointer
        unsafe call.ldc = Int64(out.rowStride)
        unsafe call.accumulate = isAdded ? 1 : 0
        if let factor {
            unsafe call.factor = UnsafeRawPointer(factor.bytePointer)
            unsafe call.ldf = Int64(factor.rowStride)
        }
        unsafe call.type = a.type.dataType
        unsafe call.output_type = out.type.dataType
        return unsafe call
    }
}

extension ElementType {
    fileprivate var dataType: dnnl_data_type_t {
        switch self {
        case .float32: dnnl_f32
        case .bfloat16: dnnl_bf16
        case .float16: dnnl_f16
        }
    }
}

/// oneDNN's engine and stream. Streams of the CPU engine run in the calling thread and may be shared.
@safe private final class OneDNNContext: Sendable {
    private nonisolated(unsafe) var context = unsafe onednn_context()

    init() {
        let status = unsafe onednn_context_create(&context)
        precondition(status == 0, "oneDNN could not start: status \(status)")
    }

    deinit { unsafe onednn_context_destroy(&context) }

    /// Asks for the code of a product and runs it on the right operand that `withOperand` gives it. Returns
    /// false, and has done nothing, where oneDNN has no code, or reference code alone and that is not
    /// allowed.
    @unsafe func run(
        _ call: onednn_matmul, allowsReference: Bool,
        withOperand: (_ run: (UnsafeMutableRawPointer) -> Void) -> Void
    ) -> Bool {
        var (call, plan) = unsafe (call, onednn_plan())
        defer { unsafe onednn_plan_free(&plan) }
        var status = unsafe onednn_plan_make(&context, &call, allowsReference ? 1 : 0, &plan)
        let isMissing =
            unsafe status == Int32(dnnl_unimplemented.rawValue) || status == 0 && plan.primitive == nil
        if isMissing { return false }
        if status == 0 {
            unsafe withOperand { operand in
                unsafe call.b = UnsafeRawPointer(operand)
                status = unsafe onednn_plan_run(&context, &plan, &call)
            }
        }
        let sizes = unsafe "\(call.m) × \(call.n) × \(call.k)"
        precondition(status == 0, "oneDNN matmul \(sizes) failed with status \(status)")
        return true
    }
}
