// A folder with the toy model and generated data, in which a test runs the real program.

import Foundation
import JSON
import Models
import TestSupport

/// Gone with its last reference.
final class Workshop {
    private let folder: TemporaryFolder
    var path: String { folder.path }
    static var program: String { Products.path(of: "lockstep") }

    /// Makes the folder with `model/`, `train.jsonl` and `validation.jsonl`.
    init(trainRows: Int = 60, validationRows: Int = 23) throws {
        folder = try TemporaryFolder()
        try ToyModel.write(to: path + "/model")
        try write(ToyRow.rows(trainRows).jsonLines, to: "train.jsonl")
        try write(ToyRow.rows(validationRows, seed: 2).jsonLines, to: "validation.jsonl")
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try folder.write(text, to: name) }

    /// The lines of a recipe: `keys` over those that every run of these tests has; nil leaves a key out.
    func recipe(output: String, _ keys: KeyValuePairs<String, String?>) throws -> String {
        var values: [String: String] = [
            "model_name_or_path": path + "/model", "train_file": path + "/train.jsonl",
            "output_dir": path + "/" + output, "per_device_train_batch_size": "12",
            "learning_rate": "2e-3", "threads_per_rank": "1", "logging_steps": "1", "save_strategy": "\"no\"",
        ]
        for (key, value) in keys { values[key] = value }
        let lines = values.sorted { $0.key < $1.key }.map { "\($0): \($1)\n" }
        return try write(lines.joined(), to: output.replacing("/", with: "-") + ".yaml")
    }

    /// Runs `lockstep` with these arguments on so many ranks of mpirun; 0 means without a launcher.
    func lockstep(_ arguments: [String], ranks: Int = 0, seconds: Double = 60) throws -> JobOutcome {
        if ranks == 0 {
            return try MPIRun.run([Self.program] + arguments, timeoutSeconds: seconds)
        }
        return try MPIRun.run(
            ranks: ranks, executable: Self.program, arguments: arguments, timeoutSeconds: seconds)
    }

    /// Trains into the folder `output` and throws unless that ends well.
    @discardableResult
    func train(
        _ output: String, ranks: Int = 0, _ keys: KeyValuePairs<String, String?> = [:], flags: [String] = []
    ) throws -> JobOutcome {
        let recipe = try recipe(output: output, keys)
        return try succeed(["train", recipe] + flags, ranks: ranks)
    }

    /// Runs `lockstep` and throws unless it ends with code 0.
    @discardableResult
    func succeed(_ arguments: [String], ranks: Int = 0) throws -> JobOutcome {
        let outcome = try lockstep(arguments, ranks: ranks)
        guard outcome.status == 0 else { throw UnexpectedEnd(arguments: arguments, outcome: outcome) }
        return outcome
    }

    /// Names in a folder of the workshop, hidden ones too, sorted; none when there is no such folder.
    func names(_ folder: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: path + "/" + folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: bytes(name)) }

    /// The records of a run's metrics.jsonl that hold `key`, as lines.
    func records(_ output: String, with key: String = "loss") throws -> [String] {
        try text(output + "/metrics.jsonl").split(separator: "\n").map(String.init)
            .filter { $0.contains("\"\(key)\": ") }
    }

    /// The values of `key` in a run's metrics.jsonl.
    func values(_ output: String, _ key: String = "loss") throws -> [Double] {
        try records(output, with: key).compactMap { line in
            try JSONValue(parsing: Array(line.utf8))[key]?.double
        }
    }
}

/// A run that should have ended with code 0.
struct UnexpectedEnd: Error, CustomStringConvertible {
    let arguments: [String]
    let outcome: JobOutcome
    var description: String {
        "lockstep \(arguments.joined(separator: " ")) ended with \(outcome.status)\n\(outcome.output)\n"
            + outcome.errors
    }
}

/// The largest relative difference of two lists; infinite when they differ in length.
func largestRelativeDifference(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).map { abs($0 - $1) / max(abs($0), abs($1)) }.max() ?? 0
}
