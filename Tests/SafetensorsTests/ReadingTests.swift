// What a valid file refuses: absent names, other sizes, impossible conversions.

import Files
import Foundation
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct ReadingTests {
    private let folder: TemporaryFolder
    private let file: SafetensorsFile

    init() throws {
        folder = try TemporaryFolder()
        var writer = SafetensorsWriter()
        writer.add("weight", shape: [2, 3], tensor: Tensor([1, 2, 3, 4, 5, 6]))
        writer.add("ids", shape: [2], integers: [3, 4])
        writer.add(
            "huge", shape: [2], bytes: [0, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8),
            as: .uint64)
        writer.add("wide", shape: [1], bytes: [0, 0, 0, 0, 0, 0, 0xF0, 0x47], as: .float64)
        try writer.write(to: folder.path + "/model.safetensors")
        file = try SafetensorsFile(path: folder.path + "/model.safetensors")
    }

    @Test("an absent tensor is named")
    func absent() {
        let error = thrownError { () throws(SafetensorsError) in _ = try file.shape(of: "bias") }
        #expect(error == .tensorNotFound(path: file.path, tensor: "bias", tensorCount: 4))
        #expect(
            error?.description == "\(file.path): no tensor 'bias' among its 4. "
                + "Check that the weights belong to this kind of model.")
    }

    @Test("another number of elements is refused with both")
    func wrongCount() {
        let error = thrownError { () throws(SafetensorsError) in
            try file.read("weight", into: Tensor(rows: 2, columns: 4))
        }
        #expect(error == .wrongElementCount(path: file.path, tensor: "weight", shape: [2, 3], expected: 8))
        #expect(
            error?.description == "\(file.path): tensor 'weight': expected 8 elements, found shape [2, 3]. "
                + "Check that config.json belongs to these weights.")
    }

    @Test("integers are not read as floats, nor floats as integers, nor F32 as bfloat16")
    func conversions() {
        let asFloats = thrownError { () throws(SafetensorsError) in
            try file.read("ids", into: Tensor(rows: 1, columns: 2))
        }
        #expect(
            asFloats == .notConvertible(path: file.path, tensor: "ids", dtype: .int64, target: "float32"))
        #expect(
            asFloats?.description == "\(file.path): tensor 'ids': I64 cannot be converted to float32. "
                + "Convert it to a matching dtype.")
        let asIntegers = thrownError { () throws(SafetensorsError) in _ = try file.readInt64s("weight") }
        #expect(
            asIntegers == .notConvertible(path: file.path, tensor: "weight", dtype: .float32, target: "Int64")
        )
        let narrow = thrownError { () throws(SafetensorsError) in
            try file.read("weight", into: Tensor(rows: 1, columns: 6, type: .bfloat16))
        }
        #expect(
            narrow == .notConvertible(path: file.path, tensor: "weight", dtype: .float32, target: "bfloat16"))
    }

    @Test("values that the target cannot hold are refused with their index")
    func outOfRange() {
        let integer = thrownError { () throws(SafetensorsError) in _ = try file.readInt64s("huge") }
        #expect(
            integer
                == .valueOutOfRange(
                    path: file.path, tensor: "huge", index: 1, value: "18446744073709551615", target: "Int64")
        )
        let double = thrownError { () throws(SafetensorsError) in
            try file.read("wide", into: Tensor(rows: 1, columns: 1))
        }
        #expect(
            double
                == .valueOutOfRange(
                    path: file.path, tensor: "wide", index: 0,
                    value: "\(Double(sign: .plus, exponent: 128, significand: 1))",
                    target: "float32"))
    }

    @Test("a view inside a larger tensor gets the values, and its neighbours stay as they are")
    func intoArena() throws {
        let arena = Tensor([Float](repeating: -1, count: 10))
        try file.read("weight", into: arena.elements(2..<8))
        #expect(arena.values() == [-1, -1, 1, 2, 3, 4, 5, 6, -1, -1])
    }

    @Test("a file that shrinks after it was opened is an error, not a crash")
    func shrunk() throws {
        let handle = try #require(FileHandle(forWritingAtPath: file.path))
        let byteCount = try bytes(ofFile: file.path).count
        try handle.truncate(atOffset: UInt64(byteCount - 4))
        try handle.close()
        let error = thrownError { () throws(SafetensorsError) in
            try file.read("weight", into: Tensor(rows: 2, columns: 3))
        }
        #expect(error == .file(.shortened(path: file.path, offset: byteCount - 4)))
    }

    @Test("a path that is missing or a folder is named")
    func paths() {
        let missing = thrownError { () throws(SafetensorsError) in
            _ = try SafetensorsFile(path: "/no/such/file")
        }
        #expect(missing == .file(.missing(path: "/no/such/file", .opened)))
        #expect(
            missing?.description
                == "/no/such/file cannot be opened: No such file or directory. Check the path.")
        let path = folder.path
        let directory = thrownError { () throws(SafetensorsError) in _ = try SafetensorsFile(path: path) }
        #expect(directory == .file(.isDirectory(path: path, .read)))
    }
}
