// Damaged and hostile files: each is refused with its own error, and none crashes the reader.

import Files
import Foundation
import GGUF
import Tensors
import TestSupport
import Testing

@Suite struct CorruptionTests {
    @Test("each kind of damage has its error and its sentence", arguments: Corruption.all)
    func refused(corruption: Corruption) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(corruption.bytes, to: "model.gguf")
        let error = thrownError { () throws(GGUFError) in _ = try GGUFFile(path: path) }
        #expect(error?.description.replacing(path, with: "PATH") == corruption.message)
        #expect(error == corruption.error(path))
    }

    @Test("a path without a file and a folder are refused by name")
    func noFile() throws {
        let folder = try TemporaryFolder()
        let missing = folder.path + "/none.gguf"
        let error = thrownError { () throws(GGUFError) in _ = try GGUFFile(path: missing) }
        #expect(error == .file(.missing(path: missing, .opened)))
        #expect(
            error?.description == "\(missing) cannot be opened: No such file or directory. Check the path.")
        let path = folder.path
        #expect(
            thrownError { () throws(GGUFError) in _ = try GGUFFile(path: path) }
                == .file(.isDirectory(path: path, .read)))
    }

    @Test("a file that shrinks after it was opened is an error, not a crash")
    func shrinks() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            Bytes.file(tensors: [Bytes.tensor("w", [8])], dataByteCount: 32), to: "x")
        let file = try GGUFFile(path: path)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: 70)
        try handle.close()
        let error = thrownError { () throws(GGUFError) in _ = try file.readBytes("w") }
        #expect(error == .file(.shortened(path: path, offset: 70)))
    }

    @Test("a tensor of a known format that cannot be read is refused with its name when it is read")
    func unsupportedType() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            Bytes.file(tensors: [Bytes.tensor("w", [256], type: 16)], dataByteCount: 66), to: "x")
        let file = try GGUFFile(path: path)
        let error = thrownError { () throws(GGUFError) in
            try file.read("w", into: Tensor(rows: 1, columns: 256))
        }
        #expect(error == .unsupportedType(path: path, tensor: "w", type: "IQ2_XXS"))
        #expect(
            error?.description
                == "\(path): tensor 'w' is quantised as IQ2_XXS, which cannot be read. Use a "
                + "file quantised as one of F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, "
                + "Q5_K, Q6_K.")
    }

    @Test("a reference file cut off anywhere is refused", arguments: ["metadata.gguf", "types.gguf"])
    func everyTruncation(name: String) throws {
        let folder = try TemporaryFolder()
        let whole = try bytes(ofFile: golden(name))
        let file = try GGUFFile(path: golden(name))
        // Zeros may fill the place after the last tensor; without them nothing is lost.
        let last = try #require(file.tensors.last)
        let padding = (file.alignment - last.byteCount % file.alignment) % file.alignment
        let end = whole.count - padding
        for count in Array(0..<min(1_800, end)) + [end - 1] {
            let path = try folder.write(Array(whole[..<count]), to: "cut")
            let error = thrownError { () throws(GGUFError) in _ = try GGUFFile(path: path) }
            #expect(error != nil, "\(count) of \(whole.count) bytes")
        }
        let path = try folder.write(Array(whole[..<end]), to: "unpadded")
        #expect(try GGUFFile(path: path).tensors.count == file.tensors.count)
    }

    @Test("a reference file with any header byte changed is refused or still covers its data")
    func everyChangedByte() throws {
        let folder = try TemporaryFolder()
        let whole = try bytes(ofFile: golden("metadata.gguf"))
        let headerEnd = whole.count - 128
        var refused = 0
        for index in 0..<headerEnd {
            var changed = whole
            changed[index] ^= UInt8(1 + RandomKey(seed: 5).word(UInt64(index)) % 255)
            let path = try folder.write(changed, to: "changed")
            do {
                let file = try GGUFFile(path: path)
                for tensor in file.tensors { _ = try file.readBytes(tensor.name) }
            } catch {
                #expect(error.description.hasPrefix(path))
                refused += 1
            }
        }
        #expect(refused > headerEnd / 4)
    }
}
