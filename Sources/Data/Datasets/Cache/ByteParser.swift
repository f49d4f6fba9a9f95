// Takes numbers and bytes from a list of bytes, one after the other.

/// A place in a list of bytes; every step is nil where the bytes end too early or are out of range.
package struct ByteParser {
    private let list: [UInt8]
    private var place = 0

    package init(_ bytes: [UInt8]) { list = bytes }

    package var isAtEnd: Bool { place == list.count }
    package var restCount: Int { list.count - place }

    package mutating func byte() -> UInt8? {
        guard place < list.count else { return nil }
        defer { place += 1 }
        return list[place]
    }

    /// A number of 7 bits a byte.
    package mutating func varint() -> Int? {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while let next = byte() {
            guard shift < 63 else { return nil }
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value <= UInt64(1) << 48 ? Int(value) : nil }
            shift += 7
        }
        return nil
    }

    /// `count` bytes.
    package mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= restCount else { return nil }
        defer { place += count }
        return Array(list[place..<place + count])
    }

    /// A number of 32 bits in IEEE 754.
    package mutating func float() -> Float? {
        bytes(4).map { Float(bitPattern: UInt32($0.number(at: 0, bytes: 4))) }
    }

    /// Text in UTF-8 behind its length.
    package mutating func text() -> String? {
        guard let count = varint(), let bytes = bytes(count) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Numbers behind their count.
    package mutating func numbers() -> [Int]? {
        guard let count = varint(), count <= restCount else { return nil }
        var numbers: [Int] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count {
            guard let number = varint() else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

/// Builds what `ByteParser` takes apart.
package struct ByteComposer {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func add(_ number: Int) { bytes.append(varint: number) }

    package mutating func add(_ text: String) {
        bytes.append(varint: text.utf8.count)
        bytes += text.utf8
    }

    package mutating func add(_ numbers: some Collection<Int>) {
        bytes.append(varint: numbers.count)
        for number in numbers { bytes.append(varint: number) }
    }
}
