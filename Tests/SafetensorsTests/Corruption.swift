// One damaged file of each kind, the error that it must give, and the error's sentence.

import Safetensors
import Testing

/// A file that must be refused. In `message` its path is "PATH"; `error` takes the path.
struct Corruption: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let error: @Sendable (_ path: String) -> SafetensorsError
    let message: String

    var testDescription: String { name }

    init(
        _ name: String, _ bytes: [UInt8], _ error: @escaping @Sendable (String) -> SafetensorsError,
        _ message: String
    ) {
        self.name = name
        self.bytes = bytes
        self.error = error
        self.message = message
    }

    init(
        _ name: String, header: String, data: Int = 0,
        _ error: @escaping @Sendable (String) -> SafetensorsError, _ message: String
    ) {
        self.init(name, fileBytes(header: header, dataByteCount: data), error, message)
    }

    private static let again = "The file is damaged: download or copy it again."
    private static let format =
        "The file does not follow the safetensors format: save it again with an up-to-date library."

    static let all = file + header + entry + layout

    private static let file = [
        Corruption(
            "an empty file", [], { .tooShort(path: $0, byteCount: 0) },
            "PATH: expected at least 8 bytes for the length of the header, found 0. \(again)"),
        Corruption(
            "a file of seven bytes", [2, 0, 0, 0, 0, 0, 0], { .tooShort(path: $0, byteCount: 7) },
            "PATH: expected at least 8 bytes for the length of the header, found 7. \(again)"),
        Corruption(
            "a header length beyond the limit", [UInt8](repeating: 0xFF, count: 8) + Array("{}".utf8),
            { .headerTooLarge(path: $0, byteCount: UInt64.max, limit: 100_000_000) },
            "PATH: the header claims 18446744073709551615 bytes, the format allows 100000000. This is no "
                + "safetensors file, or it is damaged: download or copy it again."),
        Corruption(
            "a header length one beyond the limit", [0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0],
            { .headerTooLarge(path: $0, byteCount: 100_000_001, limit: 100_000_000) },
            "PATH: the header claims 100000001 bytes, the format allows 100000000. This is no "
                + "safetensors file, or it is damaged: download or copy it again."),
        Corruption(
            "a header that reaches beyond the file", [9, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8),
            { .headerBeyondEnd(path: $0, byteCount: 9, fileByteCount: 16) },
            "PATH: the header claims 9 bytes, but the file has only 16 in all. \(again)"),
        Corruption(
            "a header of no bytes", [UInt8](repeating: 0, count: 8),
            { .headerWithoutBrace(path: $0, found: 0) },
            "PATH: the header must start with '{' (byte 123), found byte 0. This is no "
                + "safetensors file, or it is damaged: download or copy it again."),
        Corruption(
            "a header that starts with a space", header: " {}", { .headerWithoutBrace(path: $0, found: 32) },
            "PATH: the header must start with '{' (byte 123), found byte 32. This is no "
                + "safetensors file, or it is damaged: download or copy it again."),
    ]

    private static let header = [
        Corruption(
            "a header that is cut off", header: #"{"x":{"dtype":"F3"#,
            { .notJSON(path: $0, offset: 14, reason: "a string is opened here and not closed") },
            "PATH: the JSON is wrong at byte 14: a string is opened here and not closed. \(again)"),
        Corruption(
            "a header of invalid UTF-8",
            fileBytes(header: Array(#"{"a"#.utf8) + [0xC3, 0x28] + Array(#"":1}"#.utf8)),
            { .notJSON(path: $0, offset: 3, reason: "invalid UTF-8") },
            "PATH: the JSON is wrong at byte 3: invalid UTF-8. \(again)"),
        Corruption(
            "the same tensor twice",
            header: #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                + #""\u0078":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, data: 2,
            { .duplicateName(path: $0, name: "x") },
            "PATH: the name 'x' occurs twice in one JSON object. \(format)"),
        Corruption(
            "the same field twice",
            header: #"{"x":{"dtype":"U8","shape":[1],"shape":[2],"data_offsets":[0,1]}}"#, data: 1,
            { .duplicateName(path: $0, name: "shape") },
            "PATH: the name 'shape' occurs twice in one JSON object. \(format)"),
        Corruption(
            "metadata that is a list", header: #"{"__metadata__":["pt"]}"#,
            { .badMetadata(path: $0, found: #"["pt"]"#) },
            #"PATH: '__metadata__' must map strings to strings, found ["pt"]. "# + format),
        Corruption(
            "metadata with a number", header: #"{"__metadata__":{"format":1}}"#,
            { .badMetadata(path: $0, found: "1 at 'format'") },
            "PATH: '__metadata__' must map strings to strings, found 1 at 'format'. \(format)"),
    ]

    private static func one(_ fields: String) -> String { #"{"w":{"# + fields + "}}" }

    private static let entry = [
        Corruption(
            "an entry that is a list", header: #"{"w":[1,2]}"#,
            { .badEntry(path: $0, tensor: "w", found: "[1,2]") },
            "PATH: tensor 'w': expected an object of dtype, shape and data_offsets, found [1,2]. \(format)"),
        Corruption(
            "a missing dtype", header: one(#""shape":[1],"data_offsets":[0,4]"#), data: 4,
            { .missingField(path: $0, tensor: "w", field: "dtype") },
            "PATH: tensor 'w': the field 'dtype' is missing. \(format)"),
        Corruption(
            "a missing shape", header: one(#""dtype":"F32","data_offsets":[0,4]"#), data: 4,
            { .missingField(path: $0, tensor: "w", field: "shape") },
            "PATH: tensor 'w': the field 'shape' is missing. \(format)"),
        Corruption(
            "missing offsets", header: one(#""dtype":"F32","shape":[1]"#), data: 4,
            { .missingField(path: $0, tensor: "w", field: "data_offsets") },
            "PATH: tensor 'w': the field 'data_offsets' is missing. \(format)"),
        Corruption(
            "an unknown dtype", header: one(#""dtype":"F31","shape":[1],"data_offsets":[0,4]"#), data: 4,
            { .unknownDType(path: $0, tensor: "w", found: #""F31""#) },
            "PATH: tensor 'w': expected a dtype of BOOL, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, I16, "
                + "U16, F16, BF16, "
                + #"I32, U32, F32, F64, I64, U64, found "F31". Convert the tensor to one of these."#),
        Corruption(
            "a negative extent", header: one(#""dtype":"F32","shape":[-1,4],"data_offsets":[0,4]"#), data: 4,
            { .badShape(path: $0, tensor: "w", found: "[-1,4]") },
            "PATH: tensor 'w': the shape must be a list of whole numbers from 0 to 9223372036854775807, "
                + "found [-1,4]. \(format)"),
        Corruption(
            "a shape whose size overflows",
            header: one(#""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]"#),
            { .shapeTooLarge(path: $0, tensor: "w", shape: [4_294_967_296, 4_294_967_296]) },
            "PATH: tensor 'w': a tensor of shape [4294967296, 4294967296] has more bytes than 63 "
                + "bits can count. "
                + again),
        Corruption(
            "three offsets", header: one(#""dtype":"F32","shape":[1],"data_offsets":[0,4,8]"#), data: 4,
            { .badOffsets(path: $0, tensor: "w", found: "[0,4,8]") },
            "PATH: tensor 'w': data_offsets must be two whole numbers from 0 to 9223372036854775807, "
                + "found [0,4,8]. \(format)"),
        Corruption(
            "an offset with a fraction", header: one(#""dtype":"F32","shape":[1],"data_offsets":[0,4.0]"#),
            data: 4,
            { .badOffsets(path: $0, tensor: "w", found: "[0,4.0]") },
            "PATH: tensor 'w': data_offsets must be two whole numbers from 0 to 9223372036854775807, "
                + "found [0,4.0]. \(format)"),
        Corruption(
            "an offset beyond 64 bits",
            header: one(#""dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551620]"#), data: 4,
            { .badOffsets(path: $0, tensor: "w", found: "[0,18446744073709551620]") },
            "PATH: tensor 'w': data_offsets must be two whole numbers from 0 to 9223372036854775807, "
                + "found [0,18446744073709551620]. \(format)"),
    ]

    private static func pair(_ first: String, _ second: String) -> String {
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":"# + first
            + #"},"b":{"dtype":"F32","shape":[2],"data_offsets":"# + second + "}}"
    }

    private static let layout = [
        Corruption(
            "offsets in the wrong order", header: one(#""dtype":"F32","shape":[1],"data_offsets":[4,0]"#),
            data: 4,
            { .reversedOffsets(path: $0, tensor: "w", offsets: [4, 0]) },
            "PATH: tensor 'w': data_offsets [4, 0] end before they begin. \(again)"),
        Corruption(
            "data that is cut off", header: pair("[0,8]", "[8,16]"), data: 15,
            { .offsetsBeyondEnd(path: $0, tensor: "b", offsets: [8, 16], dataByteCount: 15) },
            "PATH: tensor 'b': data_offsets [8, 16] reach beyond the 15 bytes of data that the "
                + "file has; it was probably cut off. Download or copy it again."),
        Corruption(
            "offsets that do not fit the shape",
            header: one(#""dtype":"F32","shape":[3],"data_offsets":[0,8]"#),
            data: 8,
            {
                .wrongByteCount(
                    path: $0, tensor: "w", dtype: .float32, shape: [3], expected: 12, found: 8)
            },
            "PATH: tensor 'w': F32 of shape [3] needs 12 bytes, its data_offsets give 8. \(again)"),
        Corruption(
            "two tensors that overlap", header: pair("[4,12]", "[0,8]"), data: 12,
            { .overlap(path: $0, tensor: "a", other: "b", start: 4, previousEnd: 8) },
            "PATH: tensor 'a' starts at byte 4 of the data, inside of tensor 'b', which ends at 8. \(again)"),
        Corruption(
            "two tensors in the same place", header: pair("[0,8]", "[0,8]"), data: 8,
            { .overlap(path: $0, tensor: "b", other: "a", start: 0, previousEnd: 8) },
            "PATH: tensor 'b' starts at byte 0 of the data, inside of tensor 'a', which ends at 8. \(again)"),
        Corruption(
            "a hole between tensors", header: pair("[0,8]", "[12,20]"), data: 20,
            { .hole(path: $0, tensor: "b", start: 12, previousEnd: 8) },
            "PATH: tensor 'b' starts at byte 12 of the data, expected 8: the bytes between belong "
                + "to no tensor. "
                + format),
        Corruption(
            "a hole before the first tensor", header: pair("[4,12]", "[12,20]"), data: 20,
            { .hole(path: $0, tensor: "a", start: 4, previousEnd: 0) },
            "PATH: tensor 'a' starts at byte 4 of the data, expected 0: the bytes between belong "
                + "to no tensor. "
                + format),
        Corruption(
            "bytes after the last tensor", header: pair("[0,8]", "[8,16]"), data: 17,
            { .surplusBytes(path: $0, dataByteCount: 17, usedByteCount: 16) },
            "PATH: the tensors end at byte 16 of the data, but the file goes on to 17. \(again)"),
        Corruption(
            "bytes without any tensor", header: "{}", data: 1,
            { .surplusBytes(path: $0, dataByteCount: 1, usedByteCount: 0) },
            "PATH: the tensors end at byte 0 of the data, but the file goes on to 1. \(again)"),
    ]
}
