// One damaged file of each kind, the error that it must give, and the error's sentence.

import GGUF
import Testing

/// A file that must be refused. In `message` its path is "PATH"; `error` takes the path.
struct Corruption: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let error: @Sendable (_ path: String) -> GGUFError
    let message: String

    var testDescription: String { name }

    init(
        _ name: String, _ bytes: [UInt8], _ error: @escaping @Sendable (String) -> GGUFError,
        _ message: String
    ) {
        self.name = name
        self.bytes = bytes
        self.error = error
        self.message = message
    }

    static let again = "The file is damaged: download or copy it again."
    static let format =
        "The file does not follow the GGUF format: convert the model again with an up-to-date program."
    static let cut = "it was probably cut off. Download or copy it again."
    static let readable = "F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K"

    static let all = start + counts + metadata + entries + layout

    private static let start = [
        Corruption(
            "an empty file", [],
            { .truncated(path: $0, what: "the start of the file", offset: 0, needed: 4, fileByteCount: 0) },
            "PATH: the start of the file needs 4 bytes at byte 0, but the file has only 0 in all; \(cut)"),
        Corruption(
            "another kind of file", Array("PK\u{3}\u{4}0123456789".utf8),
            { .badMagic(path: $0, found: [0x50, 0x4B, 3, 4]) },
            "PATH: a GGUF file starts with the bytes 'GGUF', found [80, 75, 3, 4]. "
                + "Give the path of a .gguf file."),
        Corruption(
            "a big-endian file", Array("GGUF".utf8) + [0, 0, 0, 3] + [UInt8](repeating: 0, count: 16),
            { .bigEndian(path: $0) },
            "PATH: the file was written for big-endian machines. Use the ordinary, little-endian file."),
        Corruption(
            "version 1", Bytes.file(version: 1), { .unknownVersion(path: $0, found: 1) },
            "PATH: expected version 2 or 3 of the GGUF format, found 1. "
                + "Convert the model again with an up-to-date program."),
        Corruption(
            "version 4", Bytes.file(version: 4), { .unknownVersion(path: $0, found: 4) },
            "PATH: expected version 2 or 3 of the GGUF format, found 4. "
                + "Convert the model again with an up-to-date program."),
        Corruption(
            "a file that ends in its counts", Array(Bytes.file()[..<20]),
            {
                .truncated(
                    path: $0, what: "the number of metadata keys", offset: 16, needed: 8, fileByteCount: 20)
            },
            "PATH: the number of metadata keys needs 8 bytes at byte 16, but the file has only 20 in all; \(cut)"
        ),
    ]

    private static func absurd(
        _ name: String, _ bytes: [UInt8], _ what: String, count: UInt64, offset: Int
    ) -> Corruption {
        let size = bytes.count
        return Corruption(
            name, bytes,
            { .absurdCount(path: $0, what: what, count: count, offset: offset, fileByteCount: size) },
            "PATH: \(what) at byte \(offset) is \(count), more than the \(size) bytes of the file can hold. "
                + again)
    }

    private static let counts = [
        absurd(
            "more tensors than the file has bytes", Bytes.file(tensorCount: .max), "the number of tensors",
            count: .max, offset: 8),
        absurd(
            "one tensor more than the file can hold", Bytes.file(tensorCount: 1), "the number of tensors",
            count: 1, offset: 8),
        absurd(
            "more keys than the file has bytes", Bytes.file(pairCount: 1 << 40),
            "the number of metadata keys",
            count: 1 << 40, offset: 16),
        absurd(
            "a key that is longer than the file",
            Bytes.file(pairs: [Bytes.integer(UInt64(4_096)) + [UInt8](repeating: 97, count: 20)]),
            "the length of metadata key number 0", count: 4_096, offset: 24),
        absurd(
            "a text that is longer than the file",
            Bytes.file(pairs: [Bytes.pair("k", 8, Bytes.integer(UInt64.max))]),
            "the length of the value of metadata key 'k'", count: .max, offset: 37),
        absurd(
            "an array that is longer than the file",
            Bytes.file(pairs: [Bytes.pair("k", 9, Bytes.array(10, 1 << 61, []))]),
            "the length of the array of metadata key 'k'", count: 1 << 61, offset: 41),
        absurd(
            "an array of texts that is longer than the file",
            Bytes.file(pairs: [Bytes.pair("k", 9, Bytes.array(8, 2, Bytes.string("")))]),
            "the length of the array of metadata key 'k'", count: 2, offset: 41),
        absurd(
            "a tensor name that is longer than the file",
            Bytes.file(
                tensors: [Bytes.integer(UInt64(1_000)) + [UInt8](repeating: 97, count: 40)]),
            "the length of the name of tensor number 0", count: 1_000, offset: 24),
    ]
}
