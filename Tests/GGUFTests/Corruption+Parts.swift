// Damaged metadata, tensor entries and places.

import GGUF

extension Corruption {
    private static func pairs(_ pairs: [UInt8]...) -> [UInt8] { Bytes.file(pairs: pairs) }

    static let metadata = [
        Corruption(
            "a key of 65536 bytes",
            pairs(Bytes.pair(String(repeating: "a", count: 65_536), 0, [1])),
            { .stringTooLong(path: $0, what: "metadata key number 0", byteCount: 65_536, limit: 65_535) },
            "PATH: metadata key number 0 has 65536 bytes, the format allows 65535. \(again)"),
        Corruption(
            "an empty key", pairs(Bytes.pair("", 0, [1])), { .badKey(path: $0, found: "") },
            "PATH: a metadata key must be ASCII text of at least one character, found ''. \(format)"),
        Corruption(
            "a key with an accent", pairs(Bytes.pair("é", 0, [1])), { .badKey(path: $0, found: "é") },
            "PATH: a metadata key must be ASCII text of at least one character, found 'é'. \(format)"),
        Corruption(
            "the same key twice", pairs(Bytes.pair("k", 0, [1]), Bytes.pair("k", 0, [2])),
            { .duplicateKey(path: $0, key: "k") }, "PATH: the metadata key 'k' occurs twice. \(format)"),
        Corruption(
            "a text that is not UTF-8", pairs(Bytes.pair("k", 8, Bytes.string([0x61, 0xC3, 0x28]))),
            { .notUTF8(path: $0, what: "the value of metadata key 'k'", offset: 45) },
            "PATH: the value of metadata key 'k' at byte 45 is not valid UTF-8. \(again)"),
        Corruption(
            "a value of an unknown type", pairs(Bytes.pair("k", 13, [1, 2, 3, 4])),
            { .unknownValueType(path: $0, key: "k", found: 13) },
            "PATH: metadata key 'k': expected a value type from 0 to 12, found 13. \(again)"),
        Corruption(
            "an array of an unknown type", pairs(Bytes.pair("k", 9, Bytes.array(99, 0, []))),
            { .unknownValueType(path: $0, key: "k", found: 99) },
            "PATH: metadata key 'k': expected a value type from 0 to 12, found 99. \(again)"),
        Corruption(
            "a truth value of 2", pairs(Bytes.pair("k", 7, [2])), { .badBool(path: $0, key: "k", found: 2) },
            "PATH: metadata key 'k': a truth value must be 0 or 1, found 2. \(again)"),
        Corruption(
            "arrays in arrays without end",
            pairs(Bytes.pair("k", 9, (0..<40).flatMap { _ in Bytes.array(9, 1, []) })),
            { .nestedTooDeep(path: $0, key: "k", limit: 8) },
            "PATH: metadata key 'k': arrays are nested deeper than 8 levels. \(format)"),
        Corruption(
            "a number that is cut off", Array(pairs(Bytes.pair("k", 10, Bytes.integer(UInt64(1))))[..<41]),
            {
                .truncated(
                    path: $0, what: "the value of metadata key 'k'", offset: 37, needed: 8, fileByteCount: 41)
            },
            "PATH: the value of metadata key 'k' needs 8 bytes at byte 37, but the file has only 41 in all; "
                + cut),
        Corruption(
            "an alignment of 48", pairs(Bytes.pair("general.alignment", 4, Bytes.integer(UInt32(48)))),
            { .badAlignment(path: $0, found: "48") },
            "PATH: general.alignment must be a UINT32 that is a power of two up to 1048576, found 48. "
                + format),
        Corruption(
            "an alignment of 0", pairs(Bytes.pair("general.alignment", 4, Bytes.integer(UInt32(0)))),
            { .badAlignment(path: $0, found: "0") },
            "PATH: general.alignment must be a UINT32 that is a power of two up to 1048576, found 0. \(format)"
        ),
        Corruption(
            "an alignment that is a text", pairs(Bytes.pair("general.alignment", 8, Bytes.string("32"))),
            { .badAlignment(path: $0, found: "STRING") },
            "PATH: general.alignment must be a UINT32 that is a power of two up to 1048576, found STRING. "
                + format),
    ]

    private static func tensors(_ tensors: [UInt8]..., data: Int = 0) -> [UInt8] {
        Bytes.file(tensors: tensors, dataByteCount: data)
    }

