// Decoded pixels against Pillow's, for every kind of PNG and JPEG.

import Foundation
import Images
import Testing

@Suite struct DecodingTests {
    @Test("every kind of file gives the pixels of Pillow, bit by bit")
    func pixels() throws {
        let goldens = try Goldens.all.get()
        #expect(goldens.images.count >= 60)
        for golden in goldens.images {
            let image = try PixelImage(path: golden.path)
            #expect(image.width == golden.width && image.height == golden.height, "\(golden)")
            let expected = goldens.bytes(at: golden.offset, width: golden.width, height: golden.height)
            #expect(image.pixels == expected, "\(golden)")
        }
    }

    @Test("a file is known by its content, not by its name")
    func sniffing() throws {
        let goldens = try Goldens.all.get()
        for (name, other) in [("420.jpg", "picture.png"), ("rgb-8.png", "picture")] {
            let golden = try #require(goldens.images.first { $0.file == name })
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: golden.path)))
            let image = try PixelImage(file: bytes, path: other)
            #expect(image == (try PixelImage(path: golden.path)))
        }
    }

    @Test("flips and crops take the pixels from where they should")
    func rearranging() {
        let image = formulaImage(width: 5, height: 4)
        func pixel(_ image: PixelImage, _ x: Int, _ y: Int) -> ArraySlice<UInt8> {
            image.pixels[3 * (y * image.width + x)..<3 * (y * image.width + x) + 3]
        }
        let crop = image.cropped(left: 1, top: 2, width: 3, height: 2)
        for y in 0..<2 { for x in 0..<3 { #expect(pixel(crop, x, y) == pixel(image, x + 1, y + 2)) } }
        for y in 0..<4 {
            for x in 0..<5 {
                #expect(pixel(image.flippedHorizontally(), x, y) == pixel(image, 4 - x, y))
                #expect(pixel(image.flippedVertically(), x, y) == pixel(image, x, 3 - y))
            }
        }
        #expect(image.flippedVertically().flippedVertically() == image)
    }
}
