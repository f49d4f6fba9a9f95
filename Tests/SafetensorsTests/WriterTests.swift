// The writer: conversions, views, alignment, and what happens when a file cannot be written.

import Files
import Foundation
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct WriterTests {
    /// Random bit patterns of all exponents, and the values beside every boundary between two Halfs.
    private func floats() -> [Float] {
        let key = RandomKey(seed: 7)
        let random = (0..<100_000).map { Float(bitPattern: UInt32(truncatingIfNeeded: key.word($0))) }
        let halves = (0..<UInt16(0x7C00)).flatMap { bits -> [Float] in
            let (low, high) = (Half(bits: bits).float, Half(bits: min(bits + 1, 0x7BFF)).float)
            let middle = (low + high) / 2
            return [middle, -middle, middle.nextUp, middle.nextDown]
        }
        return random.filter { abs($0) < 65_520 } + halves + [65_519.996, -65_519.996, .infinity, -.infinity]
    }

    @Test("F16 is rounded as the hardware type rounds, and read back exactly")
    func float16() throws {
        let folder = try TemporaryFolder()
        let values = floats()
        #expect(values.count > 150_000)
        var writer = SafetensorsWriter()
        writer.add("x", shape: [values.count], tensor: Tensor(values), as: .float16)
        try writer.write(to: folder.path + "/x")
        let target = Tensor(rows: 1, columns: values.count)
        try SafetensorsFile(path: folder.path + "/x").read("x", into: target)
        let wrong = zip(values, target.values()).filter { Float(Float16($0)).bitPattern != $1.bitPattern }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    @Test("every F16 pattern is read as the value of the hardware type")
    func everyHalf() throws {
        let folder = try TemporaryFolder()
        let patterns = (0...UInt16.max).map { $0 }
        var writer = SafetensorsWriter()
        let bytes = patterns.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        writer.add("x", shape: [patterns.count], bytes: bytes, as: .float16)
        try writer.write(to: folder.path + "/x")
        let target = Tensor(rows: 1, columns: patterns.count)
        try SafetensorsFile(path: folder.path + "/x").read("x", into: target)
        let wrong = zip(patterns, target.values()).filter { pattern, value in
            let expected = Float(Float16(bitPattern: pattern))
            return expected.isNaN ? !value.isNaN : value.bitPattern != expected.bitPattern
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    @Test("BF16 and F64 are converted, also across many chunks; NaN stays NaN")
    func wideAndBrain() throws {
        let folder = try TemporaryFolder()
        let values = floats().map { abs($0) < 1e38 ? $0 : 1 } + [.nan]
        var writer = SafetensorsWriter()
        for (name, dtype) in [("b", DType.bfloat16), ("d", .float64), ("h", .float16), ("f", .float32)] {
            writer.add(name, shape: [1, values.count], tensor: Tensor(values), as: dtype)
        }
        try writer.write(to: folder.path + "/x")
        let file = try SafetensorsFile(path: folder.path + "/x")
        func read(_ name: String) throws -> [Float] {
            let target = Tensor(rows: 1, columns: values.count)
            try file.read(name, into: target)
            return target.values()
        }
        #expect(try read("d").map(\.bitPattern) == values.map(\.bitPattern))
        #expect(try read("f").map(\.bitPattern) == values.map(\.bitPattern))
        #expect(try read("b").map(\.bitPattern) == values.map { BFloat16($0).float.bitPattern })
        #expect(try read("h").last?.isNaN == true)
        #expect(try file.readBytes("d").count == 8 * values.count)
    }

    @Test("a view with gaps between its rows is stored without them", arguments: [DType.float32, .float16])
    func viewWithGaps(dtype: DType) throws {
        let folder = try TemporaryFolder()
        let matrix = Tensor((0..<35).map(Float.init)).reshaped(rows: 5, columns: 7)
        var writer = SafetensorsWriter()
        writer.add("view", shape: [5, 3], tensor: matrix.columns(2..<5), as: dtype)
        try writer.write(to: folder.path + "/x")
        let target = Tensor(rows: 5, columns: 3)
        try SafetensorsFile(path: folder.path + "/x").read("view", into: target)
        #expect(target.values() == matrix.columns(2..<5).values())
    }

    @Test(
        "a tensor of 16-bit floats is stored and read back bit by bit",
        arguments: [ElementType.bfloat16, .float16])
    func narrowTensor(type: ElementType) throws {
        let folder = try TemporaryFolder()
        let source = Tensor(rows: 3, columns: 5, type: type)
        source.withBytes { span in
            for index in 0..<30 { span.storeBytes(of: UInt8(index * 7), toByteOffset: index, as: UInt8.self) }
        }
        var writer = SafetensorsWriter()
        writer.add("x", shape: [3, 5], tensor: source)
        try writer.write(to: folder.path + "/x")
        let file = try SafetensorsFile(path: folder.path + "/x")
        let target = Tensor(rows: 3, columns: 5, type: type)
        try file.read("x", into: target)
        #expect(try file.dtype(of: "x").elementType == type)
        #expect(try file.readBytes("x") == (0..<30).map { UInt8($0 * 7) })
        #expect(target.values() == source.values())
    }

    @Test("the data starts at a multiple of 8 for every length of a name", arguments: 1..<17)
    func alignment(length: Int) throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "n", count: length)
        var writer = SafetensorsWriter()
        writer.add(name, shape: [2], integers: [1, -1])
        try writer.write(to: folder.path + "/x")
        #expect(try bytes(ofFile: folder.path + "/x").count % 8 == 0)
        #expect(try SafetensorsFile(path: folder.path + "/x").readInt64s(name) == [1, -1])
    }

    @Test("no tensors at all make the reference's empty file")
    func noTensors() throws {
        let folder = try TemporaryFolder()
        try SafetensorsWriter().write(to: folder.path + "/x")
        #expect(try bytes(ofFile: folder.path + "/x") == fileBytes(header: "{}      "))
        #expect(try SafetensorsFile(path: folder.path + "/x").tensorNames.isEmpty)
    }

    @Test("a full disk is an error that names the path")
    func fullDisk() {
        var writer = SafetensorsWriter()
        writer.add("x", shape: [1], integers: [1])
        let error = thrownError { () throws(SafetensorsError) in try writer.write(to: "/dev/full") }
        #expect(error == .file(.noSpace(path: "/dev/full", .written, reason: "No space left on device")))
        #expect(
            error?.description
                == "/dev/full cannot be written: No space left on device. Make room, or choose another place."
        )
        #expect(FileManager.default.fileExists(atPath: "/dev/full"))
    }

    @Test("a folder that is missing is an error that names the path")
    func missingFolder() {
        let error = thrownError { () throws(SafetensorsError) in
            try SafetensorsWriter().write(to: "/no/such/folder/x.safetensors")
        }
        #expect(
            error == .file(.missing(path: "/no/such/folder/x.safetensors", .written)))
    }

    @Test("a value that is too large for F16 is refused, and no file is left", arguments: [false, true])
    func tooLarge(hasGaps: Bool) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x"
        var values = [Float](repeating: 1, count: 40_000)
        values[30_010] = 65_520
        let matrix = Tensor(values).reshaped(rows: 4, columns: 10_000)
        var writer = SafetensorsWriter()
        let tensor = hasGaps ? matrix.columns(1..<10_000) : matrix
        writer.add("deep.weight", shape: [tensor.count], tensor: tensor, as: .float16)
        let error = thrownError { () throws(SafetensorsError) in try writer.write(to: path) }
        let index = hasGaps ? 3 * 9_999 + 9 : 30_010
        #expect(
            error
                == .valueOutOfRange(
                    path: path, tensor: "deep.weight", index: index, value: "65520.0", target: "F16"))
        #expect(
            error?.description
                == "\(path): tensor 'deep.weight': element \(index) is 65520.0, which F16 cannot "
                + "hold. Use a wider dtype.")
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
