// Runs a format's reader over many damaged inputs, within limits of time and memory that end the process.

import Foundation

/// Fuzzing runs. Start them in a process of their own (an exit test): a trap, a hang and a lack of memory end
/// it, and the input that did it lies in the file that `record` names.
package enum Fuzzing {
    /// Processor seconds that one input may take; inputs take milliseconds.
    private static let secondsPerInput = 20

    /// Where the input stands that is being read; the file stays when the process ends there.
    package static func record(_ name: String) -> String { NSTemporaryDirectory() + "/lockstep-fuzz-\(name)" }

    /// Where long runs append how many inputs each format read: a process of its own has no output here.
    private static var counts: String { NSTemporaryDirectory() + "/lockstep-fuzz-counts" }

    /// Reads `inputs` damaged samples, or as many as fit into the seconds that LOCKSTEP_FUZZ_SECONDS says,
    /// from the seed LOCKSTEP_FUZZ_SEED or 1. First the samples themselves must be read without an error.
    ///
    /// Throws `FuzzFailure` at the first input whose error does not name the place, or that `read` finds
    /// wrong.
    package static func run(_ format: FuzzedFormat, inputs: Int) throws {
        let variables = ProcessInfo.processInfo.environment
        let seed = variables["LOCKSTEP_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
        let seconds = variables["LOCKSTEP_FUZZ_SECONDS"].flatMap { Double($0) }
        try ProcessLimits.setMemory(growth: format.memoryGrowth)
        let path = record(format.name)
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        for sample in format.samples { try read(sample, as: format, mayFail: false, recording: file) }
        let mutator = Mutator(words: format.words, samples: format.samples, byteLimit: format.byteLimit)
        let end = seconds.map { Date(timeIntervalSinceNow: $0) }
        var count = 0
        while end.map({ $0 > Date() }) ?? (count < inputs) {
            var random = FuzzRandom(seed: seed, input: count)
            let input = mutator.input(from: random.choice(format.samples), &random)
            try read(input, as: format, mayFail: true, recording: file)
            count += 1
        }
        try file.close()
        try FileManager.default.removeItem(atPath: path)
        if let seconds { try report("\(format.name): \(count) inputs from seed \(seed) in \(seconds) s") }
    }

    private static func read(
        _ input: [UInt8], as format: FuzzedFormat, mayFail: Bool, recording file: FileHandle
    ) throws {
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(input))
        try ProcessLimits.setDeadline(seconds: secondsPerInput)
        do {
            try format.read(input)
        } catch let failure as FuzzFailure {
            throw failure
        } catch {
            let sentence = String(describing: error)
            guard mayFail else { throw FuzzFailure("a sample of \(format.name) is refused: \(sentence)") }
            guard sentence.contains(format.place) else {
                throw FuzzFailure("an error of \(format.name) does not name \(format.place): \(sentence)")
            }
        }
        try ProcessLimits.setDeadline(seconds: 0)
    }

    private static func report(_ line: String) throws {
        if !FileManager.default.fileExists(atPath: counts) {
            try Data().write(to: URL(fileURLWithPath: counts))
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: counts))
        try file.seekToEnd()
        try file.write(contentsOf: Data((line + "\n").utf8))
        try file.close()
    }
}