    static let entries = [
        Corruption(
            "a tensor without a name", tensors(Bytes.tensor("", [8]), data: 32),
            { .emptyTensorName(path: $0, index: 0) }, "PATH: tensor number 0 has no name. \(format)"),
        Corruption(
            "a tensor name of 1025 bytes",
            tensors(Bytes.tensor(String(repeating: "a", count: 1_025), [8]), data: 32),
            {
                .stringTooLong(
                    path: $0, what: "the name of tensor number 0", byteCount: 1_025, limit: 1_024)
            },
            "PATH: the name of tensor number 0 has 1025 bytes, the format allows 1024. \(again)"),
        Corruption(
            "a tensor name that is not UTF-8",
            tensors(Bytes.string([0xFF]) + Bytes.tensor("", [8]).dropFirst(8), data: 32),
            { .notUTF8(path: $0, what: "the name of tensor number 0", offset: 32) },
            "PATH: the name of tensor number 0 at byte 32 is not valid UTF-8. \(again)"),
        Corruption(
            "the same tensor twice",
            tensors(Bytes.tensor("w", [8]), Bytes.tensor("w", [8], offset: 32), data: 64),
            { .duplicateTensor(path: $0, tensor: "w") }, "PATH: the tensor 'w' occurs twice. \(format)"),
        Corruption(
            "five dimensions", tensors(Bytes.tensor("w", [1, 1, 1, 1, 8]), data: 32),
            { .badDimensionCount(path: $0, tensor: "w", found: 5) },
            "PATH: tensor 'w': expected 1 to 4 dimensions, found 5. \(again)"),
        Corruption(
            "no dimension", tensors(Bytes.tensor("w", []), Bytes.tensor("v", [8]), data: 32),
            { .badDimensionCount(path: $0, tensor: "w", found: 0) },
            "PATH: tensor 'w': expected 1 to 4 dimensions, found 0. \(again)"),
        Corruption(
            "a dimension of zero", tensors(Bytes.tensor("w", [8, 0]), data: 32),
            { .badDimensions(path: $0, tensor: "w", found: [8, 0]) },
            "PATH: tensor 'w': dimensions [8, 0] have a zero or more bytes than 63 bits can count. \(again)"),
        Corruption(
            "dimensions whose product overflows", tensors(Bytes.tensor("w", [1 << 32, 1 << 32]), data: 32),
            { .badDimensions(path: $0, tensor: "w", found: [1 << 32, 1 << 32]) },
            "PATH: tensor 'w': dimensions [4294967296, 4294967296] have a zero or more bytes than 63 bits can "
                + "count. \(again)"),
        Corruption(
            "a dimension beyond 63 bits", tensors(Bytes.tensor("w", [.max]), data: 32),
            { .badDimensions(path: $0, tensor: "w", found: [.max]) },
            "PATH: tensor 'w': dimensions [18446744073709551615] have a zero or more bytes than 63 bits can "
                + "count. \(again)"),
        Corruption(
            "an unknown type", tensors(Bytes.tensor("w", [8], type: 77), data: 32),
            { .unknownTensorType(path: $0, tensor: "w", number: 77) },
            "PATH: tensor 'w' has the unknown type number 77. Quantise the model as one of \(readable)."),
        Corruption(
            "a type that the format gave up", tensors(Bytes.tensor("w", [32], type: 4), data: 32),
            { .unknownTensorType(path: $0, tensor: "w", number: 4) },
            "PATH: tensor 'w' has the unknown type number 4. Quantise the model as one of \(readable)."),
        Corruption(
            "rows that are no whole blocks", tensors(Bytes.tensor("w", [40], type: 2), data: 32),
            { .partialBlock(path: $0, tensor: "w", type: "Q4_0", columns: 40, blockElementCount: 32) },
            "PATH: tensor 'w': rows of 40 elements are no whole blocks of 32, as Q4_0 needs. \(again)"),
    ]

    static let layout = [
        Corruption(
            "an offset between places", tensors(Bytes.tensor("w", [8], offset: 8), data: 64),
            { .unaligned(path: $0, tensor: "w", offset: 8, alignment: 32) },
            "PATH: tensor 'w' starts at byte 8 of the data, no multiple of the alignment 32. \(again)"),
        Corruption(
            "data that is cut off", tensors(Bytes.tensor("w", [16]), data: 63),
            { .beyondEnd(path: $0, tensor: "w", offset: 0, byteCount: 64, dataByteCount: 63) },
            "PATH: tensor 'w': 64 bytes from byte 0 on reach beyond the 63 bytes of data that the file has; "
                + cut),
        Corruption(
            "an offset beyond the file", tensors(Bytes.tensor("w", [8], offset: 1 << 63), data: 32),
            { .beyondEnd(path: $0, tensor: "w", offset: 1 << 63, byteCount: 32, dataByteCount: 32) },
            "PATH: tensor 'w': 32 bytes from byte 9223372036854775808 on reach beyond the 32 bytes of data that "
                + "the file has; \(cut)"),
        Corruption(
            "two tensors that overlap",
            tensors(Bytes.tensor("a", [16]), Bytes.tensor("b", [8], offset: 32), data: 64),
            { .overlap(path: $0, tensor: "b", other: "a", start: 32, previousEnd: 64) },
            "PATH: tensor 'b' starts at byte 32 of the data, inside of tensor 'a', which ends at 64. \(again)"
        ),
        Corruption(
            "two tensors in the same place",
            tensors(Bytes.tensor("a", [8]), Bytes.tensor("b", [8]), data: 32),
            { .overlap(path: $0, tensor: "b", other: "a", start: 0, previousEnd: 32) },
            "PATH: tensor 'b' starts at byte 0 of the data, inside of tensor 'a', which ends at 32. \(again)"),
        Corruption(
            "a hole between tensors",
            tensors(Bytes.tensor("a", [8]), Bytes.tensor("b", [8], offset: 64), data: 96),
            { .hole(path: $0, tensor: "b", start: 64, previousEnd: 32) },
            "PATH: tensor 'b' starts at byte 64 of the data, but what stands before it ends at 32: the bytes "
                + "between belong to no tensor. \(format)"),
        Corruption(
            "a hole before the first tensor", tensors(Bytes.tensor("a", [8], offset: 32), data: 64),
            { .hole(path: $0, tensor: "a", start: 32, previousEnd: 0) },
            "PATH: tensor 'a' starts at byte 32 of the data, but what stands before it ends at 0: the bytes "
                + "between belong to no tensor. \(format)"),
        Corruption(
            "bytes after the last tensor", tensors(Bytes.tensor("a", [8]), data: 64),
            { .surplusBytes(path: $0, dataByteCount: 64, usedByteCount: 32) },
            "PATH: the tensors end at byte 32 of the data, but the file goes on to 64. \(again)"),
    ]
}
