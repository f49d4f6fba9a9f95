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

    @Test("A run of which a part has no tests fails", arguments: [true, false])
    func failsForNothing(first: Bool) throws {
        let empty = "✔ Test run with 0 tests in 0 suites passed after 0.001 seconds."
        let result = try Self.launchTest(
            printing: [first ? empty : Self.passed], thenPrinting: [first ? Self.passed : empty])
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("did not report both parts as passed"))
    }

    @Test("The slowest tests come with their times, at most 20 and the slowest first")
    func slowestTests() throws {
        let lines = (1...25).map { "✔ Test \"Number \($0)\" passed after \($0).5 seconds." }
        let others = [
            "✔ Test plain() passed after 0.001 seconds.", "✔ Suite S passed after 99.0 seconds.",
            "✔ Test case passing 1 argument n → 2 (Int) to \"Many\" passed after 77.0 seconds.",
            "✔ Test \"Many\" with 3 test cases passed after 100.25 seconds.",
        ]
        for locale in ["C", "C.UTF-8"] {
            let result = try Self.launchTest(printing: lines + others + [Self.passed], locale: locale)
            #expect(result.status == 0, "\(result)")
            let parts = result.output.split(separator: "-- slowest tests\n")
            let listed = try #require(parts.last).split(separator: "\n").prefix { !$0.hasPrefix("--") }
            let expected =
                ["100.25 s  \"Many\" with 3 test cases"]
                + (7...25).reversed().map { "\($0).5 s  \"Number \($0)\"" }
            #expect(listed.map(String.init) == expected, "\(locale)")
            #expect(try #require(parts.last).contains(/\n-- set-up \d+ s, model .* in all \d+ s\n/))
        }
    }

    @Test("What is not in order before the build ends the run")
    func failsForChecks() throws {
        let result = try Self.launchTest(printing: [Self.passed], checks: "exit 5")
        #expect(result.status == 5, "\(result)")
        #expect(!result.output.contains("Test run"))
    }

    @Test("A failing run hands on its code, and the tests with servers are run all the same")
    func handsOnFailure() throws {
        let result = try Self.launchTest(
            printing: ["✘ Test run with 4 tests failed after 0.1 seconds."], code: 3)
        #expect(result.status == 3, "\(result)")
        #expect(result.output.contains(Self.passed))
    }

    /// - Parameters:
    ///   - lines: what the runner prints for the first part, the tests without servers in their process.
    ///   - code: with which it ends then.
    ///   - last: what it prints for the second part, which ends with 0.
    private static func launchTest(
        printing lines: [String], code: Int = 0, thenPrinting last: [String] = [passed],
        locale: String = "C.UTF-8", checks: String = "exit 0"
    ) throws -> CommandResult {
        let copy = try ScriptCopy()
        try copy.addProgram("launch/setup", "exit 0")
        try copy.addProgram("launch/check", checks)
        let names =
            "config.json tokenizer.json tokenizer_config.json special_tokens_map.json vocab.txt model.safetensors"
        let prepared = try bash(
            "mkdir -p .models/all-MiniLM-L6-v2; for n in \(names); do echo x >.models/all-MiniLM-L6-v2/$n; done",
            in: copy.root)
        try #require(prepared.status == 0)
        for (name, lines) in [("lines", lines), ("last", last)] {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(
                to: URL(fileURLWithPath: copy.path(name)))
        }
        try copy.addProgram(
            "swift",
            """
            if [[ $1 == test && $* == *--skip-build*--skip* ]]; then cat '\(copy.path("lines"))'; exit \(code); fi
            if [[ $1 == test && $* == *--skip-build*--filter* ]]; then cat '\(copy.path("last"))'; fi
            """)
        return try run([copy.path("launch/test")], environment: ["PATH": copy.searchPath, "LC_ALL": locale])
    }
}
