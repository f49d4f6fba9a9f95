// Files that the reference implementation wrote: metadata of every type, tensors of every readable format.

import Foundation
import GGUF
import Tensors
import TestSupport
import Testing

@Suite struct ReadingTests {
    @Test("metadata of each type is read as it was written")
    func metadata() throws {
        let file = try GGUFFile(path: golden("metadata.gguf"))
        let metadata = file.metadata
        #expect(file.version == 3 && file.alignment == 64)
        let expected: [(String, GGUFValue)] = [
            ("general.architecture", .string("none")), ("general.alignment", .uint32(64)),
            ("number.uint8", .uint8(255)), ("number.int8", .int8(-128)), ("number.uint16", .uint16(65_535)),
            ("number.int16", .int16(-32_768)), ("number.uint32", .uint32(.max)),
            ("number.int32", .int32(.min)), ("number.uint64", .uint64(.max)), ("number.int64", .int64(.min)),
            ("number.float32", .float32(1e-5)), ("number.float64", .float64(0.1)), ("truth", .bool(true)),
            ("text", .string("naïve 😀\n")),
            ("array.strings", .array([.string("a"), .string(""), .string("ġ")], of: .string)),
            ("array.integers", .array([.int32(1), .int32(-2), .int32(3)], of: .int32)),
            ("array.floats", .array([.float32(0.5), .float32(-1.5)], of: .float32)),
            ("array.truths", .array([.bool(true), .bool(false)], of: .bool)),
            (
                "array.arrays",
                .array(
                    [.array([.int32(1), .int32(2)], of: .int32), .array([.int32(3)], of: .int32)], of: .array)
            ),
        ]
        #expect(metadata.keys == expected.map(\.0))
        for (key, value) in expected { #expect(metadata[key] == value, "\(key)") }
        #expect(metadata["absent"] == nil)
    }

    @Test("values are found by key, and a value of another type is an error")
    func typedValues() throws {
        let file = try GGUFFile(path: golden("metadata.gguf"))
        let metadata = file.metadata
        #expect(try metadata.integer("number.uint8") == 255)
        #expect(try metadata.integer("number.int64") == .min)
        #expect(try metadata.float("number.float32") == 1e-5)
        #expect(try metadata.bool("truth") == true)
        #expect(try metadata.string("absent") == nil)
        #expect(try metadata.strings("array.strings") == ["a", "", "ġ"])
        #expect(try metadata.integers("array.integers") == [1, -2, 3])
        #expect(try metadata.floats("array.floats") == [0.5, -1.5])
        let path = file.path
        let problems: [(GGUFError?, String, String, String)] = [
            (
                thrownError { () throws(GGUFError) in _ = try metadata.string("truth") }, "truth", "a string",
                "BOOL"
            ),
            (
                thrownError { () throws(GGUFError) in _ = try metadata.strings("array.floats") },
                "array.floats", "an array of strings", "ARRAY of FLOAT32"
            ),
            (
                thrownError { () throws(GGUFError) in _ = try metadata.floats("array.integers") },
                "array.integers", "an array of floats", "ARRAY of INT32"
            ),
            (
                thrownError { () throws(GGUFError) in _ = try metadata.integer("number.uint64") },
                "number.uint64", "an integer", "UINT64"
            ),
        ]
        for (error, key, expected, found) in problems {
            #expect(error == .wrongValueType(path: path, key: key, expected: expected, found: found))
            #expect(
                error?.description == "\(path): metadata key '\(key)': expected \(expected), found \(found). "
                    + "The file does not follow the GGUF format: convert the model again with an up-to-date "
                    + "program.")
        }
    }

    @Test("tensors of a file with its own alignment are read, shapes outermost first")
    func shapes() throws {
        let file = try GGUFFile(path: golden("metadata.gguf"))
        #expect(file.tensors.map(\.name) == ["a", "b"])
        #expect(file.tensors.map(\.shape) == [[5], [2, 3]])
        #expect(file.tensors.map(\.byteCount) == [20, 12])
        let matrix = Tensor(rows: 2, columns: 3)
        try file.read("b", into: matrix)
        #expect(matrix.values() == [0, 1, 2, 3, 4, 5])
        let error = thrownError { () throws(GGUFError) in try file.read("c", into: matrix) }
        #expect(error == .tensorNotFound(path: file.path, tensor: "c", tensorCount: 2))
    }

    @Test("each format gives the reference implementation's float32 bit for bit")
    func formats() throws {
        let file = try GGUFFile(path: golden("types.gguf"))
        #expect(file.tensors.map(\.type) == GGUFTensorType.supported)
        let expected = try bytes(ofFile: golden("types.f32"))
        var start = 0
        for info in file.tensors {
            #expect(info.shape == [2, 256], "\(info.name)")
            let tensor = Tensor(rows: 2, columns: 256)
            try file.read(info.name, into: tensor)
            let found = tensor.values().map(\.bitPattern)
            let wanted = (0..<512).map { index in
                expected[start + 4 * index..<start + 4 * index + 4].reversed().reduce(UInt32(0)) {
                    $0 << 8 | UInt32($1)
                }
            }
            let different = (0..<512).filter { found[$0] != wanted[$0] }
            #expect(different == [], "\(info.name)")
            start += 4 * 512
        }
        #expect(start == expected.count)
    }

    @Test("a tensor of more blocks than are decoded at a time is read completely")
    func manyBlocks() throws {
        let folder = try TemporaryFolder()
        let rows = 300
        var data: [UInt8] = []
        for block in 0..<rows * 8 {
            data += Bytes.integer(UInt16(0x3C00)) + (0..<32).map { UInt8(truncatingIfNeeded: block + $0) }
        }
        let header = Bytes.file(tensors: [Bytes.tensor("w", [256, UInt64(rows)], type: 8)])
        let file = try GGUFFile(path: try folder.write(header + data, to: "x"))
        let tensor = Tensor(rows: rows, columns: 256)
        try file.read("w", into: tensor)
        let wanted = (0..<rows * 8).flatMap { block in
            (0..<32).map { Float(Int8(truncatingIfNeeded: block + $0)) }
        }
        #expect(tensor.values() == wanted)
        #expect(try file.readBytes("w") == data)
    }

    @Test("version 2 is read as version 3, and a file without tensors is whole")
    func versions() throws {
        let folder = try TemporaryFolder()
        var old = try bytes(ofFile: golden("types.gguf"))
        old[4] = 2
        let file = try GGUFFile(path: try folder.write(old, to: "old"))
        #expect(file.version == 2 && file.tensors.count == 13)
        let short = Array("GGUF".utf8) + Bytes.integer(UInt32(3)) + [UInt8](repeating: 0, count: 16)
        #expect(try GGUFFile(path: try folder.write(short, to: "short")).tensors.isEmpty)
    }
}
