// What only a process of its own can show of files that are written whole: kills, limits, umask, users.

import Files
import Foundation
import TestSupport
import Testing

/// The error that `body` throws.
private func failure(_ body: () throws(FilesError) -> Void) -> FilesError? {
    do {
        try body()
        return nil
    } catch { return error }
}

@Suite struct PendingFileProcessTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a process that is killed while it writes leaves the old file whole and nothing else")
    func killed() async throws {
        let path = try folder.write("before", to: "out")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let file = try PendingFile(path: path)
            let block = [UInt8](repeating: 0x61, count: 1 << 20)
            for _ in 0..<4 { try file.write(block) }
            kill(getpid(), SIGKILL)
        }
        #expect(try folder.text(of: "out") == "before")
        #expect(try folder.names == ["out"])
    }

    @Test("a file may be killed at any time: its name leads to the old bytes or to the new, all of them")
    func killedAnywhere() async throws {
        let path = try folder.write(String(repeating: "0", count: 300_000), to: "out")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let writer = Thread {
                for round in 0... {
                    let bytes = [UInt8](repeating: 0x30 + UInt8(round % 10), count: 300_000)
                    do { try FileSystem.write(bytes, to: path) } catch { exit(3) }
                }
            }
            writer.start()
            usleep(UInt32.random(in: 20_000...60_000))
            kill(getpid(), SIGKILL)
        }
        let bytes = try FileSystem.bytes(of: path)
        #expect(bytes.count == 300_000 && Set(bytes).count == 1)
    }

    @Test(
        "files have the permissions 0666 less the umask, those before them or not",
        arguments: [(0o002, 0o664), (0o022, 0o644), (0o077, 0o600)])
    func umask(mask: Int, expected: Int) async throws {
        let old = try folder.write("x", to: "old")
        #expect(unsafe chmod(old, 0o640) == 0)
        let path = folder.path
        await #expect(processExitsWith: .success) { [path = path as String, mask = mask as Int] in
            Foundation.umask(mode_t(mask))
            for name in ["old", "new"] { try FileSystem.write("y", to: path + "/" + name) }
            let named = try PendingFile(path: path + "/named", canBeNameless: false)
            try named.finish()
            _ = try AppendedFile(path: path + "/log")
            try FileSystem.createDirectory(path + "/a/b")
        }
        for name in ["old", "new", "named", "log"] {
            let found = try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.posixPermissions]
            #expect(found as? Int == expected, "\(name)")
        }
        let inner = try FileManager.default.attributesOfItem(atPath: path + "/a/b")[.posixPermissions]
        #expect(inner as? Int == 0o777 & ~mask)
    }

    @Test("a user who may not write into a folder is told so, and nothing is changed")
    func readOnlyFolder() async throws {
        let path = folder.path
        try folder.write("x", to: "old")
        #expect(unsafe chmod(path, 0o555) == 0)
        await #expect(processExitsWith: .success) { [path = path as String] in
            if geteuid() == 0, setuid(65_534) != 0 { exit(2) }
            let refusal = FilesError.notPermitted(path: path + "/old", .written, reason: "Permission denied")
            for canBeNameless in [true, false] {
                let found = failure { () throws(FilesError) in
                    _ = try PendingFile(path: path + "/old", canBeNameless: canBeNameless)
                }
                if found != refusal { exit(3) }
            }
            if FileSystem.isWritable(path) { exit(5) }
        }
        #expect(unsafe chmod(path, 0o755) == 0)
        #expect(try folder.text(of: "old") == "x")
    }

    @Test("a file that may not grow as large is an error, and the old one stays")
    func limited() async throws {
        let path = try folder.write("before", to: "out")
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4_096, rlim_max: 4_096)
            guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
            let found = failure { () throws(FilesError) in
                try FileSystem.write([UInt8](repeating: 1, count: 10_000), to: path)
            }
            if found != .failed(path: path, .written, reason: "File too large") { exit(3) }
        }
        #expect(try folder.text(of: "out") == "before")
        #expect(try folder.names == ["out"])
    }

    @Test("standard output on a full disk is an error, a closed standard error is none")
    func streams() async {
        await #expect(processExitsWith: .success) {
            close(STDERR_FILENO)
            StandardError.write("lost\n")
            guard dup2(unsafe open("/dev/full", O_WRONLY), STDOUT_FILENO) == STDOUT_FILENO else { exit(2) }
            let full = FilesError.noSpace(
                path: "standard output", .written, reason: "No space left on device")
            if failure({ () throws(FilesError) in try StandardOutput.write("x") }) != full { exit(3) }
            let lines = try LineWriter(path: "-")
            try lines.write("y")
            if failure({ () throws(FilesError) in try lines.finish() }) != full { exit(4) }
        }
    }
}
