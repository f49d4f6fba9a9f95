// The metadata of a GGUF file as an import asks for it: by architecture, with ranges.

internal import GGUF
internal import JSON
internal import Models

/// Model families that can be imported, by Hugging Face's `model_type`.
enum GGUFFamily: String, CaseIterable {
    case llama, qwen2, gpt2

    /// The family of a GGUF file's architecture.
    init?(architecture: String) {
        guard let family = ModelFamily.all.first(where: { $0.ggufArchitecture == architecture }) else {
            return nil
        }
        self.init(rawValue: family.modelType)
    }

    /// What the table of model families says: `general.architecture` of its files, with which their keys
    /// begin, and the class of its models in transformers.
    private var row: (architecture: String, className: String) {
        guard let family = ModelFamily.named(rawValue), let architecture = family.ggufArchitecture,
            let className = family.architectures[.causalLanguageModel]
        else { preconditionFailure("a family that can be imported has a row with its GGUF architecture") }
        return (architecture, className)
    }

    var architecture: String { row.architecture }
    var className: JSONValue { .string(row.className) }
}

/// Metadata with this module's errors; keys that start with a dot belong to the architecture.
struct GGUFKeys {
    let family: GGUFFamily
    let path: String
    private let metadata: GGUFMetadata

    init(_ metadata: GGUFMetadata) throws(GGUFImportError) {
        self.metadata = metadata
        path = metadata.path
        let architecture: String?
        do {
            architecture = try metadata.string("general.architecture")
        } catch { throw .format(error) }
        guard let family = architecture.flatMap(GGUFFamily.init(architecture:)) else {
            throw .unsupportedArchitecture(
                architecture, in: path, known: GGUFFamily.allCases.map(\.architecture))
        }
        self.family = family
    }

    /// `.block_count` as `llama.block_count`.
    func name(_ key: String) -> String { key.hasPrefix(".") ? family.architecture + key : key }

    func has(_ key: String) -> Bool { metadata[name(key)] != nil }

    func string(_ key: String) throws(GGUFImportError) -> String? {
        do { return try metadata.string(name(key)) } catch { throw .format(error) }
    }

    func strings(_ key: String) throws(GGUFImportError) -> [String]? {
        do { return try metadata.strings(name(key)) } catch { throw .format(error) }
    }

    func integers(_ key: String) throws(GGUFImportError) -> [Int]? {
        do { return try metadata.integers(name(key)) } catch { throw .format(error) }
    }

    func floats(_ key: String) throws(GGUFImportError) -> [Double]? {
        do { return try metadata.floats(name(key)) } catch { throw .format(error) }
    }

    func bool(_ key: String) throws(GGUFImportError) -> Bool? {
        do { return try metadata.bool(name(key)) } catch { throw .format(error) }
    }

    /// An integer in `range`, if the key is there.
    func integer(_ key: String, in range: Range<Int>) throws(GGUFImportError) -> Int? {
        let value: Int?
        do { value = try metadata.integer(name(key)) } catch { throw .format(error) }
        guard let value else { return nil }
        guard range.contains(value) else {
            throw .badMetadata(
                name(key), found: "\(value)", expected: "from \(range.lowerBound) to \(range.upperBound - 1)",
                in: path)
        }
        return value
    }

    /// A size: above 0 and below 2³¹. Throws when it is missing.
    func size(_ key: String) throws(GGUFImportError) -> Int {
        guard let value = try optionalSize(key) else { throw .missingMetadata(name(key), in: path) }
        return value
    }

    func optionalSize(_ key: String) throws(GGUFImportError) -> Int? { try integer(key, in: 1..<1 << 31) }

    /// A finite number above 0, if the key is there.
    func positive(_ key: String) throws(GGUFImportError) -> Double? {
        let value: Double?
        do { value = try metadata.float(name(key)) } catch { throw .format(error) }
        guard let value else { return nil }
        guard value > 0, value.isFinite else {
            throw .badMetadata(name(key), found: "\(value)", expected: "a number above 0", in: path)
        }
        return value
    }

    func requiredPositive(_ key: String) throws(GGUFImportError) -> Double {
        guard let value = try positive(key) else { throw .missingMetadata(name(key), in: path) }
        return value
    }
}
