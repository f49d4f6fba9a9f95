// Files that are no image, end too early, are corrupt or claim too much: one error each, with the path.

import Foundation
import Images
import Testing

@Suite struct BrokenFileTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: Goldens.root + "/images/" + name)))
    }

    private func refusal(_ bytes: [UInt8]) -> String? {
        do {
            _ = try PixelImage(file: bytes, path: "some/picture")
            return nil
        } catch { return error.description }
    }

    @Test("a golden file that is cut anywhere is an error that names the path")
    func truncated() throws {
        let names = try Goldens.all.get().images.map(\.file)
        for name in names {
            let whole = try bytes(name)
            let cuts = Set([
                1, 2, 5, 13, 20, 33, 40, whole.count / 2, whole.count - 14, whole.count - 2, whole.count - 1,
            ])
            for count in cuts where count > 0 && count < whole.count {
                let message = try #require(refusal(Array(whole.prefix(count))), "\(name), \(count) bytes")
                #expect(message.contains("some/picture"))
            }
        }
        let cut = Array(try bytes("rgb-8.png").dropLast(60))
        #expect(
            refusal(cut)
                == "The PNG image some/picture is broken: the file ends in the middle of the image; copy it"
                + " again or leave it out.")
        let half = try bytes("420.jpg")
        #expect(refusal(Array(half.prefix(half.count - 30)))?.contains("ends in the middle") == true)
    }

    @Test("a changed byte of a PNG is found by its checksum, wherever it is")
    func corruptPNG() throws {
        let whole = try bytes("grey-8-key.png")
        for place in 8..<whole.count - 12 {
            var changed = whole
            changed[place] ^= 0x10
            #expect(refusal(changed)?.contains("some/picture") == true, "byte \(place)")
        }
    }

    @Test("a progressive JPEG of very many scans, each of which goes over the whole image, is refused")
    func manyScans() throws {
        let whole = try bytes("progressive.jpg")
        // The first scan, which writes its coefficients, so that it may come again; it ends at the next
        // marker.
        let start = try #require(
            whole.indices.dropFirst().first { whole[$0 - 1] == 0xFF && whole[$0] == 0xDA })
        let end = try #require(
            whole.indices.first { index in
                index > start && whole[index] == 0xFF && whole[index + 1] != 0
                    && !(0xD0...0xD7).contains(whole[index + 1])
            })
        let scan = whole[start - 1..<end]
        let many = whole[..<end] + repeatElement(scan, count: 200).joined() + whole[end...]
        let message = try #require(refusal(Array(many)))
        #expect(
            message.hasPrefix(
                "The JPEG image some/picture is broken: it is stored in more than 100 scans: save it again"))
        let few = whole[..<end] + repeatElement(scan, count: 3).joined() + whole[end...]
        #expect(refusal(Array(few)) == nil)
    }

    @Test("a JPEG whose data are damaged in the middle is an error, not a grey area")
    func corruptJPEG() throws {
        var changed = try bytes("444.jpg")
        let start = try #require(changed.indices.last { changed[$0] == 0xDA && changed[$0 - 1] == 0xFF }) + 12
        for place in start + 20..<start + 60 { changed[place] = 0x7F }
        let message = try #require(refusal(changed))
        #expect(message.hasPrefix("The JPEG image some/picture is broken: "))
        changed.replaceSubrange(start + 20..<start + 22, with: [0xFF, 0xD9])
        #expect(refusal(changed)?.hasPrefix("The JPEG image some/picture is broken: ") == true)
    }

    @Test("random bytes behind a signature are refused, never crash")
    func garbage() throws {
        var state: UInt64 = 1
        for signature in [Array(try bytes("rgb-8.png").prefix(33)), Array(try bytes("420.jpg").prefix(180))] {
            for _ in 0..<200 {
                let tail = (0..<120).map { _ in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(truncatingIfNeeded: state >> 56)
                }
                #expect(refusal(signature + tail)?.contains("some/picture") == true)
            }
        }
    }

    @Test("a header that claims an absurd size is refused before anything is decoded")
    func bomb() throws {
        var header = Array(try bytes("rgb-8.png").prefix(33))
        for (place, byte) in zip(16..<24, [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60] as [UInt8]) {
            header[place] = byte
        }
        let sum = crc32(header[12..<29])
        for index in 0..<4 { header[29 + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
        // libpng looks for the image data before it gives the size.
        let data: [UInt8] = [0, 0, 0, 1] + Array("IDAT".utf8)
        #expect(
            refusal(header + data)
                == "The image some/picture claims 60000 × 60000 pixels, more than the 178956970 that"
                + " are decoded; scale it down or leave it out.")
        #expect(PixelImage.maximumPixelCount == 178_956_970)
        // 10,000 × 10,000 is not too large, but no few bytes hold it.
        for (place, byte) in zip(16..<24, [0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10] as [UInt8]) {
            header[place] = byte
        }
        let otherSum = crc32(header[12..<29])
        for index in 0..<4 { header[29 + index] = UInt8(truncatingIfNeeded: otherSum >> (24 - 8 * index)) }
        #expect(
            refusal(header + data)
                == "The PNG image some/picture is broken: it claims 10000 × 10000 pixels, which 41 bytes"
                + " cannot hold; copy it again or leave it out.")
        var jpeg = try bytes("420.jpg")
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        for (place, byte) in zip(frame + 5..<frame + 9, [0xF0, 0, 0xF0, 0] as [UInt8]) { jpeg[place] = byte }
        #expect(refusal(jpeg)?.contains("claims 61440 × 61440 pixels") == true)
    }

    @Test(
        "what is no PNG or JPEG is called by its name where it has one",
        arguments: [
            ("GIF89a....", "a GIF file"), ("RIFF....WEBPVP8 ", "a WebP file"), ("BM......", "a BMP file"),
            ("<!DOCTYPE html>", "a web page"), ("hello", "starts like neither"), ("II*\0....", "a TIFF file"),
            ("version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
        ])
    func otherFormats(text: String, name: String) throws {
        let message = try #require(refusal(Array(text.utf8)))
        #expect(
            message.contains("some/picture is no PNG or JPEG image") && message.contains(name), "\(message)")
    }

    @Test("an empty file, a missing file and a folder each have their own message")
    func files() throws {
        #expect(refusal([]) == "The image some/picture is an empty file; copy it again.")
        let missing = #expect(throws: ImagesError.self) { _ = try PixelImage(path: "no/such/picture.png") }
        #expect(missing?.description.hasPrefix("No such image: no/such/picture.png.") == true)
        let folder = #expect(throws: ImagesError.self) { _ = try PixelImage(path: Goldens.root) }
        #expect(folder?.description.contains("it is a folder") == true, "\(folder?.description ?? "")")
    }

    /// The checksum of PNG (ISO 3309), bit by bit.
    private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}
