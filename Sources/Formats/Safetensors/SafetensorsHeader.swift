// The JSON header of a file, field by field.

internal import JSON

/// Where and how one tensor is stored.
struct TensorEntry: Sendable {
    let name: String
    let dtype: DType
    let shape: [Int]
    /// Bytes of the tensor, counted from the start of the data.
    let range: Range<Int>
    var elementCount: Int { range.count / dtype.byteCount }
}

/// The checked header of a file.
struct SafetensorsHeader: Sendable {
    /// All tensors in the order of their data.
    let entries: [TensorEntry]
    let metadata: [String: String]

    /// The most that a header may have, as in the reference implementation.
    static let byteLimit = 100_000_000
    static let metadataName = "__metadata__"

    /// Parses and checks the JSON `bytes` of a file that has `dataByteCount` bytes after its header.
    init(_ bytes: [UInt8], path: String, dataByteCount: Int) throws(SafetensorsError) {
        guard bytes.first == UInt8(ascii: "{") else {
            throw .headerWithoutBrace(path: path, found: bytes.first ?? 0)
        }
        var metadata: [String: String] = [:]
        var entries: [TensorEntry] = []
        for (name, value) in try jsonObject(bytes, path: path) {
            if name == Self.metadataName {
                metadata = try Self.metadata(value, path: path)
            } else {
                entries.append(try TensorEntry(name, value, path: path, dataByteCount: dataByteCount))
            }
        }
        entries = entries.enumerated().sorted { left, right in
            let (a, b) = (left.element.range, right.element.range)
            return (a.lowerBound, a.upperBound, left.offset) < (b.lowerBound, b.upperBound, right.offset)
        }.map(\.element)
        try Self.checkCoverage(entries, path: path, dataByteCount: dataByteCount)
        self.entries = entries
        self.metadata = metadata
    }

    private static func metadata(_ value: JSONValue, path: String) throws(SafetensorsError) -> [String:
        String]
    {
        guard case .object(let members) = value else {
            throw .badMetadata(path: path, found: value.excerpt)
        }
        var metadata: [String: String] = [:]
        for (name, value) in members {
            guard case .string(let text) = value else {
                throw .badMetadata(path: path, found: "\(value.excerpt) at '\(name)'")
            }
            metadata[name] = text
        }
        return metadata
    }

    /// The tensors must cover the data from its first byte to its last without overlap or hole.
    private static func checkCoverage(
        _ entries: [TensorEntry], path: String, dataByteCount: Int
    ) throws(SafetensorsError) {
        var previous: TensorEntry?
        for entry in entries {
            let end = previous?.range.upperBound ?? 0
            let start = entry.range.lowerBound
            if let previous, start < end {
                throw .overlap(
                    path: path, tensor: entry.name, other: previous.name, start: start, previousEnd: end)
            }
            guard start == end else {
                throw .hole(path: path, tensor: entry.name, start: start, previousEnd: end)
            }
            previous = entry
        }
        let end = previous?.range.upperBound ?? 0
        guard end == dataByteCount else {
            throw .surplusBytes(path: path, dataByteCount: dataByteCount, usedByteCount: end)
        }
    }
}

/// The members of the JSON object that `bytes` hold; its errors name `path`. A name that occurs twice is
/// refused.
func jsonObject(_ bytes: [UInt8], path: String) throws(SafetensorsError) -> JSONObject {
    let value: JSONValue
    do {
        value = try JSONValue(parsing: bytes, maximumDepth: 32, duplicates: .refused)
    } catch {
        if let name = error.duplicateName { throw .duplicateName(path: path, name: name) }
        throw .notJSON(path: path, offset: error.position, reason: error.problem)
    }
    guard case .object(let members) = value else { throw .notAnObject(path: path, found: value.excerpt) }
    return members
}

extension TensorEntry {
    fileprivate init(
        _ name: String, _ value: JSONValue, path: String, dataByteCount: Int
    ) throws(SafetensorsError) {
        guard case .object(let members) = value else {
            throw .badEntry(path: path, tensor: name, found: value.excerpt)
        }
        func field(_ field: String) throws(SafetensorsError) -> JSONValue {
            guard let member = members[field] else {
                throw .missingField(path: path, tensor: name, field: field)
            }
            return member
        }
        let dtypeField = try field("dtype")
        guard case .string(let dtypeName) = dtypeField, let dtype = DType(rawValue: dtypeName) else {
            throw .unknownDType(path: path, tensor: name, found: dtypeField.excerpt)
        }
        let shapeField = try field("shape")
        guard let shape = shapeField.nonNegativeIntegers else {
            throw .badShape(path: path, tensor: name, found: shapeField.excerpt)
        }
        guard let expected = byteCount(shape, dtype) else {
            throw .shapeTooLarge(path: path, tensor: name, shape: shape)
        }
        let offsetsField = try field("data_offsets")
        guard let offsets = offsetsField.nonNegativeIntegers, offsets.count == 2 else {
            throw .badOffsets(path: path, tensor: name, found: offsetsField.excerpt)
        }
        guard offsets[0] <= offsets[1] else {
            throw .reversedOffsets(path: path, tensor: name, offsets: offsets)
        }
        guard offsets[1] <= dataByteCount else {
            throw .offsetsBeyondEnd(path: path, tensor: name, offsets: offsets, dataByteCount: dataByteCount)
        }
        let range = offsets[0]..<offsets[1]
        guard range.count == expected else {
            throw .wrongByteCount(
                path: path, tensor: name, dtype: dtype, shape: shape, expected: expected, found: range.count)
        }
        self.init(name: name, dtype: dtype, shape: shape, range: range)
    }
}

extension JSONValue {
    fileprivate var nonNegativeIntegers: [Int]? {
        guard case .array(let items) = self else { return nil }
        let numbers = items.compactMap(\.nonNegativeInteger)
        return numbers.count == items.count ? numbers : nil
    }

    /// A whole number without sign, fraction or exponent that fits into an `Int`.
    private var nonNegativeInteger: Int? {
        guard case .number(let number) = self, !number.text.hasPrefix("-") else { return nil }
        return number.integer
    }

    /// The value as text for a message, cut to 80 characters.
    var excerpt: String {
        let full = shortText
        return full.count <= 80 ? full : full.prefix(77) + "…"
    }

    private var shortText: String {
        switch self {
        case .object(let fields):
            "{" + fields.prefix(8).map { JSONValue.quoted($0) + ":" + $1.shortText }.joined(separator: ",")
                + "}"
        case .array(let items): "[" + items.prefix(40).map(\.shortText).joined(separator: ",") + "]"
        case .string(let text): JSONValue.quoted(String(text.prefix(80)))
        case .number, .bool, .null: json
        }
    }
}

/// Bytes of a tensor of this shape, or nil when an `Int` cannot count them.
private func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
    var count = dtype.byteCount
    for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        if overflow { return nil }
        count = product
    }
    return count
}
