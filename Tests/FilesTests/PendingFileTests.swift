// Files that are written whole: what stands under the name at any time, and what is left of one that is not
// finished.

import Files
import Foundation
import TestSupport
import Testing

/// With a name of no file until the end, and as on file systems that cannot do that.
private let ways = [true, false]

@Suite struct PendingFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func permissions(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)[.posixPermissions] as? Int
    }

    @Test(
        "a file replaces the one before when it is finished; nothing stays of one that is discarded or dropped",
        arguments: ways)
    func replacing(canBeNameless: Bool) throws {
        let path = try folder.write("before", to: "out")
        for end in ["drop", "discard", "finish"] {
            let file = try PendingFile(path: path, canBeNameless: canBeNameless)
            try file.write(Array("after".utf8))
            #expect(try folder.text(of: "out") == "before")
            #expect(try folder.names.count == (canBeNameless ? 1 : 2))
            if end == "finish" { try file.finish() }
            if end == "discard" { try file.discard() }
            if end == "drop" { continue }
            #expect(try folder.names == ["out"])
        }
        #expect(try folder.text(of: "out") == "after")
        #expect(try folder.names == ["out"])
    }

    @Test("a new file, one with a long name, and one beside what another process left", arguments: ways)
    func newFiles(canBeNameless: Bool) throws {
        let names = ["new", String(repeating: "n", count: 250), String(repeating: "語", count: 80)]
        for name in names + names {
            let left = folder.path + "/.\(name.prefix(55)).partial-\(getpid())"
            try Data("left".utf8).write(to: URL(fileURLWithPath: left))
            let file = try PendingFile(path: folder.path + "/" + name, canBeNameless: canBeNameless)
            try file.write([0x61])
            try file.finish()
            #expect(try folder.text(of: name) == "a")
            if FileManager.default.fileExists(atPath: left) {
                try FileManager.default.removeItem(atPath: left)
            }
        }
        #expect(try folder.names == names.sorted())
    }

    @Test("a link is replaced, and what it leads to stays as it is", arguments: ways)
    func links(canBeNameless: Bool) throws {
        let files = FileManager.default
        try folder.write("shared", to: "blob")
        for (name, target) in [("link", "blob"), ("dangling", "nowhere")] {
            try files.createSymbolicLink(atPath: folder.path + "/" + name, withDestinationPath: target)
            let file = try PendingFile(path: folder.path + "/" + name, canBeNameless: canBeNameless)
            try file.write(Array("own".utf8))
            try file.finish()
            #expect(try folder.text(of: name) == "own")
            let type = try files.attributesOfItem(atPath: folder.path + "/" + name)[.type]
            #expect(type as? FileAttributeType == .typeRegular)
        }
        #expect(try folder.text(of: "blob") == "shared")
        #expect(try folder.names == ["blob", "dangling", "link"])
    }

    @Test("a pipe is written to and stays a pipe; devices and links to them are written as they stand")
    func special() throws {
        let path = folder.path + "/pipe"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let reader = try #require(FileHandle(forUpdatingAtPath: path))
        try FileSystem.write("line", to: path)
        #expect(try reader.read(upToCount: 4) == Data("line".utf8))
        #expect(FileSystem.kind(of: path) == .special)
        let link = folder.path + "/null"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
        for path in ["/dev/null", link] {
            try FileSystem.write("nothing", to: path)
            #expect(FileSystem.kind(of: path) == .special)
        }
        #expect(try folder.names == ["null", "pipe"])
    }

    @Test("the link of an open file in /proc is appended to and not replaced")
    func openFiles() throws {
        let path = try folder.write("before, ", to: "log")
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try FileSystem.write("after", to: "/proc/self/fd/\(handle.fileDescriptor)")
        #expect(try folder.text(of: "log") == "before, after")
        #expect(try folder.names == ["log"])
    }

    @Test("a folder, a missing folder and a file on the way are refused at once", arguments: ways)
    func refusals(canBeNameless: Bool) throws {
        let file = try folder.write("x", to: "file")
        let wrong: [(path: String, FilesError)] = [
            (folder.path, .isDirectory(path: folder.path, .written)),
            (folder.path + "/new/", .isDirectory(path: folder.path + "/new/", .written)),
            (folder.path + "/none/out", .missing(path: folder.path + "/none/out", .written)),
            (file + "/out", .notADirectory(path: file + "/out", .written)),
        ]
        for (path, error) in wrong {
            #expect(throws: error) { try PendingFile(path: path, canBeNameless: canBeNameless) }
        }
        #expect(try folder.names == ["file"])
    }

    @Test("a full disk is an error that names the path, and the device stays")
    func fullDisk() throws {
        let error = FilesError.noSpace(path: "/dev/full", .written, reason: "No space left on device")
        #expect(throws: error) { try FileSystem.write("x", to: "/dev/full") }
        #expect(FileSystem.kind(of: "/dev/full") == .special)
    }

    @Test("a secret may be read by its owner alone")
    func secret() throws {
        try FileSystem.write(Array("s".utf8), to: folder.path + "/secret", isSecret: true)
        #expect(try permissions("secret") == 0o600)
    }
}
