// Damaged and hostile files: each is refused with its own error, and none crashes the reader.

import Foundation
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct CorruptionTests {
    @Test("each kind of damage has its error and its sentence", arguments: Corruption.all)
    func refused(corruption: Corruption) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(corruption.bytes, to: "model.safetensors")
        let error = thrownError { () throws(SafetensorsError) in _ = try SafetensorsFile(path: path) }
        let message = error?.description.replacing(path, with: "PATH")
        #expect(message == corruption.message)
        #expect(error == corruption.error(path))
    }

    @Test(
        "text that is no JSON is refused with the byte where it goes wrong",
        arguments: [
            ("{", 1, "expected a key in double quotes, found the end"),
            ("{}}", 2, "expected nothing more after the value, found '}'"),
            (#"{"a" 1}"#, 5, "expected ':', found '1'"),
            (#"{"a":[1,]}"#, 8, "expected a value, found ']'"),
            (#"{"a":"\u12G4"}"#, 10, #"expected four hexadecimal digits after '\u', found 'G'"#),
            ("{\"a\":" + String(repeating: "[", count: 40), 36, "nested deeper than 32 levels"),
        ])
    func notJSON(text: String, offset: Int, reason: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(fileBytes(header: text), to: "x")
        let error = thrownError { () throws(SafetensorsError) in _ = try SafetensorsFile(path: path) }
        #expect(error == .notJSON(path: path, offset: offset, reason: reason))
    }

    @Test("spaces, escapes, unknown fields and empty tensors are accepted")
    func unusual() throws {
        let folder = try TemporaryFolder()
        let header =
            #"{ "e\ud83d\ude00\u00e9\/" : {"dtype":"F32","shape":[0,3],"data_offsets":[0,0], "# + "\n\t"
            + #""note":[true,false,null,-1.5e3,{}]}, "s":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}   "#
        let path = try folder.write(fileBytes(header: header, dataByteCount: 1), to: "x")
        let file = try SafetensorsFile(path: path)
        #expect(file.tensorNames == ["e😀é/", "s"])
        #expect(try file.shape(of: "e😀é/") == [0, 3])
        try file.read("e😀é/", into: Tensor(rows: 0, columns: 3))
        #expect(try file.readInt64s("s") == [0])
    }

    @Test("a reference file cut off anywhere is refused")
    func everyTruncation() throws {
        let folder = try TemporaryFolder()
        let whole = try bytes(ofFile: golden("formats.safetensors"))
        for count in 0..<whole.count {
            let path = try folder.write(Array(whole[..<count]), to: "cut")
            let error = thrownError { () throws(SafetensorsError) in _ = try SafetensorsFile(path: path) }
            #expect(error != nil, "\(count) of \(whole.count) bytes")
        }
    }

    @Test("a reference file with any header byte changed is refused or still covers all its data")
    func everyChangedByte() throws {
        let folder = try TemporaryFolder()
        let whole = try bytes(ofFile: golden("formats.safetensors"))
        let reference = try SafetensorsFile(path: golden("formats.safetensors"))
        let headerEnd = 8 + Int(whole[0]) + Int(whole[1]) << 8
        var refused = 0
        for index in 0..<headerEnd {
            var changed = whole
            changed[index] ^= UInt8(1 + RandomKey(seed: 11).word(UInt64(index)) % 255)
            let path = try folder.write(changed, to: "changed")
            do {
                let file = try SafetensorsFile(path: path)
                let byteCount = try file.tensorNames.reduce(0) { try $0 + file.readBytes($1).count }
                #expect(byteCount == whole.count - headerEnd && index >= 8)
                #expect(file.tensorNames.count >= reference.tensorNames.count - 1)
            } catch let error as SafetensorsError {
                #expect(error.description.hasPrefix(path))
                refused += 1
            }
        }
        #expect(refused > headerEnd / 2)
    }
}
