// What `lockstep bench step` says of adapters, and what oneDNN itself says about the code that its products
// run on.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite struct StepBenchTests {
    /// One step of MiniLM with oneDNN's own log: its figures, and the names of the code behind its products.
    private func step(
        _ flags: [String], environment: [String: String] = [:]
    ) throws -> (figures: JSONValue, code: Set<Substring>) {
        let shape = ["--model", "minilm", "--batch", "2", "--seq", "40", "--steps", "1", "--threads", "1"]
        let outcome = try MPIRun.run(
            [Workshop.program, "bench", "step"] + shape + flags,
            environment: environment.merging(["DNNL_VERBOSE": "1"]) { $1 }, timeoutSeconds: 120)
        let lines = outcome.output.split(separator: "\n")
        let figures = try #require(lines.last { $0.hasPrefix("{") }, "\(outcome)")
        let products = lines.filter { $0.contains(",exec,") && $0.contains(",matmul,") }
        return (
            try JSONValue(parsing: Array(figures.utf8)),
            Set(products.compactMap { $0.split(separator: ",").dropFirst(4).first })
        )
    }

    @Test("no product of a step with adapters runs on reference code", arguments: ["fp32", "bf16"])
    func adapters(format: String) throws {
        let (figures, code) = try step(["--dtype", format, "--lora_r", "16", "--lora_dropout", "0.1"])
        #expect(!code.isEmpty && code.allSatisfy { !$0.contains("ref") }, "\(code)")
        #expect(figures["reference_products"]?.integer == 0 && figures["lora_r"]?.integer == 16)
        let counts = ["trained_parameters", "parameters"].compactMap { figures[$0]?.integer }
        #expect(counts.count == 2 && counts[0] > 0 && 10 * counts[0] < counts[1])
        let fraction = try #require(figures["peak_fraction"]?.double)
        #expect(fraction > 0 && fraction <= 1)
    }

    @Test("nor on a processor that has no products of bfloat16, where they run in float32")
    func widened() throws {
        let (figures, code) = try step(["--dtype", "bf16"], environment: ["DNNL_MAX_CPU_ISA": "AVX2"])
        #expect(!code.isEmpty && code.allSatisfy { !$0.contains("ref") }, "\(code)")
        #expect(figures["reference_products"]?.integer == 0)
    }

    @Test("the gain of adapters is that of steps taken in turn, and needs adapters")
    func gain() throws {
        let (figures, _) = try step(["--lora_r", "4", "--compare-whole"])
        let rates = ["tokens_per_second", "whole_tokens_per_second", "gain"].compactMap {
            figures[$0]?.double
        }
        #expect(rates.count == 3 && abs(rates[0] / rates[1] - rates[2]) < 0.01 * rates[2])
        let refused = try MPIRun.run(
            [Workshop.program, "bench", "step", "--compare-whole"], timeoutSeconds: 60)
        #expect(refused.status != 0 && refused.errors.contains("--compare-whole needs --lora_r"))
    }

    @Test(
        "numbers that no benchmark can have are refused by their flag and its range",
        arguments: [
            ("step", "steps", "0"), ("step", "steps", "4611686018427387904"),
            ("step", "batch", "1099511627776"), ("step", "seq", "4611686018427387904"),
            ("step", "threads", "-1"), ("step", "lora_r", "2147483648"),
            ("gemm", "rows", "4611686018427387904"), ("attention", "heads", "0"),
            ("attention", "head-size", "1099511627776"), ("allreduce", "repetitions", "1099511627776"),
        ])
    func absurdNumbers(bench: String, flag: String, number: String) throws {
        let refused = try MPIRun.run(
            [Workshop.program, "bench", bench, "--\(flag)=\(number)"], timeoutSeconds: 60)
        #expect(refused.status == 64, "\(refused)")
        #expect(refused.errors.contains("--\(flag) is \(number); it is a number from "), "\(refused.errors)")
    }
}
