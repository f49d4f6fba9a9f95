// GGUF files damaged at random: read or refused by name, and random metadata that read back equal.

import GGUF
import Tensors
import TestSupport
import Testing

private func gguf() throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    let small = Bytes.file(
        pairs: [
            Bytes.pair("general.alignment", 4, Bytes.integer(UInt32(32))),
            Bytes.pair("s", 8, Bytes.string("x")),
            Bytes.pair("n", 9, Bytes.array(9, 1, Bytes.array(0, 3, [1, 2, 3]))),
        ], tensors: [Bytes.tensor("w", [8]), Bytes.tensor("q", [32, 1], type: 8, offset: 32)],
        dataByteCount: 66)
    let samples =
        [try bytes(ofFile: golden("metadata.gguf")), try bytes(ofFile: golden("types.gguf")), small]
        + (0..<24).map { randomFile(seed: $0) }
    return FuzzedFormat("gguf", samples: samples, words: "GGUF general.alignment w q", place: folder.path) {
        input in
        let file = try GGUFFile(path: try folder.write(input, to: "x.gguf"))
        for key in file.metadata.keys {
            _ = try? file.metadata.integers(key)
            _ = try? file.metadata.floats(key)
        }
        for tensor in file.tensors {
            let values = Tensor(rows: 1, columns: tensor.elementCount)
            guard try file.readBytes(tensor.name).count == tensor.byteCount else {
                throw FuzzFailure("\(tensor.name) is not read whole")
            }
            do throws(GGUFError) { try file.read(tensor.name, into: values) } catch {
                guard case .unsupportedType = error else { throw error }
            }
        }
    }
}

/// A random value, its type's number and its bytes.
private func randomValue(_ random: inout FuzzRandom, depth: Int = 0) -> (GGUFValue, UInt32, [UInt8]) {
    let word = random.next()
    switch random.number(0...(depth < 3 ? 12 : 11)) {
    case 0: return (.uint8(UInt8(truncatingIfNeeded: word)), 0, [UInt8(truncatingIfNeeded: word)])
    case 1: return (.int8(Int8(truncatingIfNeeded: word)), 1, [UInt8(truncatingIfNeeded: word)])
    case 2: return (.uint16(UInt16(truncatingIfNeeded: word)), 2, Array(Bytes.integer(word).prefix(2)))
    case 3: return (.int16(Int16(truncatingIfNeeded: word)), 3, Array(Bytes.integer(word).prefix(2)))
    case 4: return (.uint32(UInt32(truncatingIfNeeded: word)), 4, Array(Bytes.integer(word).prefix(4)))
    case 5: return (.int32(Int32(truncatingIfNeeded: word)), 5, Array(Bytes.integer(word).prefix(4)))
    case 6:
        let number = Float(random.number(-1_000...1_000)) / 8
        return (.float32(number), 6, Bytes.integer(number.bitPattern))
    case 7: return (.bool(word & 1 == 1), 7, [UInt8(word & 1)])
    case 8:
        let text = random.text(limit: 30)
        return (.string(text), 8, Bytes.string(text))
    case 9: return (.uint64(word), 10, Bytes.integer(word))
    case 10: return (.int64(Int64(bitPattern: word)), 11, Bytes.integer(word))
    case 11:
        let number = Double(random.number(-1_000...1_000)) / 8
        return (.float64(number), 12, Bytes.integer(number.bitPattern))
    default:
        let (element, type, bytes) = randomValue(&random, depth: depth + 1)
        let count = random.number(0...3)
        let values = [GGUFValue](repeating: element, count: count)
        let elements = Array(repeatElement(bytes, count: count).joined())
        return (.array(values, of: element.type), 9, Bytes.array(type, UInt64(count), elements))
    }
}

/// A small valid file of random metadata and a few tensors: damage to it hits lengths and types.
private func randomFile(seed: Int) -> [UInt8] {
    var random = FuzzRandom(seed: 13, input: seed)
    let pairs = (0..<random.number(1...4)).map { index in
        let (_, type, bytes) = randomValue(&random)
        return Bytes.pair("k\(index)", type, bytes)
    }
    var tensors: [[UInt8]] = []
    var end = 0
    for index in 0..<random.number(0...3) {
        // F32, F16, Q8_0 and BF16: bytes of so many elements.
        let (type, bytes, elements) = random.choice([(0, 4, 1), (1, 2, 1), (8, 34, 32), (30, 2, 1)])
        let (row, rows) = (elements * random.number(1...3), random.number(1...3))
        let dimensions = [UInt64(row), UInt64(rows)]
        tensors.append(Bytes.tensor("t\(index)", dimensions, type: UInt32(type), offset: UInt64(end)))
        end += (row / elements * bytes * rows + 31) / 32 * 32
    }
    return Bytes.file(pairs: pairs, tensors: tensors, dataByteCount: end)
}

@Suite struct FuzzTests {
    @Test("a damaged file is read or refused by name")
    func damagedFile() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("gguf"))") {
            try Fuzzing.run(gguf(), inputs: 8_000)
        }
    }

    @Test("random metadata of every type read back equal")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        for seed in 0..<300 {
            var random = FuzzRandom(seed: 11, input: seed)
            let values = (0..<random.number(0...8)).map { _ in randomValue(&random) }
            let pairs = values.enumerated().map { Bytes.pair("key.\($0)", $1.1, $1.2) }
            let file = try GGUFFile(path: try folder.write(Bytes.file(pairs: pairs), to: "x.gguf"))
            for (index, (value, _, _)) in values.enumerated() {
                #expect(file.metadata["key.\(index)"] == value, "seed \(seed)")
            }
        }
    }
}
