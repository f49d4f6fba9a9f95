// launch/test must not let skipped tests or an empty run pass; a stand-in for Swift prints what a run would.
import Foundation
import Testing

@Suite struct TestRunTests {
    private static let passed = "✔ Test run with 4 tests in 1 suite passed after 0.001 seconds."

    @Test("A run without skipped tests passes, and the runner's closing line is the last one")
    func passes() throws {
        let result = try Self.launchTest(printing: [
            "✔ Test \"Blank rows are skipped\" passed after 0.1 seconds.",
            // The runner repeats the arguments of a test case.
            "◇ Test case passing 1 argument line → \"\t Executed 3 tests, with 1 test skipped\" to \"T\" started.",
            "◇ Test case passing 1 argument line → \"➜ Suite S skipped.\" to \"T\" started.", Self.passed,
        ])
        #expect(result.status == 0, "\(result)")
        #expect(result.output.hasSuffix(Self.passed + "\n"))
    }

    @Test(
        "A skipped test fails the run and is named",
        arguments: [
            "➜ Test \"Off\" skipped: \"because\"", "➜ Suite \"S\" skipped.", "➜ Test off() skipped.",
            "\t Executed 3 tests, with 1 test skipped and 0 failures (0 unexpected) in 0.1 (0.1) seconds",
        ])
    func failsForSkipped(line: String) throws {
        let result = try Self.launchTest(printing: [line, Self.passed])
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains(line.trimmingCharacters(in: .whitespaces)))
    }

    @Test("A run of no tests fails")
    func failsForNothing() throws {
        let result = try Self.launchTest(printing: [
            "✔ Test run with 0 tests in 0 suites passed after 0.001 seconds."
        ])
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("did not report a single test"))
    }

    @Test("A failing run hands on its code")
    func handsOnFailure() throws {
        let result = try Self.launchTest(
            printing: ["✘ Test run with 4 tests failed after 0.1 seconds."], code: 3)
        #expect(result.status == 3, "\(result)")
    }

    private static func launchTest(printing lines: [String], code: Int = 0) throws -> CommandResult {
        let copy = try ScriptCopy()
        try copy.addProgram("launch/setup", "exit 0")
        let names =
            "config.json tokenizer.json tokenizer_config.json special_tokens_map.json vocab.txt model.safetensors"
        let prepared = try bash(
            "mkdir -p .models/all-MiniLM-L6-v2; for n in \(names); do echo x >.models/all-MiniLM-L6-v2/$n; done",
            in: copy.root)
        try #require(prepared.status == 0)
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
            to: URL(fileURLWithPath: copy.path("lines")))
        try copy.addProgram(
            "swift", "if [[ $1 == test ]]; then cat '\(copy.path("lines"))'; exit \(code); fi")
        return try run([copy.path("launch/test")], environment: ["PATH": copy.searchPath])
    }
}
