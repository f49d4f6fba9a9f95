// Reads preprocessor_config.json.

internal import Files
internal import JSON

extension ImagePreprocessing {
    /// Name of the file in a model directory.
    package static let fileName = "preprocessor_config.json"

    /// Reads `directory/preprocessor_config.json`.
    /// - Throws: if the file is missing, no JSON object, of a processor that is not known, or has a bad
    ///   value.
    package init(directory: String) throws(ImagesError) {
        let path = directory + "/" + Self.fileName
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.bytes(of: path)
        } catch {
            throw ImagesError(
                "\(path) cannot be read (\(error.reason)); an image model needs this file of its"
                    + " own model directory.")
        }
        try self.init(json: bytes, file: path)
    }

    /// Reads the content of a preprocessor_config.json; `file` is named in errors. Keys that are missing take
    /// the defaults of the processor's class in transformers; keys that no step needs are ignored, as there.
    package init(json: [UInt8], file: String) throws(ImagesError) {
        let keys = try ProcessorKeys(json, file: file)
        let processor = try keys.processor()
        let isDeiT = processor == "DeiT"
        if try keys.flag("do_resize", default: true) {
            let edge = isDeiT ? 256 : 224
            size = try keys.size("size") ?? .exact(width: edge, height: edge)
            resampling = try keys.resampling(default: isDeiT ? .bicubic : .bilinear)
        } else {
            size = nil
        }
        if try keys.flag("do_center_crop", default: isDeiT) {
            switch try keys.size("crop_size") {
            case .exact(let width, let height): cropSize = (width, height)
            case nil where isDeiT: cropSize = (224, 224)
            case nil, .shortestEdge:
                throw keys.bad("crop_size", expected: "a number, or \"height\" and \"width\"")
            }
        } else {
            cropSize = nil
        }
        rescaleFactor =
            try keys.flag("do_rescale", default: true)
            ? keys.numbers("rescale_factor", default: [1.0 / 255], count: 1)[0] : nil
        if try keys.flag("do_normalize", default: true) {
            let half = [0.5, 0.5, 0.5]
            normalization = Normalization(
                mean: try keys.numbers("image_mean", default: half, count: 3),
                deviation: try keys.numbers("image_std", default: half, count: 3))
            if normalization?.deviation.contains(0) == true {
                throw keys.bad("image_std", expected: "three numbers other than 0")
            }
        } else {
            normalization = nil
        }
    }
}

/// Typed look-ups with file and key in each error.
private struct ProcessorKeys {
    private let file: String
    private let values: JSONObject

    init(_ json: [UInt8], file: String) throws(ImagesError) {
        self.file = file
        let value: JSONValue
        do {
            value = try JSONValue(parsing: json, duplicates: .firstWins)
        } catch {
            let (line, column) = error.place(in: json)
            throw .notJSON(file, "line \(line), column \(column): \(error.problem)")
        }
        guard let values = value.object else { throw .notJSON(file, "no object, but \(value.kind)") }
        self.values = values
    }

    private subscript(key: String) -> JSONValue? {
        if case .null? = values[key] { nil } else { values[key] }
    }

    func bad(_ key: String, expected: String) -> ImagesError {
        .badValue(key, found: self[key]?.phrase ?? "missing", expected: expected, in: file)
    }

    /// `ViT` or `DeiT`. Older files name a feature extractor.
    func processor() throws(ImagesError) -> String {
        for key in ["image_processor_type", "feature_extractor_type"] {
            guard let node = self[key] else { continue }
            guard case .string(let name) = node else { throw bad(key, expected: "the name of a processor") }
            for family in ["ViT", "DeiT"]
            where ["ImageProcessor", "ImageProcessorFast", "ImageProcessorPil", "FeatureExtractor"]
                .contains(where: { family + $0 == name })
            {
                return family
            }
            throw .unsupportedProcessor(
                name, known: ["ViTImageProcessor", "ViTFeatureExtractor", "DeiTImageProcessor"], in: file)
        }
        return "ViT"
    }

    func flag(_ key: String, default fallback: Bool) throws(ImagesError) -> Bool {
        guard let node = self[key] else { return fallback }
        guard case .bool(let value) = node else { throw bad(key, expected: "true or false") }
        return value
    }

    /// One number stands for `count` equal ones.
    func numbers(_ key: String, default fallback: [Double], count: Int) throws(ImagesError) -> [Double] {
        guard let node = self[key] else { return fallback }
        switch node {
        case .number(let value) where value.double.isFinite:
            return [Double](repeating: value.double, count: count)
        case .array(let nodes) where nodes.count == count:
            let values = nodes.compactMap(\.double).filter(\.isFinite)
            if values.count == count { return values }
        default: break
        }
        throw bad(key, expected: count == 1 ? "a number" : "\(count) numbers, one a channel")
    }

    func resampling(default fallback: Resampling) throws(ImagesError) -> Resampling {
        guard let node = self["resample"] else { return fallback }
        guard let number = node.integer, let filter = Resampling(rawValue: number) else {
            throw bad("resample", expected: "a number from 0 to 5")
        }
        return filter
    }

    /// A number, a list of height and width, or an object with `height` and `width` or with `shortest_edge`.
    func size(_ key: String) throws(ImagesError) -> ImagePreprocessing.Size? {
        guard let node = self[key] else { return nil }
        if let edge = node.edgeLength { return .exact(width: edge, height: edge) }
        if case .array(let nodes) = node, nodes.count == 2, let height = nodes[0].edgeLength,
            let width = nodes[1].edgeLength
        {
            return .exact(width: width, height: height)
        }
        if case .object(let members) = node {
            let members = JSONObject(members.filter { !$0.value.isNull }.map { ($0.key, $0.value) })
            let counts = members.compactMap { name, value in value.edgeLength.map { (name, $0) } }
            if counts.count == members.count {
                let counts = Dictionary(counts) { $1 }
                switch Set(counts.keys) {
                case ["height", "width"]:
                    if let height = counts["height"], let width = counts["width"] {
                        return .exact(width: width, height: height)
                    }
                case ["shortest_edge"], ["shortest_edge", "longest_edge"]:
                    if let edge = counts["shortest_edge"] {
                        return .shortestEdge(edge, longest: counts["longest_edge"])
                    }
                default: break
                }
            }
        }
        throw bad(
            key,
            expected:
                "a number from 1 to 32768, or such numbers as \"height\" and \"width\", or as \"shortest_edge\""
        )
    }
}

extension JSONValue {
    fileprivate var phrase: String {
        switch self {
        case .number(let number): number.whole.map { "\($0)" } ?? number.text
        case .array(let values): "[" + values.map(\.phrase).joined(separator: ", ") + "]"
        case .object(let values): "an object with " + values.names.sorted().joined(separator: ", ")
        default: summary
        }
    }

    /// A whole number that can be an edge of an image.
    fileprivate var edgeLength: Int? { integer.flatMap { 1...32_768 ~= $0 ? $0 : nil } }
}
