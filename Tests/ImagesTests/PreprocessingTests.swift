// Pixel values against transformers' image processors, and configurations that make no sense.

import Images
import Tensors
import Testing

@Suite struct PreprocessingTests {
    @Test("pixel values equal those of transformers' processors within 1e-6")
    func values() throws {
        let goldens = try Goldens.all.get()
        #expect(goldens.processors.count >= 12)
        for golden in goldens.processors {
            let preprocessing = try ImagePreprocessing(json: golden.configuration.json, file: "p.json")
            let source = formulaImage(width: golden.sourceWidth, height: golden.sourceHeight)
            let image = preprocessing.arranged(source)
            #expect(image.width == golden.width && image.height == golden.height, "\(golden)")
            guard image.width == golden.width, image.height == golden.height else { continue }
            if let size = preprocessing.outputSize { #expect(size == (golden.width, golden.height)) }
            let count = 3 * golden.width * golden.height
            let target = Tensor(rows: 1, columns: count)
            preprocessing.writeValues(of: image, into: target)
            let expected = goldens.floats(at: golden.offset, count: count)
            let worst = zip(target.values(), expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(worst <= 1e-6, "\(golden): \(worst)")
        }
    }

    @Test("an empty object means ViTImageProcessor's defaults")
    func defaults() throws {
        #expect(try ImagePreprocessing(json: Array("{}".utf8), file: "p.json") == ImagePreprocessing())
    }

    @Test(
        "a bad value is refused with file, key and what is expected",
        arguments: [
            (#"{"size": 0}"#, #"p.json: "size" is 0, expected a number from 1 to 32768"#),
            (#"{"size": {"longest_edge": 3}}"#, #"p.json: "size" is an object with longest_edge, expected"#),
            (#"{"size": {"height": 3}}"#, #""size" is an object with height"#),
            (#"{"resample": 7}"#, #"p.json: "resample" is 7, expected a number from 0 to 5."#),
            (#"{"resample": 2.5}"#, #""resample" is 2.5"#),
            (
                #"{"image_mean": [0.5, 0.5]}"#,
                #""image_mean" is [0.5, 0.5], expected 3 numbers, one a channel."#
            ),
            (
                #"{"image_std": [0.5, 0, 0.5]}"#,
                #""image_std" is [0.5, 0, 0.5], expected three numbers other than 0"#
            ),
            (#"{"do_resize": "yes"}"#, #""do_resize" is "yes", expected true or false."#),
            (#"{"do_center_crop": true}"#, #""crop_size" is missing, expected a number"#),
            (#"{"rescale_factor": "1"}"#, #""rescale_factor" is "1", expected a number."#),
            (
                #"{"image_processor_type": "CLIPImageProcessor"}"#,
                #"the image processor "CLIPImageProcessor" is not supported; known are ViTImageProcessor"#
            ),
            ("[]", "p.json is no valid JSON object"), ("{", "p.json is no valid JSON object"),
        ])
    func badValues(json: String, message: String) {
        let error = #expect(throws: ImagesError.self) {
            _ = try ImagePreprocessing(json: Array(json.utf8), file: "p.json")
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("a missing file names its path")
    func missingFile() {
        let error = #expect(throws: ImagesError.self) { _ = try ImagePreprocessing(directory: "no/model") }
        #expect(error?.description.hasPrefix("no/model/preprocessor_config.json cannot be read") == true)
    }
}
