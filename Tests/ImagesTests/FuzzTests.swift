// Images and preprocessor_config.json damaged at random: decoded or refused by name.

import Foundation
import Images
import TestSupport
import Testing

private func images() throws -> FuzzedFormat {
    let folder = Goldens.root + "/images"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let files = try names.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0))) }
    let samples = files.filter { bytes in
        (try? PixelImage(file: bytes, path: "x")) != nil && bytes.count < 20_000
    }
    return FuzzedFormat(
        "images", samples: samples,
        words:
            "IHDR IDAT IEND PLTE tRNS eXIf iTXt zTXt iCCP gAMA Exif tiff:Orientation=\"6 XML:com.adobe.xmp",
        place: "some/picture"
    ) { input in
        let image = try PixelImage(file: input, path: "some/picture")
        guard image.pixels.count == 3 * image.width * image.height else {
            throw FuzzFailure("missing pixels")
        }
    }
}

private func preprocessor() -> FuzzedFormat {
    let sample = """
        {"do_resize": true, "size": {"height": 24, "width": 24}, "resample": 2, "do_rescale": true,
         "rescale_factor": 0.00392156862745098, "do_normalize": true, "image_mean": [0.5, 0.5, 0.5],
         "image_std": [0.5, 0.5, 0.5], "image_processor_type": "ViTImageProcessor"}
        """
    return FuzzedFormat(
        "preprocessor", samples: [Array(sample.utf8)],
        words:
            "{ } [ ] : , \" shortest_edge longest_edge crop_size do_center_crop do_convert_rgb "
            + "true null -1 1e99",
        place: "some/file.json"
    ) { _ = try ImagePreprocessing(json: $0, file: "some/file.json") }
}

@Suite struct FuzzTests {
    @Test("a damaged image is decoded or refused by name")
    func damagedImage() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("images"))") {
            try Fuzzing.run(images(), inputs: 6_000)
        }
    }

    @Test("a damaged preprocessor_config.json is read or refused by name")
    func damagedPreprocessor() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("preprocessor"))") {
            try Fuzzing.run(preprocessor(), inputs: 3_000)
        }
    }
}
