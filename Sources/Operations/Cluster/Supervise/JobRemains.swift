// What a job of Open MPI leaves on a host when it is killed, found and removed without touching any other
// job's.

package import Files
internal import Foundation
internal import Machine

/// The traces of one job: a folder of its own, which Open MPI is told to keep its session in, tells them
/// from those of others.
package struct JobRemains: Equatable, Sendable {
    /// Open MPI's parameter for the folder that its session folders are made in.
    package static let parameter = "orte_tmpdir_base"

    /// The folder of this job alone.
    package let folder: String
    /// Where Open MPI keeps shared memory.
    private let sharedMemory: String

    package init(folder: String, sharedMemory: String = "/dev/shm") {
        (self.folder, self.sharedMemory) = (folder, sharedMemory)
    }

    /// The job's processes on this host that are alive: those that were told of the folder, by their
    /// environment or their command line. This process is none of them.
    package var processes: [Int32] {
        let own = ProcessInfo.processInfo.processIdentifier
        let numbers = ((try? FileSystem.names(in: "/proc")) ?? []).compactMap { Int32($0) }
        return numbers.filter { number in
            number != own && ["environ", "cmdline"].contains { isNamed(in: "/proc/\(number)/\($0)") }
        }
    }

    private func isNamed(in path: String) -> Bool {
        guard let bytes = try? FileSystem.bytes(of: path, limit: 1 << 22) else { return false }
        return bytes.split(separator: 0).contains { word in
            let text = String(decoding: word, as: UTF8.self)
            return text == folder || text == "OMPI_MCA_\(Self.parameter)=\(folder)"
        }
    }

    /// Ends the job's processes at once, and waits until they are gone; false when some stay.
    @discardableResult
    package func endProcesses(waitingSeconds: Double = 5) -> Bool {
        let deadline = ContinuousClock.now + .seconds(waitingSeconds)
        while true {
            let rest = processes
            guard !rest.isEmpty else { return true }
            guard ContinuousClock.now < deadline else { return false }
            for process in rest { kill(process, SIGKILL) }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// The first half of the job's number, in hexadecimal, which is in the names of its shared memory; nil
    /// where no session was begun.
    package var family: String? {
        for path in contactFiles {
            guard let bytes = try? FileSystem.start(of: path, count: 64) else { continue }
            // `1944059904.0;tcp://…`: the launcher's own number.
            let digits = bytes.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            guard let number = UInt32(String(decoding: digits, as: UTF8.self)) else { continue }
            let text = String(number >> 16, radix: 16)
            return text
        }
        return nil
    }

    /// `ompi.HOST.USER/pid.N/contact.txt`.
    private var contactFiles: [String] {
        names(in: folder).filter { $0.hasPrefix("ompi.") }.flatMap { session in
            names(in: folder + "/" + session).map { "\(folder)/\(session)/\($0)/contact.txt" }
        }.filter(FileSystem.isFile)
    }

    /// Removes the job's folder and its shared memory, and returns the names of what was there. `family`
    /// comes from the host of the launcher, where the others have none.
    @discardableResult
    package func remove(family given: String? = nil) throws(FilesError) -> [String] {
        var removed: [String] = []
        if let family = given ?? family {
            // vader_segment.HOST.USER.NUMBER.RANK, where the number has four more digits for the job of the
            // family.
            for name in names(in: sharedMemory) where Self.isSegment(name, of: family) {
                try FileSystem.remove(sharedMemory + "/" + name)
                removed.append(name)
            }
        }
        if FileSystem.exists(folder) {
            if !names(in: folder).isEmpty { removed.append(folder) }
            try FileSystem.remove(folder)
        }
        return removed
    }

    static func isSegment(_ name: String, of family: String) -> Bool {
        let parts = name.split(separator: ".")
        guard name.hasPrefix("vader_segment."), parts.count >= 5 else { return false }
        let number = parts[parts.count - 2]
        return number.count == family.count + 4 && number.hasPrefix(family)
    }

    private func names(in folder: String) -> [String] { (try? FileSystem.names(in: folder)) ?? [] }
}
