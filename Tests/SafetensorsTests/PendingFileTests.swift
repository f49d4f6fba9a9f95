// Files that are written under no name.

import Foundation
import Safetensors
import TestSupport
import Testing

@Suite struct PendingFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a file replaces the one before when it is finished, and nothing stays of one that is not")
    func replacing() throws {
        let path = try folder.write("before", to: "out")
        let files = FileManager.default
        for isFinished in [false, true] {
            let file = try PendingFile(path: path)
            try file.handle.write(contentsOf: Data("after".utf8))
            #expect(try folder.text(of: "out") == "before")
            if isFinished { try file.finish() } else { try file.discard() }
            #expect(try files.contentsOfDirectory(atPath: folder.path) == ["out"])
        }
        #expect(try folder.text(of: "out") == "after")
    }

    @Test("a pipe is written to and stays a pipe; a folder and a missing one are refused at once")
    func special() throws {
        let path = folder.path + "/pipe"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let reader = try #require(FileHandle(forUpdatingAtPath: path))
        let file = try PendingFile(path: path)
        try file.handle.write(contentsOf: Data("line".utf8))
        try file.finish()
        #expect(try reader.read(upToCount: 4) == Data("line".utf8))
        let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        #expect(type != .typeRegular)
        #expect(throws: POSIXError(.EISDIR)) { try PendingFile(path: folder.path) }
        #expect(throws: POSIXError(.ENOENT)) { try PendingFile(path: folder.path + "/none/out") }
    }
}
