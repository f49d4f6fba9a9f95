// A single-pass JSON parser (RFC 8259) over UTF-8 bytes that says where and why a text is not JSON.

/// Why a text is no JSON, and at which byte.
package struct JSONSyntaxError: Error {
    package let position: Int
    package let problem: String
    package var isInvalidUTF8 = false
    /// The name that occurs twice in an object, where that is refused.
    package var duplicateName: String?
    /// Whether the value goes on beyond the limit that was set for it.
    package var exceedsLimit = false

    /// The line and column of the error, both from 1, in a text that starts at byte `start`. Columns count
    /// code points.
    package func place(in bytes: [UInt8], from start: Int = 0) -> (line: Int, column: Int) {
        let before = bytes[start..<position]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? start
        return (1 + before.count { $0 == 0x0A }, bytes.column(at: position, lineStart: lineStart))
    }
}

/// Reads values from a range of `bytes`, one after the other.
package struct JSONParser {
    /// What is done with a name that occurs twice in an object.
    package enum DuplicateNames {
        /// The last value counts, in the place of the first.
        case lastWins
        /// The first value counts.
        case firstWins
        case refused
    }

    let bytes: [UInt8]
    /// Where reading ends: at the end of the range, or before at a limit.
    private(set) var end: Int
    private let rangeEnd: Int
    package internal(set) var position: Int
    /// The deepest nesting of arrays and objects that is read.
    private let maximumDepth: Int
    private let duplicates: DuplicateNames
    /// Whether `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes, are numbers.
    let allowsNonFinite: Bool
    /// Room for the string that is being unescaped.
    var unescaped: [UInt8] = []

    package init(
        _ bytes: [UInt8], in range: Range<Int>, maximumDepth: Int = 512,
        duplicates: DuplicateNames = .lastWins, allowsNonFinite: Bool = false
    ) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
        rangeEnd = range.upperBound
        self.maximumDepth = maximumDepth
        self.duplicates = duplicates
        self.allowsNonFinite = allowsNonFinite
    }

    /// Reads no more than `count` bytes from here on, until another limit is set; nil lifts it. What would go
    /// on beyond it is an error with `exceedsLimit`.
    package mutating func setLimit(_ count: Int?) {
        end = count.map { min(rangeEnd, position + $0) } ?? rangeEnd
    }

    /// The next byte that is no white space, nil at the end; it is not consumed.
    package mutating func peek() -> UInt8? {
        while position < end {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    /// Consumes the byte `expected`, after white space.
    package mutating func consume(_ expected: UInt8, or phrase: String) throws(JSONSyntaxError) {
        guard peek() == expected else { throw unexpected(phrase) }
        position += 1
    }

    /// Checks that nothing but white space is left.
    package mutating func finish() throws(JSONSyntaxError) {
        if peek() != nil { throw unexpected("nothing more after the value") }
    }

    /// The value that starts at the next byte that is no white space.
    package mutating func value(depth: Int = 0) throws(JSONSyntaxError) -> JSONValue {
        guard let byte = peek() else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: return try nonFinite(byte)
        }
    }

    /// One of Python's names, where they are allowed. Apart from `value`, which is quicker without these
    /// cases.
    @inline(never)
    private mutating func nonFinite(_ byte: UInt8) throws(JSONSyntaxError) -> JSONValue {
        switch byte {
        case UInt8(ascii: "N") where allowsNonFinite: try literal("NaN", .number(JSONNumber(text: "NaN")))
        case UInt8(ascii: "I") where allowsNonFinite:
            try literal("Infinity", .number(JSONNumber(text: "Infinity")))
        default: throw unexpected("a value")
        }
    }

    mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let start = position
        for byte in word.description.utf8 {
            guard position < end, bytes[position] == byte else {
                position = start
                throw unexpected("a value")
            }
            position += 1
        }
        return value
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
        try checkDepth(depth)
        position += 1
        var values: [JSONValue] = []
        if peek() == UInt8(ascii: "]") {
            position += 1
            return values
        }
        while true {
            values.append(try value(depth: depth))
            if peek() == UInt8(ascii: ",") {
                position += 1
            } else {
                try consume(UInt8(ascii: "]"), or: "',' or ']'")
                return values
            }
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONObject {
        try checkDepth(depth)
        position += 1
        var members = JSONMemberList()
        if peek() == UInt8(ascii: "}") {
            position += 1
            return JSONObject()
        }
        while true {
            let name = try key()
            let nameEnd = position
            try consume(UInt8(ascii: ":"), or: "':'")
            let isNew = members.add(name, try value(depth: depth), replacing: duplicates == .lastWins)
            if !isNew, duplicates == .refused {
                throw JSONSyntaxError(
                    position: nameEnd, problem: "the name '\(name)' occurs twice in one object",
                    duplicateName: name)
            }
            if peek() == UInt8(ascii: ",") {
                position += 1
            } else {
                try consume(UInt8(ascii: "}"), or: "',' or '}'")
                return JSONObject(names: members.names, values: members.values)
            }
        }
    }

    /// The key of an object's next member.
    package mutating func key() throws(JSONSyntaxError) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
        return try string()
    }

    private func checkDepth(_ depth: Int) throws(JSONSyntaxError) {
        guard depth <= maximumDepth else {
            throw JSONSyntaxError(
                position: position, problem: "nested deeper than \(maximumDepth) levels")
        }
    }

    /// The error that `phrase` was expected at the current position.
    package func unexpected(_ phrase: String) -> JSONSyntaxError {
        JSONSyntaxError(
            position: position, problem: "expected \(phrase), found \(found(at: position))",
            exceedsLimit: position >= end && end < rangeEnd)
    }

    /// The error that the string whose quote stands at `opening` has no end.
    func unclosedString(at opening: Int) -> JSONSyntaxError {
        JSONSyntaxError(
            position: opening, problem: "a string is opened here and not closed",
            exceedsLimit: end < rangeEnd)
    }

    func found(at index: Int) -> String {
        index < end ? bytes.phrase(at: index, upTo: end) : "the end"
    }
}
