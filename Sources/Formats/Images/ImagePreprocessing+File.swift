// Reads preprocessor_config.json.

internal import Files
import Foundation

extension ImagePreprocessing {
    /// Name of the file in a model directory.
    public static let fileName = "preprocessor_config.json"

    /// Reads `directory/preprocessor_config.json`.
    /// - Throws: if the file is missing, no JSON object, of a processor that is not known, or has a bad value.
    public init(directory: String) throws(ImagesError) {
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

    /// Reads the content of a preprocessor_config.json; `file` is named in errors. Keys that are missing take the
    /// defaults of the processor's class in transformers; keys that no step needs are ignored, as there.
    public init(json: [UInt8], file: String) throws(ImagesError) {
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
    private let values: [String: Node]

    private indirect enum Node: Decodable {
        case flag(Bool)
        case number(Double)
        case text(String)
        case list([Node])
        case object([String: Node])
        case null

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .flag(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([Node].self) {
                self = .list(value)
            } else {
                self = .object(try container.decode([String: Node].self))
            }
        }

        var text: String {
            switch self {
            case .flag(let value): "\(value)"
            case .number(let value): value == value.rounded() ? "\(Int(clamping: value))" : "\(value)"
            case .text(let value): "\"\(value)\""
            case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
            case .object(let values): "an object with " + values.keys.sorted().joined(separator: ", ")
            case .null: "null"
            }
        }

        var count: Int? {
            guard case .number(let value) = self, value >= 1, value <= 32_768, value == value.rounded() else {
                return nil
            }
            return Int(value)
        }
    }

    init(_ json: [UInt8], file: String) throws(ImagesError) {
        self.file = file
        do {
            values = try JSONDecoder().decode([String: Node].self, from: Data(json))
        } catch {
            throw .notJSON(file, "\((error as? DecodingError)?.localizedDescription ?? "\(error)")")
        }
    }

    private subscript(key: String) -> Node? {
        if case .null? = values[key] { nil } else { values[key] }
    }

    func bad(_ key: String, expected: String) -> ImagesError {
        .badValue(key, found: self[key]?.text ?? "missing", expected: expected, in: file)
    }

    /// `ViT` or `DeiT`. Older files name a feature extractor.
    func processor() throws(ImagesError) -> String {
        for key in ["image_processor_type", "feature_extractor_type"] {
            guard let node = self[key] else { continue }
            guard case .text(let name) = node else { throw bad(key, expected: "the name of a processor") }
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
        guard case .flag(let value) = node else { throw bad(key, expected: "true or false") }
        return value
    }

    /// One number stands for `count` equal ones.
    func numbers(_ key: String, default fallback: [Double], count: Int) throws(ImagesError) -> [Double] {
        guard let node = self[key] else { return fallback }
        switch node {
        case .number(let value) where value.isFinite:
            return [Double](repeating: value, count: count)
        case .list(let nodes) where nodes.count == count:
            let values = nodes.compactMap {
                if case .number(let value) = $0, value.isFinite { value } else { nil }
            }
            if values.count == count { return values }
        default: break
        }
        throw bad(key, expected: count == 1 ? "a number" : "\(count) numbers, one a channel")
    }

    func resampling(default fallback: Resampling) throws(ImagesError) -> Resampling {
        guard let node = self["resample"] else { return fallback }
        guard case .number(let value) = node, let filter = Resampling(rawValue: Int(clamping: value)),
            Double(filter.rawValue) == value
        else { throw bad("resample", expected: "a number from 0 to 5") }
        return filter
    }

    /// A number, a list of height and width, or an object with `height` and `width` or with `shortest_edge`.
    func size(_ key: String) throws(ImagesError) -> ImagePreprocessing.Size? {
        guard let node = self[key] else { return nil }
        if let edge = node.count { return .exact(width: edge, height: edge) }
        if case .list(let nodes) = node, nodes.count == 2, let height = nodes[0].count,
            let width = nodes[1].count
        {
            return .exact(width: width, height: height)
        }
        if case .object(let members) = node {
            let members = members.filter { if case .null = $0.value { false } else { true } }
            let counts = members.compactMapValues(\.count)
            if counts.count == members.count {
                switch Set(members.keys) {
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

extension Int {
    /// The nearest integer that an Int holds; 0 for NaN.
    fileprivate init(clamping value: Double) {
        self = value.isNaN ? 0 : Int(Swift.max(-1e15, Swift.min(1e15, value)))
    }
}
