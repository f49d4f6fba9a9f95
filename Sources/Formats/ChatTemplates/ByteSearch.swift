// Looks for one text in another byte by byte, in time proportional to the length of both, whatever they hold.

/// The places of a text in others: the algorithm of Knuth, Morris and Pratt, which never goes back.
struct ByteSearch {
    private let wanted: [UInt8]
    /// For each end of a part of `wanted` from its start, the length of the longest shorter one that ends so.
    private let shorter: [Int]

    init(_ part: String) {
        let wanted = Array(part.utf8)
        var shorter = [Int](repeating: 0, count: wanted.count)
        var length = 0
        for index in wanted.indices.dropFirst() {
            while length > 0, wanted[index] != wanted[length] { length = shorter[length - 1] }
            if wanted[index] == wanted[length] { length += 1 }
            shorter[index] = length
        }
        (self.wanted, self.shorter) = (wanted, shorter)
    }

    /// Where the first match at or after `start` begins; what is empty stands everywhere.
    func first(in bytes: [UInt8], from start: Int = 0) -> Int? {
        guard !wanted.isEmpty else { return start }
        var length = 0
        for index in start..<bytes.count where matches(bytes[index], &length) {
            return index + 1 - wanted.count
        }
        return nil
    }

    /// Where the last match begins.
    func last(in bytes: [UInt8]) -> Int? {
        guard !wanted.isEmpty else { return bytes.count }
        var (length, last) = (0, Int?.none)
        for index in bytes.indices where matches(bytes[index], &length) {
            last = index + 1 - wanted.count
            length = shorter[length - 1]
        }
        return last
    }

    /// Goes on by a byte behind a match of `length` bytes; whether the match is whole then.
    private func matches(_ byte: UInt8, _ length: inout Int) -> Bool {
        while length > 0, wanted[length] != byte { length = shorter[length - 1] }
        if wanted[length] == byte { length += 1 }
        return length == wanted.count
    }
}

extension String {
    /// Whether `part` stands in the text, compared byte by byte.
    func contains(bytesOf part: String) -> Bool { ByteSearch(part).first(in: Array(utf8)) != nil }

    /// How many scalars stand before `part`, at its first or its last place; nil if it has none.
    func scalarOffset(of part: String, isLast: Bool = false) -> Int? {
        let (bytes, search) = (Array(utf8), ByteSearch(part))
        return (isLast ? search.last(in: bytes) : search.first(in: bytes)).map { offset in
            bytes[..<offset].count { $0 & 0xC0 != 0x80 }
        }
    }

    /// The parts between the places where `separator`, not empty, stands, at most `limit` + 1.
    func split(atBytes separator: String, limit: Int = -1) -> [String] {
        let (bytes, search) = (Array(utf8), ByteSearch(separator))
        let width = separator.utf8.count
        var parts: [String] = []
        var start = 0
        while limit < 0 || parts.count < limit, let place = search.first(in: bytes, from: start) {
            parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
            start = place + width
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    /// No fewer than the parts that `split` makes: a part costs more than its bytes.
    func mostParts(at separator: String?) -> Int {
        guard let separator else {
            return 1 + utf8.count { $0 <= 0x20 || $0 == 0xC2 || 0xE1...0xE3 ~= $0 }
        }
        guard let first = separator.utf8.first else { return 1 }
        return 1 + utf8.count { $0 == first }
    }
}
