// How much of what the processor can multiply a run makes use of.

import Kernels
import Tensors

/// Compares the floating-point operations of rank 0 with the best rate of its matrix product.
struct MatrixPeakShare {
    private static let seconds = 0.3
    /// The least that a matrix of a layer has, so that all threads have a part of it.
    private static let (rows, columns, depth) = (1024, 1024, 768)

    /// Operations a second.
    private let peak: Double

    /// Measures for about a third of a second, and counts from now on.
    init(isBFloat16: Bool) {
        // Where bfloat16 is multiplied as float32, its peak is that of float32.
        let isWidened = isBFloat16 && KernelLibrary.widensBFloat16
        peak = Self.measure(isBFloat16 && !isWidened ? .bfloat16 : .float32)
        KernelClock.start()
    }

    /// Operations since the last call.
    func take() -> Double {
        defer { KernelClock.start() }
        return KernelClock.stop().operations
    }

    /// nil where nothing was made.
    func share(operations: Double, seconds: Double) -> Double? {
        seconds > 0 && operations > 0 ? operations / seconds / peak : nil
    }

    private static func measure(_ type: ElementType) -> Double {
        func filled(_ rows: Int, _ columns: Int) -> Tensor {
            let values = Tensor(rows: rows, columns: columns)
            values.copy(from: (0..<values.count).map { Float($0 % 251) / 251 - 0.5 })
            guard type == .bfloat16 else { return values }
            let copy = Tensor(rows: rows, columns: columns, type: type)
            Conversion.copy(values, to: copy)
            return copy
        }
        let (x, weight, y) = (filled(rows, depth), filled(columns, depth), filled(rows, columns))
        let operations = 2 * Double(rows) * Double(columns) * Double(depth)
        MatrixProduct.run(x, weight, transposingB: true, into: y)
        var best = 0.0
        let start = ContinuousClock.now
        repeat {
            let begin = ContinuousClock.now
            MatrixProduct.run(x, weight, transposingB: true, into: y)
            best = max(best, operations / ((ContinuousClock.now - begin) / .seconds(1)))
        } while (ContinuousClock.now - start) / .seconds(1) < seconds
        return best
    }
}
