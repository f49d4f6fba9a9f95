// Resized images against Pillow's, byte by byte.

import Images
import Testing

@Suite struct ResizeTests {
    private static let filters: [String: Resampling] = [
        "nearest": .nearest, "lanczos": .lanczos, "bilinear": .bilinear, "bicubic": .bicubic, "box": .box,
        "hamming": .hamming,
    ]

    @Test("six filters give the bytes of Pillow for smaller, larger and mixed sizes")
    func bytes() throws {
        let goldens = try Goldens.all.get()
        #expect(goldens.resized.count >= 48)
        let sources = [
            "noise": try PixelImage(path: Goldens.root + "/images/noise.png"),
            "formula": formulaImage(width: 320, height: 240), "pixel": formulaImage(width: 1, height: 1),
            "tall": formulaImage(width: 2, height: 230),
        ]
        for golden in goldens.resized {
            let source = try #require(sources[golden.source])
            let filter = try #require(Self.filters[golden.filter])
            let image = source.resized(width: golden.width, height: golden.height, filter)
            #expect(image.width == golden.width && image.height == golden.height)
            #expect(fnv(image.pixels) == golden.fnv, "\(golden)")
        }
    }

    @Test("an even area stays even, whatever the filter and size", arguments: Resampling.allCases)
    func evenArea(filter: Resampling) {
        let grey = PixelImage(width: 9, height: 7, pixels: [UInt8](repeating: 77, count: 9 * 7 * 3))
        for (width, height) in [(1, 1), (3, 30), (40, 2), (9, 8), (200, 100)] {
            #expect(grey.resized(width: width, height: height, filter).pixels.allSatisfy { $0 == 77 })
        }
    }
}
