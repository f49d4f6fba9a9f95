// Files of the reference implementation: read value for value, and written byte for byte.

import Foundation
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct ReferenceFileTests {
    private struct Expected: Decodable {
        let shape: [Int]
        let float: [String]?
        let integer: [String]?
    }

    private func expected() throws -> [String: Expected] {
        let data = try Data(contentsOf: URL(fileURLWithPath: golden("formats.json")))
        return try JSONDecoder().decode([String: Expected].self, from: data)
    }

    @Test("every format of a reference file gives the reference's values")
    func values() throws {
        let file = try SafetensorsFile(path: golden("formats.safetensors"))
        let expected = try expected()
        #expect(expected.count == 15)
        for (name, tensor) in expected {
            #expect(try file.shape(of: name) == tensor.shape)
            if let floats = tensor.float {
                let target = Tensor(rows: 1, columns: floats.count)
                try file.read(name, into: target)
                let wanted = floats.compactMap { Float($0)?.bitPattern }
                #expect(wanted.count == floats.count)
                #expect(target.values().map(\.bitPattern) == wanted, "\(name)")
            }
            if let integers = tensor.integer {
                #expect(try file.readInt64s(name) == integers.compactMap { Int64($0) }, "\(name)")
            }
        }
    }

    @Test("names come in the order of the data, metadata with its escapes")
    func header() throws {
        let file = try SafetensorsFile(path: golden("formats.safetensors"))
        #expect(
            file.tensorNames == [
                "unsigned.long", "long", "double", "embeddings.word/é \"quoted\"", "empty", "scalar",
                "unsigned.int", "int", "brain", "half", "unsigned.short", "short", "float8.e4m3",
                "float8.e5m2",
                "tiny", "byte", "flag",
            ])
        #expect(file.metadata == ["made by\n": "torch \u{2764} \\ \"x\""])
        #expect(try file.dtype(of: "brain") == .bfloat16)
        #expect(try file.dtype(of: "float8.e4m3") == .float8E4M3)
        #expect(file.contains("half") && !file.contains("Half"))
    }

    @Test("writing the tensors of a reference file gives the same bytes, whatever the order of adding")
    func identicalBytes() throws {
        let folder = try TemporaryFolder()
        let reference = golden("formats.safetensors")
        let file = try SafetensorsFile(path: reference)
        for names in [file.tensorNames, file.tensorNames.reversed(), file.tensorNames.sorted()] {
            var writer = SafetensorsWriter()
            for name in names {
                let (shape, dtype) = (try file.shape(of: name), try file.dtype(of: name))
                if let type = dtype.elementType {
                    let tensor = Tensor(rows: 1, columns: shape.reduce(1, *), type: type)
                    try file.read(name, into: tensor)
                    writer.add(name, shape: shape, tensor: tensor)
                } else if dtype == .int64 {
                    writer.add(name, shape: shape, integers: try file.readInt64s(name))
                } else {
                    writer.add(name, shape: shape, bytes: try file.readBytes(name), as: dtype)
                }
            }
            let path = folder.path + "/again.safetensors"
            try writer.write(to: path, metadata: file.metadata)
            #expect(try bytes(ofFile: path) == bytes(ofFile: reference))
        }
    }

    @Test("8-bit floats are listed, but refused when read")
    func float8() throws {
        let path = golden("formats.safetensors")
        let file = try SafetensorsFile(path: path)
        let error = thrownError { () throws(SafetensorsError) in
            try file.read("float8.e4m3", into: Tensor(rows: 1, columns: 2))
        }
        #expect(error == .float8(path: path, tensor: "float8.e4m3", dtype: .float8E4M3))
        #expect(
            error?.description
                == "\(path): tensor 'float8.e4m3': 8-bit floats (F8_E4M3) need scales that the file "
                + "format does not define, so they are not read. Convert the model to BF16 or F32.")
    }
}
