// Safetensors files and indices damaged at random: read or refused by name, and random files that read back
// equal.

import Foundation
import Safetensors
import Tensors
import TestSupport
import Testing

private let words =
    "{ } [ ] : , \" dtype shape data_offsets __metadata__ F32 F64 F16 BF16 I64 U8 F8_E4M3 [0] 1e3 -1"

private func safetensors() throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    let small =
        #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#
        + #""b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]}}"#
    let samples = [
        try bytes(ofFile: golden("formats.safetensors")), fileBytes(header: small, dataByteCount: 14),
        fileBytes(header: "{}"), Array(small.utf8),
    ]
    return FuzzedFormat("safetensors", samples: samples, words: words, place: folder.path) { input in
        // A header alone gets the length that it needs, so that changes of it are not all found by that.
        let isHeader = input.first == UInt8(ascii: "{")
        let bytes = isHeader ? fileBytes(header: input, dataByteCount: 14) : input
        let file = try SafetensorsFile(path: try folder.write(bytes, to: "x.safetensors"))
        for name in file.tensorNames {
            let count = try file.shape(of: name).reduce(1, *)
            let stored = try file.readBytes(name)
            guard count == 0 || stored.count % count == 0 else {
                throw FuzzFailure("\(name) has \(stored.count) bytes for \(count) elements")
            }
            if [.float32, .float64, .float16, .bfloat16].contains(try file.dtype(of: name)) {
                try file.read(name, into: Tensor(rows: 1, columns: count))
            }
        }
    }
}

private func index() throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    let header = #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#
    try folder.write(fileBytes(header: header, dataByteCount: 2), to: "one.safetensors")
    let sample = #"{"metadata": {"total_size": 2}, "weight_map": {"a": "one.safetensors"}}"#
    return FuzzedFormat(
        "safetensors-index", samples: [Array(sample.utf8)],
        words: "{ } [ ] : , \" weight_map metadata one.safetensors ../ / . a", place: folder.path
    ) { input in
        let path = try folder.write(input, to: "model.safetensors.index.json")
        let files = try SafetensorsCollection(index: SafetensorsIndex(path: path))
        for name in files.tensorNames { _ = try files.readBytes(name) }
    }
}

@Suite struct FuzzTests {
    @Test("a damaged file is read or refused by name")
    func damagedFile() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("safetensors"))") {
            try Fuzzing.run(safetensors(), inputs: 8_000)
        }
    }

    @Test("a damaged index is read or refused by name")
    func damagedIndex() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("safetensors-index"))") {
            try Fuzzing.run(index(), inputs: 8_000)
        }
    }

    @Test("files of random names, shapes and texts read back equal")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        for seed in 0..<200 {
            var random = FuzzRandom(seed: 7, input: seed)
            var writer = SafetensorsWriter()
            var expected: [String: [Int64]] = [:]
            for _ in 0..<random.number(0...6) {
                let name = random.text(limit: 12)
                guard expected[name] == nil, name != "__metadata__" else { continue }
                let shape = (0..<random.number(0...3)).map { _ in random.number(0...4) }
                let values = (0..<shape.reduce(1, *)).map { _ in Int64(bitPattern: random.next()) }
                writer.add(name, shape: shape, integers: values)
                expected[name] = values
            }
            let metadata = ["format": random.text(limit: 20), random.text(limit: 5): "x"]
            let path = folder.path + "/x"
            try writer.write(to: path, metadata: metadata)
            let file = try SafetensorsFile(path: path)
            #expect(file.metadata == metadata, "seed \(seed)")
            #expect(Set(file.tensorNames) == Set(expected.keys), "seed \(seed)")
            for (name, values) in expected { #expect(try file.readInt64s(name) == values, "seed \(seed)") }
        }
    }
}
