// The launcher of a job as a child process, whose last words are kept.

internal import Files
internal import Foundation

/// A command that runs. Its standard error goes on to that of this process.
package final class SupervisedProcess {
    private let process = Process()
    private let words = LastWords()
    private let hasEnded = DispatchSemaphore(value: 0)
    private let hasRead = DispatchSemaphore(value: 0)

    /// Starts the command, whose first word is looked up in PATH. It is in a process group of its own, so
    /// that a terminal's Ctrl-C reaches this process alone.
    package init(_ command: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardError = pipe
        process.terminationHandler = { [hasEnded] _ in hasEnded.signal() }
        try process.run()
        let descriptor = pipe.fileHandleForReading
        Thread.detachNewThread { [words, hasRead] in
            while true {
                let data = descriptor.availableData
                guard !data.isEmpty else { break }
                StandardError.write(String(decoding: data, as: UTF8.self))
                words.add(data)
            }
            hasRead.signal()
        }
    }

    package var identifier: Int32 { process.processIdentifier }
    /// Bytes that it has printed on standard error.
    package var printedByteCount: Int { words.byteCount }
    package var lastLines: [String] { words.lines }

    /// Whether it is dead, although its end is not told: that comes when its children, such as the ranks of
    /// an mpirun that was killed, have ended too.
    package var isDead: Bool {
        guard let bytes = try? FileSystem.bytes(of: "/proc/\(identifier)/stat", limit: 4096),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return true }
        return bytes[end...].dropFirst(2).first == UInt8(ascii: "Z")
    }

    /// Waits for its end; false when it still runs after that time.
    package func wait(seconds: Double) -> Bool { hasEnded.wait(timeout: .now() + seconds) == .success }

    /// Waits until all was read that it and its children printed: all who could still print are gone.
    package func waitForLastWords(seconds: Double) { _ = hasRead.wait(timeout: .now() + seconds) }

    package func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Exit code after the end, 128 and the number of a signal that ended it.
    package var status: Int32 {
        process.terminationReason == .uncaughtSignal
            ? 128 + process.terminationStatus : process.terminationStatus
    }
}
