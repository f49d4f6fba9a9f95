// Counts products that run on the maths library's reference code, and tells about each shape once.

internal import Synchronization
package import Tensors

/// Products for which the library has fast code in no form. There should be none: they take a hundred times
/// as long.
package final class ReferenceProducts: Sendable {
    /// Sizes and formats of a product `[m, k]·[k, n]`.
    package struct Shape: Hashable, Sendable, CustomStringConvertible {
        let m, n, k: Int
        let operands, result: ElementType

        package init(m: Int, n: Int, k: Int, operands: ElementType, result: ElementType) {
            self.m = m
            self.n = n
            self.k = k
            self.operands = operands
            self.result = result
        }

        package var description: String { "\(m)×\(k) · \(k)×\(n), \(operands) to \(result)" }
    }

    private struct State {
        var count = 0
        var seen: Set<Shape> = []
        var pending: [String] = []
        var observer: (@Sendable (String) -> Void)?
    }

    /// What all products of this process are counted by.
    package static let shared = ReferenceProducts()

    private let state = Mutex(State())

    package init() {}

    /// Products since the start.
    package var count: Int { state.withLock { $0.count } }

    /// Calls `body` with a sentence for each shape, once: with those that were met before, at once.
    package func observe(_ body: @escaping @Sendable (String) -> Void) {
        let lines = state.withLock { state in
            state.observer = body
            defer { state.pending = [] }
            return state.pending
        }
        for line in lines { body(line) }
    }

    /// Counts a product that is about to run.
    package func add(_ shape: Shape) {
        let (line, observer) = state.withLock { state -> (String?, (@Sendable (String) -> Void)?) in
            state.count += 1
            guard state.seen.insert(shape).inserted else { return (nil, nil) }
            let line =
                "oneDNN \(KernelLibrary.version) has only its reference code for products of about \(shape), which is many "
                + "times slower than its kernels; another version of oneDNN or number format (bf16) may have one"
            if state.observer == nil { state.pending.append(line) }
            return (line, state.observer)
        }
        if let line { observer?(line) }
    }
}
