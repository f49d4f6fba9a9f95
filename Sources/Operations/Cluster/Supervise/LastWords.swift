// The end of what a job printed, kept in case that it says why the job ended.

internal import Foundation
internal import Synchronization

/// The last lines of a stream of bytes that other threads read and write.
package final class LastWords: Sendable {
    private struct State {
        var lines: [String] = []
        var rest: [UInt8] = []
        var byteCount = 0
    }

    private let state = Mutex(State())
    private let lineLimit: Int
    private let lineByteLimit: Int

    package init(lineLimit: Int = 60, lineByteLimit: Int = 4096) {
        (self.lineLimit, self.lineByteLimit) = (lineLimit, lineByteLimit)
    }

    /// Bytes so far.
    package var byteCount: Int { state.withLock(\.byteCount) }

    /// The last lines, and behind them one that is not finished. A carriage return ends a line too:
    /// progress bars are drawn over by it.
    package var lines: [String] {
        state.withLock { state in
            let rest = String(decoding: state.rest, as: UTF8.self)
            return state.lines + (rest.isEmpty ? [] : [rest])
        }
    }

    package func add(_ bytes: some Sequence<UInt8>) {
        state.withLock { state in
            for byte in bytes {
                state.byteCount += 1
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                    if !state.rest.isEmpty { state.lines.append(String(decoding: state.rest, as: UTF8.self)) }
                    state.rest = []
                } else if state.rest.count < lineByteLimit {
                    state.rest.append(byte)
                }
            }
            if state.lines.count > lineLimit { state.lines.removeFirst(state.lines.count - lineLimit) }
        }
    }
}
