// Rows that name images: paths, captions, errors with row and file, and the pixel values of a batch.

import Datasets
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@Suite struct CaptionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The sample data that come with the recipe.
    private static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("launch/recipes/captions").path

    private func readingMessage(_ rows: String) throws -> String {
        let path = try folder.write("sub/rows.jsonl", rows)
        return try message {
            let examples = try CaptionExample.read(patterns: [path])
            try ImageLoader(rows: examples.map(\.image), preprocessing: ImagePreprocessing()).check()
        }.replacingOccurrences(of: folder.path + "/", with: "")
    }

    /// The loader for small images without normalisation.
    private func loader(
        _ rows: [ImageRow], augmentation: ImageAugmentation = .init(), cacheByteLimit: Int = 1 << 20
    ) throws -> ImageLoader {
        var preprocessing = ImagePreprocessing()
        preprocessing.size = .exact(width: 12, height: 10)
        preprocessing.rescaleFactor = nil
        preprocessing.normalization = nil
        return try ImageLoader(
            rows: rows, preprocessing: preprocessing, augmentation: augmentation,
            cacheByteLimit: cacheByteLimit)
    }

    @Test("the sample rows are read, their images decoded, the counts are those of the page beside them")
    func samples() throws {
        let page = try String(contentsOfFile: Self.samples + "/README.md", encoding: .utf8)
        var captions: Set<String> = []
        for (file, count) in [("train", 120), ("validation", 30)] {
            let examples = try CaptionExample.read(patterns: [Self.samples + "/\(file).jsonl"])
            #expect(examples.count == count)
            let single = examples.filter { $0.caption.split(separator: " ").count == 3 }.count
            #expect(page.contains("| `\(file).jsonl` | \(count) | \(single) | \(count - single) |"))
            for example in examples {
                #expect(captions.insert(example.caption).inserted, "\(example.caption)")
                let image = try example.image.image()
                #expect(image.width == 64 && image.height == 64)
                #expect(
                    Set(stride(from: 0, to: image.pixels.count, by: 3).map { image.pixels[$0] }).count >= 2)
            }
        }
        let names = try FileManager.default.subpathsOfDirectory(atPath: Self.samples)
        let sizes = try names.map {
            try FileManager.default.attributesOfItem(atPath: Self.samples + "/" + $0)[.size] as? Int ?? 0
        }
        #expect(sizes.reduce(0, +) < 150_000)
    }

    @Test("paths are relative to the folder of the row's file, absolute ones stay")
    func paths() throws {
        let source = RowSource(file: "data/sub/rows.jsonl", line: 3)
        #expect(ImageRow("images/a.png", source: source).path == "data/sub/images/a.png")
        #expect(ImageRow("/images/a.png", source: source).path == "/images/a.png")
        #expect(ImageRow("a.png", source: RowSource(file: "rows.jsonl", line: 1)).path == "a.png")
    }

    @Test("a broken, missing or empty image is an error that names row and file")
    func brokenImages() throws {
        let whole = [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: Self.samples + "/images/train-000.png")))
        try folder.write("sub/good.png", whole)
        try folder.write("sub/cut.png", Array(whole.dropLast(30)))
        let good = #"{"image": "good.png", "caption": "a shape"}"# + "\n"
        #expect(try readingMessage(good) == "no error")
        #expect(
            try readingMessage(good + #"{"image": "cut.png", "caption": "a shape"}"#)
                == "sub/rows.jsonl:2: The PNG image sub/cut.png is broken: the file ends in the middle of the image;"
                + " copy it again or leave it out.")
        try folder.write("sub/narrow.png", TemporaryFolder.twoPixelPNG)
        #expect(try readingMessage(good + #"{"image": "narrow.png", "caption": "a shape"}"#) == "no error")
        try folder.write("sub/pixel.png", TemporaryFolder.onePixelPNG)
        #expect(
            try readingMessage(good + #"{"image": "pixel.png", "caption": "a shape"}"#)
                == "sub/rows.jsonl:2: The image sub/pixel.png has a single pixel, so there is nothing to see: it stands"
                + " where an image failed to load; replace it or leave the row out.")
        #expect(
            try readingMessage(good + good + #"{"image": "none.png", "caption": "a shape"}"#)
                .hasPrefix("sub/rows.jsonl:3: No such image: sub/none.png."))
    }

    @Test("rows without image or caption, with empty ones or addresses are errors")
    func badRows() throws {
        #expect(
            try readingMessage(#"{"image": "a.png", "text": "a shape"}"#)
                == "sub/rows.jsonl:1: no column \"caption\"; the row has \"image\", \"text\"."
                + " Set caption_column to the column's name.")
        #expect(
            try readingMessage(#"{"picture": "a.png", "caption": "a shape"}"#)
                .contains("Set image_column to the column's name."))
        #expect(
            try readingMessage(#"{"image": "a.png", "caption": " \t"}"#)
                == "sub/rows.jsonl:1: column \"caption\" is empty: expected a caption; write one or leave the row out."
        )
        #expect(
            try readingMessage(#"{"image": "", "caption": "a"}"#)
                == "sub/rows.jsonl:1: column \"image\" is empty: expected the path of an image.")
        #expect(
            try readingMessage(#"{"image": "https://a.b/c.png", "caption": "a"}"#)
                .hasPrefix("sub/rows.jsonl:1: column \"image\" holds the address \"https://a.b/c.png\""))
        #expect(
            try readingMessage(#"{"image": 3, "caption": "a"}"#)
                == "sub/rows.jsonl:1: column \"image\": expected a string, found the number 3.")
    }

    @Test("captions lose white space at their ends only")
    func captions() throws {
        let fields = try row(#"{"image": "a.png", "caption": "  two  words\n"}"#)
        #expect(try CaptionExample(fields).caption == "two  words")
    }

    @Test("an image that was read ahead is there when its file is gone; one that cannot be read is an error")
    func readAhead() throws {
        let whole = [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: Self.samples + "/images/train-000.png")))
        let path = try folder.write("first.png", whole)
        let rows = ["first.png", "second.png"].map {
            ImageRow($0, source: RowSource(file: folder.path + "/rows.jsonl", line: 1))
        }
        let expected = try loader(rows).image(at: 0)
        // The thread may be late on a busy machine.
        let wasAhead = try [0.05, 0.5, 5].contains { seconds in
            try folder.write("first.png", whole)
            let loader = try loader(rows, cacheByteLimit: 0)
            loader.readAhead(rows.enumerated().map { (index: $0, row: $1) })
            Thread.sleep(forTimeInterval: seconds)
            try FileManager.default.removeItem(atPath: path)
            #expect(throws: DatasetsError.self) { try loader.image(at: 1) }
            do { return try loader.image(at: 0) == expected } catch { return false }
        }
        #expect(wasAhead)
    }

    @Test("a batch holds red, green and blue planes of the prepared images, whatever the cache keeps")
    func values() throws {
        let examples = try CaptionExample.read(patterns: [Self.samples + "/validation.jsonl"])
        for limit in [0, 500, 1 << 20] {
            let loader = try loader(examples.map(\.image), cacheByteLimit: limit)
            #expect(loader.valueCount == 360)
            for _ in 0..<2 {
                let target = Tensor(rows: 3, columns: 360)
                try loader.writeValues(of: [4, 0, 4], into: target)
                for (row, index) in [4, 0, 4].enumerated() {
                    let image = try examples[index].image.image().resized(width: 12, height: 10, .bilinear)
                    let expected = (0..<3).flatMap { channel in
                        (0..<120).map { Float(image.pixels[3 * $0 + channel]) }
                    }
                    #expect(target.rows(row..<row + 1).values() == expected)
                }
            }
        }
    }

    @Test(
        "augmentation depends on epoch and row, not on order or cache",
        arguments: [
            ImageAugmentation(horizontalFlipProbability: 0.5, verticalFlipProbability: 0.5),
            ImageAugmentation(horizontalFlipProbability: 0.5, randomCrop: .init(scale: 0.3...0.9)),
        ])
    func augmentation(augmentation: ImageAugmentation) throws {
        let rows = try CaptionExample.read(patterns: [Self.samples + "/validation.jsonl"]).map(\.image)
        func values(_ indices: [Int], epoch: UInt64?, cacheByteLimit: Int = 1 << 20) throws -> [[Float]] {
            let loader = try loader(rows, augmentation: augmentation, cacheByteLimit: cacheByteLimit)
            let target = Tensor(rows: indices.count, columns: loader.valueCount)
            try loader.writeValues(of: indices, epochKey: epoch.map { RandomKey(seed: $0) }, into: target)
            return indices.indices.map { target.rows($0..<$0 + 1).values() }
        }
        let first = try values(Array(0..<30), epoch: 1)
        #expect(try values((0..<30).reversed(), epoch: 1, cacheByteLimit: 0) == first.reversed())
        #expect(try values(Array(0..<30), epoch: 2) != first)
        let plain = try values(Array(0..<30), epoch: nil)
        #expect(plain != first)
        let evaluation = try loader(rows)
        let target = Tensor(rows: 30, columns: evaluation.valueCount)
        try evaluation.writeValues(of: Array(0..<30), into: target)
        #expect(target.values() == plain.flatMap { $0 })
    }

    @Test("preprocessing that leaves many sizes is refused")
    func manySizes() throws {
        var preprocessing = ImagePreprocessing()
        preprocessing.size = .shortestEdge(16, longest: nil)
        let text = try message { _ = try ImageLoader(rows: [], preprocessing: preprocessing) }
        #expect(text.hasPrefix("The preprocessing leaves images of different sizes"))
        preprocessing.cropSize = (16, 16)
        #expect(try ImageLoader(rows: [], preprocessing: preprocessing).width == 16)
    }
}
