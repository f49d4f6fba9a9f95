// XXH64 against the reference implementation, and whole files.

import Files
import Foundation
import TestSupport
import Testing

@Suite struct ChecksumTests {
    /// Byte i is 7 · i.
    private static let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }

    /// What `xxhash.xxh64` of PyPI's xxhash 4.1.0 (xxHash 0.8.4) says of so many of the bytes.
    private static let reference: [(count: Int, checksum: String)] = [
        (0, "ef46db3751d8e999"), (1, "e934a84adb052768"), (4, "ae5acdc00a55ac41"), (7, "d734a6b26f3da63e"),
        (8, "87116b3365b924eb"), (12, "14b8433b9a14e611"), (31, "0f187c62b1e722b7"), (32, "91b0cb0931a8c629"),
        (33, "931b043cf8d65b94"), (63, "219110bf13e2fa26"), (64, "bf3052e3445775d0"),
        (100, "8e2272c08247d5db"), (1000, "25275608a9cfc168"),
    ]

    @Test("checksums are those of the reference implementation")
    func values() {
        for (count, checksum) in Self.reference {
            #expect(XXHash64.text(of: Array(Self.bytes[..<count])) == checksum, "\(count) bytes")
        }
    }

    @Test("pieces of any size give the checksum of the whole", arguments: [1, 3, 8, 31, 32, 33, 100, 999])
    func pieces(size: Int) {
        var hash = XXHash64()
        for start in stride(from: 0, to: Self.bytes.count, by: size) {
            unsafe Array(Self.bytes[start..<min(start + size, Self.bytes.count)]).withUnsafeBytes {
                unsafe hash.add($0)
            }
        }
        #expect(hash.text == "25275608a9cfc168")
    }

    @Test("a file's fingerprint is that of its bytes, from memory and from the disk")
    func files() throws {
        let folder = try TemporaryFolder()
        let large = (0..<1_300_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        for (name, bytes) in [("empty", []), ("small", Self.bytes), ("large", large)] {
            try FileSystem.write(bytes, to: folder.path + "/" + name)
            let expected = FileSystem.Fingerprint(byteCount: bytes.count, checksum: XXHash64.text(of: bytes))
            for fromDisk in [false, true] {
                #expect(
                    try FileSystem.fingerprint(of: folder.path + "/" + name, fromDisk: fromDisk) == expected)
            }
        }
        let first = try FileSystem.fingerprint(of: folder.path + "/large", limit: 600_000)
        #expect(first.byteCount >= 600_000 && first.byteCount < large.count)
        #expect(first.checksum == XXHash64.text(of: Array(large[..<first.byteCount])))
        #expect(throws: FilesError.missing(path: folder.path + "/none", .read)) {
            try FileSystem.fingerprint(of: folder.path + "/none")
        }
        #expect(throws: FilesError.notAFile(path: folder.path)) {
            try FileSystem.fingerprint(of: folder.path)
        }
    }
}
