// Sums of arenas in an order that is given, and sums of squares that need none. One thread each.

internal import CKernels
internal import Synchronization
package import Tensors

/// A sum of several tensors in a fixed order of additions.
package struct TreeSum: Sendable {
    /// A step for a stack of partial sums.
    package enum Instruction: Sendable, Equatable {
        case push(Int)
        case add(Int)
        case merge
    }

    private let program: [Int32]

    /// Instructions name the tensors by their place.
    package init(_ instructions: [Instruction]) {
        var (depth, deepest) = (0, 0)
        program = instructions.map { instruction in
            switch instruction {
            case .push(let index):
                depth += 1
                deepest = max(deepest, depth)
                return Int32(index * 2) + Int32(CK_TREE_PUSH)
            case .add(let index): return Int32(index * 2) + Int32(CK_TREE_ADD)
            case .merge:
                depth -= 1
                return Int32(CK_TREE_MERGE)
            }
        }
        precondition(depth == 1 && deepest <= Int(CK_TREE_DEPTH), "no sum: \(instructions)")
    }

    /// Elements `range` of all `targets` become the sum of those of `sources`; a target may be a source.
    package func run(_ sources: [Tensor], into targets: [Tensor], range: Range<Int>) {
        precondition(
            (sources + targets).allSatisfy { $0.isContiguous && $0.count >= range.upperBound },
            "an arena is too short")
        var sourcePointers: [UnsafeMutablePointer<Float>?] = unsafe sources.map { unsafe $0.floats }
        var targetPointers: [UnsafeMutablePointer<Float>?] = unsafe targets.map { unsafe $0.floats }
        unsafe sourcePointers.withUnsafeMutableBufferPointer { sources in
            unsafe targetPointers.withUnsafeMutableBufferPointer { targets in
                unsafe ck_sum_tree(
                    sources.baseAddress, program, program.count, targets.baseAddress, targets.count,
                    range.lowerBound, range.upperBound)
            }
        }
    }
}

/// Σ x² over parts of an arena in any division: the same bits for all of them.
///
/// The squares of a line of 16 elements are added in a fixed order and split into multiples of eight powers
/// of two, whose sums are exact. A line belongs to one part.
package struct ExactSquares: Sendable {
    /// Sums that may be added up with those of other parts, in any order.
    package private(set) var bins = [Double](repeating: 0, count: Int(CK_SQUARE_BINS))

    package init() {}

    /// The sum of several parts' bins.
    package init(bins: [Double]) {
        precondition(bins.count == self.bins.count, "expected \(self.bins.count) bins")
        self.bins = bins
    }

    /// Adds the squares of whole lines.
    package mutating func add(_ x: Tensor) {
        precondition(x.isContiguous && x.count % 16 == 0, "expected whole lines")
        unsafe ck_add_exact_squares(x.floats, x.count, &bins)
    }

    /// Adds the squares of elements `ranges` of `arena`, whole lines, on the threads of the pool.
    package mutating func add(_ ranges: [Range<Int>], of arena: Tensor) {
        let block = 1 << 16
        let pieces = ranges.flatMap { range in
            stride(from: range.lowerBound, to: range.upperBound, by: block).map {
                $0..<min($0 + block, range.upperBound)
            }
        }
        let parts = min(ThreadPool.threadCount, max(pieces.count, 1))
        let sums = PartSums(count: parts)
        KernelClock.measure(.optimizer) {
            ThreadPool.run(parts: parts) { part in
                var own = ExactSquares()
                for piece in pieces[pieces.count * part / parts..<pieces.count * (part + 1) / parts] {
                    own.add(arena.elements(piece))
                }
                sums.set(part, own)
            }
        }
        for part in sums.all { for bin in bins.indices { bins[bin] += part.bins[bin] } }
    }

    /// The sum.
    package var value: Double { bins.reversed().reduce(0, +) }
}

/// The sums of the parts of a region.
private final class PartSums: Sendable {
    private let sums: Mutex<[ExactSquares]>

    init(count: Int) { sums = Mutex([ExactSquares](repeating: ExactSquares(), count: count)) }

    func set(_ part: Int, _ sum: ExactSquares) { sums.withLock { $0[part] = sum } }
    var all: [ExactSquares] { sums.withLock { $0 } }
}
