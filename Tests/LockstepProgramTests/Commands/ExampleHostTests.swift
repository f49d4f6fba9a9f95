// A program of another package trains by the library `Lockstep`, alone and on two ranks. `launch/test` builds
// it.

import Foundation
import TestSupport
import Testing

@Suite struct ExampleHostTests {
    /// The program of Tests/ExampleHost, beside the test bundle; it is another package's, so that
    /// `swift build` of this one does not make it.
    private func host() throws -> String {
        let path = URL(fileURLWithPath: Products.path(of: "lockstep")).deletingLastPathComponent()
            .appendingPathComponent("example-host").path
        try #require(
            FileManager.default.isExecutableFile(atPath: path),
            """
            \(path) is not built: run launch/test, or swift build -c release --build-tests \
            --package-path Tests/ExampleHost --scratch-path .build
            """)
        return path
    }

    @Test("the weights have the bytes that the program's own have", arguments: [0, 2])
    func weights(ranks: Int) throws {
        let host = try host()
        let workshop = try Workshop()
        try workshop.train("own", ranks: ranks, ["max_steps": "6"])
        let arguments = [try workshop.recipe(output: "host", [:]), "max_steps=6"]
        let outcome =
            ranks == 0
            ? try MPIRun.run([host] + arguments, timeoutSeconds: 60)
            : try MPIRun.run(ranks: ranks, executable: host, arguments: arguments, timeoutSeconds: 60)
        try #require(outcome.status == 0, "\(outcome)")
        // One rank speaks; steps of equally many rows.
        let match = try #require(
            outcome.output.wholeMatch(of: /6 steps, mean loss ([0-9.]+), (.+)\n/), "\(outcome)")
        let losses = try workshop.values("own")
        let mean = losses.reduce(0, +) / 6
        let printed = try #require(Double(match.1))
        #expect(abs(printed - mean) < 1e-3, "\(outcome) \(losses)")
        #expect(match.2 == "\(workshop.path)/host")
        #expect(try workshop.bytes("host/model.safetensors") == workshop.bytes("own/model.safetensors"))
        #expect(try workshop.values("host") == workshop.values("own"))
        #expect(try workshop.bytes("own/model.safetensors") != workshop.bytes("model/model.safetensors"))
    }

    @Test("oneDNN finds the program's own thread pool there")
    func threadPool() throws {
        let symbols = try MPIRun.run(["nm", "--dynamic", "--defined-only", try host()], timeoutSeconds: 60)
        let names = symbols.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
        #expect(names.contains("GOMP_parallel"), "\(symbols.errors)")
    }

    @Test("a wrong recipe is an error of the library's, with its line and keys")
    func wrongRecipe() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "host", ["learning_rat": "1e-3", "max_steps": "few"])
        let outcome = try MPIRun.run([try host(), recipe], timeoutSeconds: 60)
        #expect(outcome.status == 2)
        #expect(outcome.errors.hasPrefix("example-host: keys at fault: "), "\(outcome)")
        #expect(outcome.errors.contains(": learning_rat is not a known key. Did you mean learning_rate?"))
        #expect(outcome.errors.contains(": max_steps must be "))
    }
}
