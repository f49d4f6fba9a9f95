// `lockstep bench gemm`: the three matrix products of training at real shapes.

import ArgumentParser
import JSON
import Kernels
import Reporting
import Tensors
import Training

/// One JSON line for each shape, form and number format.
struct GEMMBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemm", abstract: "Measures the matrix products of a training step.")

    @Option(help: "Number format of the operands, both when it is left out.")
    var dtype: BenchType?

    @Option(help: "Rows of the batch: tokens of a step.")
    var rows = 2_048

    @Option(help: "Threads to use, all cores of this process when it is 0.")
    var threads = 0

    /// Layers of BERT-base, MiniLM and SmolLM2: outputs by inputs.
    private static let layers = [
        (2_304, 768), (768, 768), (3_072, 768), (768, 3_072), (1_152, 384), (384, 384), (1_536, 384),
        (384, 1_536),
        (1_536, 576),
    ]

    func validate() throws {
        try BenchRange.check(rows, "rows", BenchRange.count)
        try BenchRange.check(threads, "threads", BenchRange.threads)
    }

    func run() throws {
        let plan = ThreadPlan.apply(requested: threads)
        for type in dtype.map({ [$0] }) ?? BenchType.allCases {
            var peak = MatrixPeak(type.elementType)
            for (outputs, inputs) in Self.layers {
                let shape = ProductShape(m: rows, n: outputs, k: inputs)
                for form in ProductShape.Form.allCases {
                    peak.measure(seconds: 0.05)
                    let rate = shape.gigaflops(type.elementType, form: form, seconds: 0.2)
                    peak.include(rate)
                    BenchReport.show([
                        ("dtype", .string(type.rawValue)), ("form", .string(form.rawValue)),
                        ("rows", BenchReport.integer(rows)), ("outputs", BenchReport.integer(outputs)),
                        ("inputs", BenchReport.integer(inputs)),
                        ("threads", BenchReport.integer(plan.threadCount)),
                        ("gflops", BenchReport.real(rate, 1)),
                        ("peak_gflops", BenchReport.real(peak.gigaflops, 1)),
                        ("peak_fraction", BenchReport.real(rate / peak.gigaflops, 3)),
                    ])
                }
            }
        }
    }
}
