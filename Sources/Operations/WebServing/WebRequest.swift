// A whole HTTP request, apart from how it travelled.

/// A request with its body.
package struct WebRequest: Sendable {
    /// The method in capitals; HEAD comes as GET, since only the answer's body differs.
    package let method: String
    /// Without the query, percent escapes decoded.
    package let path: String
    package let body: [UInt8]
    private let query: [(name: String, value: String)]
    private let headers: [(name: String, value: String)]

    /// - Parameters:
    ///   - target: path and query as they were sent.
    ///   - headers: names in small letters.
    package init(method: String, target: String, headers: [(name: String, value: String)], body: [UInt8] = [])
    {
        self.method = method == "HEAD" ? "GET" : method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = Self.decoded(parts.first ?? "", plusIsSpace: false)
        query =
            parts.count < 2
            ? []
            : parts[1].split(separator: "&").map { pair in
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (
                    Self.decoded(sides[0], plusIsSpace: true),
                    sides.count < 2 ? "" : Self.decoded(sides[1], plusIsSpace: true)
                )
            }
        self.headers = headers
        self.body = body
    }

    /// The first value of a name in the query.
    package func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// All values of a header, its name in small letters.
    package func headers(_ name: String) -> [String] {
        headers.filter { $0.name == name }.map(\.value)
    }

    /// The first value of a header, its name in small letters.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The value of a cookie.
    package func cookie(_ name: String) -> String? {
        for part in headers("cookie").joined(separator: ";").split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2, Self.trimmed(pair[0]) == name { return String(Self.trimmed(pair[1])) }
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }

    /// Text with its percent escapes decoded (RFC 3986); one that is none stays as it is.
    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        let bytes = Array(text.utf8)
        var (found, place) = ([UInt8](), 0)
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "%"), place + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[place + 1...place + 2], as: UTF8.self), radix: 16)
            {
                found.append(value)
                place += 3
            } else {
                found.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                place += 1
            }
        }
        return String(decoding: found, as: UTF8.self)
    }
}
