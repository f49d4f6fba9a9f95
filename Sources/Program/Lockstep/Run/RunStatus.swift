// Keeps job.json in the folder of a run: how far the job is, and why it failed.

package import Cluster
internal import DataParallel
package import Files
internal import Foundation
internal import JSON
internal import Synchronization

/// The record of the run that this process works on, if it has come to its first step. What supervises the
/// job reads it after the end, whatever that was.
package final class RunStatus: Sendable {
    /// Folder of the run that this process works on; a rank that fails leaves its reason there.
    private static let folder = Mutex<String?>(nil)

    private struct State {
        let file: RewrittenFile
        var record: JobRecord
    }

    private let state: Mutex<State>
    private let folder: String

    /// Writes the record of a job that is about to make its first step; on rank 0.
    package init(folder: String, step: Int, hosts: [JobRecord.Host]) throws(FilesError) {
        self.folder = folder
        let file = try RewrittenFile(path: folder + "/" + JobRecord.fileName)
        let started = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let record = JobRecord(
            started: started, process: Int(ProcessInfo.processInfo.processIdentifier), step: step,
            hosts: hosts)
        try file.write(Self.bytes(record))
        state = Mutex(State(file: file, record: record))
    }

    /// The last step that was finished.
    package func set(step: Int) throws(FilesError) {
        try state.withLock { (state) throws(FilesError) in
            state.record.step = step
            try state.file.write(Self.bytes(state.record))
        }
    }

    /// Removes the record: the job ends well.
    package func remove() throws(FilesError) {
        Self.leave()
        try FileSystem.remove(folder + "/" + JobRecord.fileName)
    }

    /// From now on a failure of this process is written to the folder's record.
    package static func enter(_ directory: String) { folder.withLock { $0 = directory } }

    /// The run in the folder is over.
    package static func leave() { folder.withLock { $0 = nil } }

    /// Writes why this process fails into the record of its run, which says how far it came. Where there is
    /// none, the exit code alone tells: nothing is made in a folder that may be another's.
    package static func fail(_ kind: FailureKind, _ message: String, at place: String) {
        guard let directory = folder.withLock(\.self) else { return }
        let path = directory + "/" + JobRecord.fileName
        guard let bytes = try? FileSystem.bytesIfPresent(of: path), var record = JobRecord(bytes),
            record.failure == nil, let file = try? RewrittenFile(path: path)
        else { return }
        record.failure = JobRecord.Failure(kind: kind, message: message, place: place)
        do { try file.write(Self.bytes(record)) } catch {
            StandardError.write("warning: \(path) does not say why the job ended: \(error)\n")
        }
    }

    private static func bytes(_ record: JobRecord) -> [UInt8] { Array((record.json.json + "\n").utf8) }
}
