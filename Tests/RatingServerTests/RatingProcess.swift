// `lockstep rate serve` as its users start it: a process of its own, which a test may kill.

import Dispatch
import Foundation
import JSON
import Ratings
import TestSupport

extension TemporaryFolder {
    /// Predictions of a system on questions with markup in them.
    @discardableResult
    func predictions(_ system: String, rows: Int) throws -> String {
        let lines = (0..<rows).map { row in
            #"{"prompt": "Question \#(row): <script>alert(1)</script> & <b>why</b>?", "#
                + #""prediction": "\#(system) answers \#(row) <img src=x onerror=alert(2)>"}"#
        }
        return try write(lines.joined(separator: "\n") + "\n", to: system + ".jsonl")
    }

    /// Runs `lockstep rate` to its end.
    func rate(_ arguments: [String]) throws -> JobOutcome {
        try MPIRun.run([Products.path(of: "lockstep"), "rate"] + arguments, timeoutSeconds: 60)
    }

    /// The ratings on the disk.
    func ratings(_ folder: String = "r") throws -> FinalRatings {
        let directory = path + "/" + folder
        return try FinalRatings(directory: directory, items: RatingItems(directory: directory))
    }
}

/// A server that runs until it is ended.
final class RatingProcess {
    private let process = Process()
    private let hasEnded = DispatchSemaphore(value: 0)
    private let outputPath: String
    private let errorPath: String
    /// Where the page is.
    private(set) var address = ""
    private(set) var port = 0

    /// Starts `lockstep rate serve` and waits until it says its address.
    init(_ workshop: TemporaryFolder, _ arguments: [String], port: Int = 0) throws {
        outputPath = try workshop.write("", to: "output-\(UUID().uuidString)")
        errorPath = try workshop.write("", to: "errors-\(UUID().uuidString)")
        process.executableURL = URL(fileURLWithPath: Products.path(of: "lockstep"))
        process.arguments =
            ["rate", "serve", "--output_dir", workshop.path + "/r", "--port", String(port)] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorPath)
        process.terminationHandler = { [hasEnded] _ in hasEnded.signal() }
        try process.run()
        let deadline = Date(timeIntervalSinceNow: 30)
        while address.isEmpty {
            guard Date() < deadline, process.isRunning else {
                throw ConnectionError("the server did not start: \(try output) \(try errors)")
            }
            Thread.sleep(forTimeInterval: 0.01)
            if let line = try output.split(separator: "\n").first, try output.contains("\n") {
                address = String(line.dropFirst("Rating page: ".count))
            }
        }
        self.port = URLComponents(string: address)?.port ?? 0
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var output: String { get throws { try String(contentsOfFile: outputPath, encoding: .utf8) } }
    var errors: String { get throws { try String(contentsOfFile: errorPath, encoding: .utf8) } }

    /// Sends a signal and waits for the end. Returns the exit code, 128 + signal when the signal ended it.
    @discardableResult
    func end(by signal: Int32) throws -> Int32 {
        kill(process.processIdentifier, signal)
        guard hasEnded.wait(timeout: .now() + 30) == .success else {
            throw ConnectionError("the server still runs after signal \(signal)")
        }
        return (process.terminationReason == .uncaughtSignal ? 128 : 0) + process.terminationStatus
    }

    /// Gets a page.
    func get(_ path: String, headers: [(String, String)] = []) throws -> HTTPReply {
        try HTTPClient.send("GET", port: port, path, headers: headers)
    }

    /// Sends a rating as the page does; later pairs replace members of the same name.
    func post(
        _ members: [(String, String)], headers: [(String, String)] = [("Content-Type", "application/json")]
    ) throws -> HTTPReply {
        var all = [
            ("set", "\"\(try set)\""), ("rater", "\"ann\""), ("item", "1"), ("letter", "\"A\""),
            ("criterion", "\"correctness\""), ("rating", "3"),
        ]
        for (name, value) in members {
            all.removeAll { $0.0 == name }
            all.append((name, value))
        }
        let body = "{" + all.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
        return try HTTPClient.send("POST", port: port, "/api/rating", headers: headers, body: body)
    }

    /// The fingerprint that ratings carry.
    var set: String { get throws { try get("/api/session?rater=ann").json["set"]?.string ?? "" } }
}
