// `lockstep bench`: how fast this machine and this build are, each figure beside the peak measured in the
// same process.

import ArgumentParser
import DataParallel
import Foundation
import JSON
import Kernels
import Machine
import Reporting
import Tensors

/// The parent of all benchmarks.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures kernels, training steps and reductions on this machine.",
        subcommands: [
            StepBench.self, GEMMBench.self, AttentionBench.self, AllReduceBench.self, TokenizeBench.self,
            LoadBench.self, DecodeBench.self,
        ])
}

/// The number format of activations and matrix products.
enum BenchType: String, ExpressibleByArgument, CaseIterable {
    case fp32, bf16

    var elementType: ElementType { self == .fp32 ? .float32 : .bfloat16 }
    var wire: WireType { self == .fp32 ? .float32 : .bfloat16 }
}

/// Ranges of the benchmarks' numbers: no product of them overflows, and no machine needs more.
enum BenchRange {
    static let threads = 0...65_536
    static let count = 1...1_048_576
    /// The most tokens of a batch.
    static let mostTokens = 1 << 24

    /// Refuses a number beyond its range by the flag's name.
    static func check(_ number: Int, _ flag: String, _ range: ClosedRange<Int>) throws {
        guard !range.contains(number) else { return }
        throw ValidationError(
            "--\(flag) is \(number); it is a number from \(range.lowerBound) to \(range.upperBound)")
    }
}

/// Fields that all benchmarks print.
enum BenchReport {
    /// Prints one JSON object on one line.
    static func show(_ fields: [(key: String, value: JSONValue)]) {
        print(JSONValue.object(JSONObject(fields.map { ($0.key, $0.value) })).json)
    }

    /// A number rounded to so many decimals, for reading.
    static func real(_ value: Double, _ decimals: Int = 4) -> JSONValue {
        let factor = pow(10, Double(decimals))
        return .number(.real((value * factor).rounded() / factor))
    }

    /// GFLOP/s of repeated runs of `body` over half a second, the fastest, as the kernel clock counts
    /// operations.
    static func rate(_ body: () -> Void) -> Double {
        body()
        var best = 0.0
        let start = ContinuousClock.now
        repeat {
            let begin = ContinuousClock.now
            KernelClock.start()
            body()
            let operations = KernelClock.stop().operations
            best = max(best, operations / ((ContinuousClock.now - begin) / .seconds(1)) / 1e9)
        } while (ContinuousClock.now - start) / .seconds(1) < 0.5
        return best
    }

    static func integer(_ value: Int) -> JSONValue { .integer(value) }

    /// Largest resident memory of this process so far, MiB; 0 where the system does not tell.
    static var peakMemoryMebibytes: Double {
        HostFacts.current.peakMemoryByteCount.map { Double($0) / 1_048_576 } ?? 0
    }
}

/// The fastest matrix maths that this machine has shown so far: the best run of `[2048, 768] · [3072, 768]ᵀ`
/// on all threads of the pool, or what was measured beside it, since whatever reaches more proves a higher
/// peak. So no fraction of it is above 1, on a machine whose other programs come and go too.
struct MatrixPeak {
    private let type: ElementType
    private(set) var gigaflops = 0.0

    init(_ type: ElementType) { self.type = type }

    /// Runs the product for about so long. Where bfloat16 is multiplied as float32 its peak is that of
    /// float32: the copies between the formats are a cost of ours.
    mutating func measure(seconds: Double) {
        let shape = ProductShape(m: 2_048, n: 3_072, k: 768)
        include(shape.gigaflops(type, form: .forward, seconds: seconds))
        if type == .bfloat16, KernelLibrary.widensBFloat16 {
            include(shape.gigaflops(.float32, form: .forward, seconds: seconds))
        }
    }

    /// Takes note of a rate that something else reached.
    mutating func include(_ rate: Double) { gigaflops = max(gigaflops, rate) }
}

/// One matrix product of training.
struct ProductShape: Hashable {
    /// Which of the three products of a dense layer.
    enum Form: String, CaseIterable {
        /// y = x·Wᵀ
        case forward
        /// dx = dy·W
        case inputGradient
        /// dW += dyᵀ·x
        case weightGradient
    }

    /// Rows, outputs and inputs of the layer.
    var m, n, k: Int

    /// The best rate of repeated runs over about `seconds`, GFLOP/s.
    func gigaflops(_ type: ElementType, form: Form, seconds: Double) -> Double {
        let x = Self.filled(m, k, type)
        let weight = Self.filled(n, k, type)
        let y = Self.filled(m, n, type)
        let gradient = Tensor(rows: n, columns: k)
        func run() {
            switch form {
            case .forward: MatrixProduct.run(x, weight, transposingB: true, into: y)
            case .inputGradient: MatrixProduct.run(y, weight, into: x)
            case .weightGradient:
                MatrixProduct.run(y, transposingA: true, x, into: gradient, accumulating: true)
            }
        }
        run()
        var best = Double.infinity
        let start = ContinuousClock.now
        repeat {
            let begin = ContinuousClock.now
            run()
            best = min(best, (ContinuousClock.now - begin) / .seconds(1))
        } while (ContinuousClock.now - start) / .seconds(1) < seconds
        return 2 * Double(m) * Double(n) * Double(k) / best / 1e9
    }

    private static func filled(_ rows: Int, _ columns: Int, _ type: ElementType) -> Tensor {
        let values = Tensor(rows: rows, columns: columns)
        let key = RandomKey(seed: 1)
        values.withFloats { span in
            for index in span.indices { span[index] = Float(key.uniform(UInt64(index & 4095))) - 0.5 }
        }
        guard type == .bfloat16 else { return values }
        let copy = Tensor(rows: rows, columns: columns, type: type)
        Conversion.copy(values, to: copy)
        return copy
    }
}
