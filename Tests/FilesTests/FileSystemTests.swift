// Files and folders by their paths.

import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileSystemTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path }

    init() throws { folder = try TemporaryFolder() }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }

    @Test("files, folders, devices and links to them are told apart; a link to nowhere is nothing")
    func kinds() throws {
        try folder.write("x", to: "a/file")
        try link("to-file", to: "a/file")
        try link("to-folder", to: "a")
        try link("to-nowhere", to: "b")
        let kinds: [(String, FileSystem.Kind?)] = [
            ("/a/file", .file), ("/to-file", .file), ("/a", .directory), ("/a/", .directory),
            ("/to-folder", .directory), ("/to-nowhere", nil), ("/none", nil), ("/a/file/x", nil),
        ]
        for (name, kind) in kinds { #expect(FileSystem.kind(of: path + name) == kind, "\(name)") }
        #expect(FileSystem.kind(of: "/dev/null") == .special && FileSystem.isFile("/dev/null"))
        #expect(!FileSystem.isFile(path) && FileSystem.isDirectory(path))
    }

    @Test("the names in a folder are sorted, hidden ones too; of a file or nothing there are none")
    func names() throws {
        for name in ["b", ".a", "Ä", "a", "語"] { try folder.write("x", to: name) }
        #expect(try FileSystem.names(in: path) == [".a", "a", "b", "Ä", "語"].sorted())
        #expect(throws: FilesError.notADirectory(path: path + "/a", .read)) {
            try FileSystem.names(in: path + "/a")
        }
        #expect(throws: FilesError.missing(path: path + "/c", .read)) {
            try FileSystem.names(in: path + "/c")
        }
    }

    @Test("a file's bytes are read whole, also from /proc and from an empty file")
    func bytes() throws {
        let large = [UInt8]((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        try folder.write(large, to: "large")
        try folder.write("", to: "empty")
        #expect(try FileSystem.bytes(of: path + "/large") == large)
        #expect(try FileSystem.bytes(of: path + "/empty") == [])
        #expect(try FileSystem.bytes(of: "/proc/self/status").count > 100)
        #expect(try FileSystem.start(of: path + "/large", count: 5) == Array(large[..<5]))
        #expect(try FileSystem.start(of: path + "/empty", count: 5) == [])
        #expect(try FileSystem.bytesIfPresent(of: path + "/none") == nil)
        #expect(try FileSystem.bytesIfPresent(of: path + "/large/x") == nil)
        #expect(try FileSystem.byteCount(of: path + "/large") == 300_000)
    }

    @Test("what is not there, a folder and a file beyond the limit are refused")
    func unreadable() throws {
        try folder.write("12345", to: "file")
        #expect(try FileSystem.bytes(of: path + "/file", limit: 5).count == 5)
        let wrong: [(path: String, FilesError)] = [
            (path + "/none", .missing(path: path + "/none", .read)),
            (path, .isDirectory(path: path, .read)),
            (path + "/file/x", .notADirectory(path: path + "/file/x", .read)),
            (path + "/file", .tooLarge(path: path + "/file", limit: 4)),
            ("/dev/zero", .tooLarge(path: "/dev/zero", limit: 4)),
        ]
        for (path, error) in wrong {
            #expect(throws: error) { try FileSystem.bytes(of: path, limit: 4) }
        }
        #expect(throws: FilesError.isDirectory(path: path, .read)) {
            try FileSystem.bytesIfPresent(of: path)
        }
    }

    @Test("folders are made with those on the way; what is there already is no error, a file is")
    func createDirectory() throws {
        for _ in 0..<2 { try FileSystem.createDirectory(path + "/a/b/c/") }
        #expect(FileSystem.isDirectory(path + "/a/b/c"))
        try link("to-a", to: "a")
        try FileSystem.createDirectory(path + "/to-a")
        try folder.write("x", to: "file")
        for name in ["/file", "/file/d", "/file/d/e"] {
            #expect(throws: FilesError.notADirectory(path: path + name, .created)) {
                try FileSystem.createDirectory(path + name)
            }
        }
        #expect(try folder.names == ["a", "file", "to-a"])
    }

    @Test("the folder of a path")
    func folders() {
        let folders = [
            "a": ".", "a/b": "a", "/a": "/", "/": "/", "a/b/": "a", "./a": ".", "//a//b": "//a/", "a//": ".",
        ]
        for (path, folder) in folders { #expect(FileSystem.folder(of: path) == folder, "\(path)") }
        let names = ["a": "a", "a/b": "b", "/a": "a", "/": "/", "a/b/": "b", "../c//": "c"]
        for (path, name) in names { #expect(FileSystem.name(of: path) == name, "\(path)") }
    }

    @Test("a folder is removed with all that is in it, a link without what it leads to")
    func remove() throws {
        try folder.write("x", to: "kept/file")
        try folder.write("x", to: "doomed/a/b/file")
        try link("doomed/link", to: "../kept")
        try FileSystem.remove(path + "/doomed")
        #expect(try folder.names == ["kept"])
        #expect(try folder.text(of: "kept/file") == "x")
        #expect(throws: FilesError.missing(path: path + "/doomed", .removed)) {
            try FileSystem.remove(path + "/doomed")
        }
    }

    @Test("a file replaces another, and moves only to where nothing is")
    func rename() throws {
        try folder.write("1", to: "a")
        try folder.write("2", to: "b")
        try FileSystem.replace(path + "/b", by: path + "/a")
        #expect(try folder.names == ["b"] && folder.text(of: "b") == "1")
        try link("link", to: "nowhere")
        for name in ["b", "link"] {
            #expect(throws: FilesError.self) { try FileSystem.move(path + "/b", to: path + "/" + name) }
        }
        try FileSystem.move(path + "/b", to: path + "/c")
        #expect(try folder.names == ["c", "link"])
        #expect(throws: FilesError.missing(path: path + "/b", .renamed)) {
            try FileSystem.move(path + "/b", to: path + "/d")
        }
    }

    @Test("files and folders can be flushed, and room can be asked for")
    func disk() throws {
        try folder.write("x", to: "file")
        for name in ["", "/file"] { try FileSystem.synchronize(path + name) }
        let free = try FileSystem.freeByteCount(of: path)
        try FileSystem.requireSpace(free / 2, in: path)
        #expect {
            try FileSystem.requireSpace(1 << 60, in: path)
        } throws: { error in
            guard case .lacksSpace(path, 1 << 60, let free) = error as? FilesError else { return false }
            return free > 0
        }
    }

    @Test("every kind of error says what is wrong, where, and what to do")
    func sentences() {
        let sentences: [(FilesError, String)] = [
            (.missing(path: "p", .read), "p cannot be read: No such file or directory. Check the path."),
            (
                .missing(path: "p", .written),
                "p cannot be written: No such file or directory. Create its folder, or choose another path."
            ),
            (
                .isDirectory(path: "p", .opened),
                "p cannot be opened: Is a directory. Give the path of a file."
            ),
            (
                .notADirectory(path: "p", .created),
                "p cannot be created: Not a directory. Check the path: a file stands where a folder should be."
            ),
            (.notAFile(path: "p"), "p cannot be read: it is a device or a pipe. Give the path of a file."),
            (
                .notPermitted(path: "p", .removed, reason: "Permission denied"),
                "p cannot be removed: Permission denied. Change the permissions, or choose another path."
            ),
            (
                .noSpace(path: "p", .flushed, reason: "Disk quota exceeded"),
                "p cannot be flushed to the disk: Disk quota exceeded. Make room, or choose another place."
            ),
            (
                .lacksSpace(path: "p", needed: 2_000_001, free: 999_999),
                "p cannot be written: 3 MB are needed, but only 1 MB are free on its file system. Make room, or "
                    + "choose another place."
            ),
            (
                .failed(path: "p", .renamed, reason: "Invalid cross-device link"),
                "p cannot be renamed: Invalid cross-device link. Check the path, its permissions and the disk."
            ),
            (
                .shortened(path: "p", offset: 7),
                "p cannot be read: it ends at byte 7, although it was longer when it was opened. Let no other "
                    + "program write to it, and start again."
            ),
            (
                .tooLarge(path: "p", limit: 9),
                "p cannot be read: it has more than 9 bytes. Check that it is the right file."
            ),
            (
                .corruptGzip(path: "p", reason: "incorrect data check"),
                "p cannot be read: it is no valid gzip file (incorrect data check). Copy it again, or drop the "
                    + ".gz ending if it is plain."
            ),
            (
                .truncatedGzip(path: "p"),
                "p cannot be read: it ends in the middle of its gzip data. Copy it again."
            ),
        ]
        for (error, sentence) in sentences {
            #expect(error.description == sentence)
            #expect(error.path == "p")
        }
    }

    @Test("a file that is written over holds the newest content, with white space behind a shorter one")
    func rewritten() throws {
        let name = path + "/state"
        let file = try RewrittenFile(path: name)
        try file.write(Array("{\"step\": 100000}\n".utf8))
        try file.write(Array("{\"step\": 7}\n".utf8))
        #expect(try folder.text(of: "state") == "{\"step\": 7}\n    \n")
        // What another process left there is longer.
        try RewrittenFile(path: name).write(Array("{}\n".utf8))
        let text = try folder.text(of: "state")
        #expect(text.hasPrefix("{}\n ") && text.hasSuffix(" \n") && text.utf8.count == 17)
        try file.write(Array(repeating: UInt8(ascii: "x"), count: 40))
        #expect(try FileSystem.byteCount(of: name) == 40)
    }

    @Test("the time of the last change is known of what is there")
    func changeTime() throws {
        try folder.write("x", to: "file")
        let time = try #require(FileSystem.changeTime(of: path + "/file"))
        #expect(abs(time - Date().timeIntervalSince1970) < 3600)
        #expect(FileSystem.changeTime(of: path + "/none") == nil)
    }
}
