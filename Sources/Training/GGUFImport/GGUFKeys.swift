// The metadata of a GGUF file as an import asks for it: by architecture, with ranges.

internal import GGUF

/// Model families that can be imported, by the name that both GGUF and Hugging Face use.
enum GGUFFamily: String, CaseIterable {
    case llama, qwen2, gpt2
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
        guard let family = architecture.flatMap(GGUFFamily.init(rawValue:)) else {
            throw .unsupportedArchitecture(
                architecture, in: path, known: GGUFFamily.allCases.map(\.rawValue))
        }
        self.family = family
    }

    /// `.block_count` as `llama.block_count`.
    func name(_ key: String) -> String { key.hasPrefix(".") ? family.rawValue + key : key }

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
