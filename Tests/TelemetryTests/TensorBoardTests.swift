// Event files, against those of TensorBoard's own writer.

import Foundation
import Telemetry
import TestSupport
import Testing

@Suite struct TensorBoardTests {
    private func golden(_ name: String) throws -> Data {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try Data(contentsOf: folder.appendingPathComponent("Goldens/" + name))
    }

    @Test("figures, texts and settings are written bit by bit as TensorBoard's own writer does")
    func golden() throws {
        let folder = try TemporaryFolder()
        let writer = try TensorBoardWriter(
            directory: folder.path, hostName: "node07", resumingAfterStep: 40,
            settings: [
                ("task", .text("text-classification")), ("learning_rate", .number(2e-5)),
                ("bf16", .flag(true)),
            ], texts: [("recipe", "    task: text-classification\n    seed: 1ä")], clock: { 1.5e9 + 0.25 })
        try writer.record(
            RunFigures(
                step: 50,
                values: [("epoch", 0.5), ("loss", 0.7), ("eval_f1", 0.1), ("train_runtime", .nan)]))
        let before = try Data(contentsOf: URL(fileURLWithPath: writer.path)).count
        #expect(try writer.end(.finished).isEmpty)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: writer.path))
        #expect(bytes.count > before)
        #expect(try bytes == golden("events.bin"))
        let name = URL(fileURLWithPath: writer.path).lastPathComponent
        let process = ProcessInfo.processInfo.processIdentifier
        #expect(name == "events.out.tfevents.1500000000.node07.\(process).0")
    }

    @Test("a run that was stopped or failed is no success to TensorBoard, and says why")
    func outcomes() throws {
        func end(_ outcome: RunOutcome) throws -> Data {
            let folder = try TemporaryFolder()
            let writer = try TensorBoardWriter(
                directory: folder.path, hostName: "a", settings: [], clock: { 1.5e9 })
            let before = try Data(contentsOf: URL(fileURLWithPath: writer.path)).count
            _ = try writer.end(outcome)
            return try Data(contentsOf: URL(fileURLWithPath: writer.path)).dropFirst(before)
        }
        let (finished, stopped) = (try end(.finished), try end(.stopped(step: 7)))
        let failed = try end(.failed("no room on the disk"))
        // SessionEndInfo of HParamsPluginData: field 1 is the status; 1 is success, 2 failure, 0 is left out.
        #expect(finished.contains(sequence: [0x08, 0x01, 0x11]))
        #expect(!stopped.contains(sequence: [0x08, 0x01, 0x11]))
        #expect(failed.contains(sequence: [0x08, 0x02, 0x11]))
        #expect(stopped.contains(sequence: Array("stopped on request after step 7".utf8)))
        #expect(failed.contains(sequence: Array("no room on the disk".utf8)))
    }

    @Test("a second file of the same second has the next number, and a run from the start no session log")
    func names() throws {
        let folder = try TemporaryFolder()
        func writer() throws -> TensorBoardWriter {
            try TensorBoardWriter(
                directory: folder.path, hostName: "a", settings: [], clock: { 1.5e9 })
        }
        let (first, second) = (try writer(), try writer())
        #expect(first.path.hasSuffix(".0") && second.path.hasSuffix(".1"))
        let start = try Data(contentsOf: URL(fileURLWithPath: first.path))
        #expect(try golden("events.bin").count > start.count)
        try second.record(RunFigures(step: 1, values: []))
        #expect(try Data(contentsOf: URL(fileURLWithPath: second.path)) == start)
    }

    @Test("what one observer throws does not keep figures from the others, and is thrown once")
    func failures() throws {
        final class Failing: RunObserver {
            struct Planned: Error {}
            func record(_ figures: RunFigures) throws { throw Planned() }
            func end(_ outcome: RunOutcome) throws -> [String] { ["first"] }
        }
        final class Counting: RunObserver {
            var steps: [Int] = []
            func record(_ figures: RunFigures) throws { steps.append(figures.step) }
            func end(_ outcome: RunOutcome) throws -> [String] {
                steps.append(outcome == .finished ? -1 : -2)
                return ["second"]
            }
        }
        let counting = Counting()
        let observers = RunObservers([Failing(), counting])
        observers.record(RunFigures(step: 1, values: [("loss", 1)]))
        #expect(throws: Failing.Planned.self) { try observers.throwFailure() }
        try observers.throwFailure()
        #expect(observers.end(.finished) == ["first", "second"])
        #expect(observers.end(.failed("late")).isEmpty, "a run ends once")
        #expect(counting.steps == [1, -1])
    }

    @Test("a folder that cannot be written is named")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        let missing = folder.path + "/none"
        let error = #expect(throws: TelemetryError.self) {
            _ = try TensorBoardWriter(directory: missing, hostName: "a", settings: [])
        }
        #expect(error?.description.contains(missing) == true)
    }
}

extension Data {
    fileprivate func contains(sequence: [UInt8]) -> Bool { range(of: Data(sequence)) != nil }
}
