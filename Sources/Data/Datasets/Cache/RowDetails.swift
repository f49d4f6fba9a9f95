// What belongs to a row besides its tokens, as bytes of a cache: types, target, attachment.

internal import Models

/// Types, target and attachment of an example, written and read back.
///
/// A byte of flags, then what they announce: runs of token types as (type, length); the target; the length of
/// the attachment and its bytes. Numbers are of 7 bits a byte, those that ascend as differences.
package enum RowDetails {
    private static let hasTypes: UInt8 = 0x10
    private static let hasAttachment: UInt8 = 0x20

    package static func bytes(of example: Example) -> [UInt8] {
        var bytes: [UInt8] = [kind(of: example.target)]
        if example.typeIDs.contains(where: { $0 != 0 }) {
            bytes[0] |= hasTypes
            append(types: example.typeIDs, to: &bytes)
        }
        append(example.target, to: &bytes)
        if !example.attachment.isEmpty {
            bytes[0] |= hasAttachment
            bytes.append(varint: example.attachment.count)
            bytes += example.attachment
        }
        return bytes
    }

    private static func kind(of target: Target) -> UInt8 {
        switch target {
        case .none: 0
        case .label: 1
        case .labels: 2
        case .values: 3
        case .spans: 4
        }
    }

    private static func append(types: [Int32], to bytes: inout [UInt8]) {
        var runs: [(type: Int32, count: Int)] = []
        for type in types {
            if let last = runs.last, last.type == type {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((type, 1))
            }
        }
        bytes.append(varint: runs.count)
        for run in runs {
            bytes.append(varint: Int(run.type))
            bytes.append(varint: run.count)
        }
    }

    private static func append(_ target: Target, to bytes: inout [UInt8]) {
        switch target {
        case .none: break
        case .label(let id): bytes.append(varint: id)
        case .labels(let ids):
            bytes.append(varint: ids.count)
            var last = 0
            for id in ids {
                bytes.append(varint: id - last)
                last = id
            }
        case .values(let values):
            bytes.append(varint: values.count)
            for value in values { bytes.append(number: value.bitPattern) }
        case .spans(let spans):
            bytes.append(varint: spans.count)
            var last = 0
            for span in spans {
                bytes.append(varint: span.lowerBound - last)
                bytes.append(varint: span.count)
                last = span.upperBound
            }
        }
    }

    /// Types, target and attachment of a row of `tokenCount` tokens; nil if the bytes are none.
    package static func parse(
        _ bytes: [UInt8], tokenCount: Int
    ) -> (typeIDs: [Int32], target: Target, attachment: [UInt8])? {
        var reader = ByteParser(bytes)
        guard let flags = reader.byte() else { return nil }
        var types = [Int32](repeating: 0, count: tokenCount)
        if flags & hasTypes != 0 {
            guard let found = reader.types(tokenCount) else { return nil }
            types = found
        }
        guard let target = reader.target(kind: flags & 0x0F) else { return nil }
        var attachment: [UInt8] = []
        if flags & hasAttachment != 0 {
            guard let count = reader.varint(), let found = reader.bytes(count) else { return nil }
            attachment = found
        }
        return reader.isAtEnd ? (types, target, attachment) : nil
    }
}

extension ByteParser {
    fileprivate mutating func types(_ tokenCount: Int) -> [Int32]? {
        guard let runs = varint() else { return nil }
        var types: [Int32] = []
        types.reserveCapacity(tokenCount)
        for _ in 0..<runs {
            guard let type = varint(), let count = varint(), type < 256, count <= tokenCount - types.count
            else { return nil }
            types.append(contentsOf: repeatElement(Int32(type), count: count))
        }
        return types.count == tokenCount ? types : nil
    }

    fileprivate mutating func target(kind: UInt8) -> Target? {
        switch kind {
        case 0: return Target.none
        case 1: return varint().map { .label($0) }
        case 2:
            return list { parser, last in
                guard let step = parser.varint() else { return nil }
                last += step
                return last
            }.map { .labels($0) }
        case 3: return list { parser, _ in parser.float() }.map { .values($0) }
        case 4:
            return list { parser, last in
                guard let step = parser.varint(), let count = parser.varint() else { return nil }
                let start = last + step
                last = start + count
                return start..<last
            }.map { .spans($0) }
        default: return nil
        }
    }

    private mutating func list<Element>(
        _ next: (inout ByteParser, _ last: inout Int) -> Element?
    ) -> [Element]? {
        guard let count = varint(), count <= restCount else { return nil }
        var (found, last): ([Element], Int) = ([], 0)
        for _ in 0..<count {
            guard let element = next(&self, &last) else { return nil }
            found.append(element)
        }
        return found
    }
}
