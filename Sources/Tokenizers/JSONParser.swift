// A strict JSON reader (RFC 8259) over bytes, with the line and column of the first error.

/// Reads one document. Nesting deeper than `JSONParser.maximumDepth` is refused.
struct JSONParser {
    static let maximumDepth = 64

    private let path: String
    private let bytes: [UInt8]
    private var position = 0

    /// Parses the contents of the file at `path` (used in messages only).
    static func parse(_ bytes: [UInt8], path: String) throws(TokenizerError) -> JSONValue {
        var parser = JSONParser(path: path, bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipWhitespace()
        guard parser.position == bytes.count else {
            throw parser.failure("text after the end of the document")
        }
        return value
    }

    private init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ reason: String) -> TokenizerError {
        let before = bytes[..<min(position, bytes.count)]
        let newline = UInt8(ascii: "\n")
        let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
        let line = before.reduce(into: 1) { if $1 == newline { $0 += 1 } }
        return .malformedJSON(path: path, line: line, column: before.count - lineStart + 1, reason: reason)
    }

    private mutating func skipWhitespace() {
        while let next = byte, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { position += 1 }
    }

    private mutating func take(_ expected: Unicode.Scalar) throws(TokenizerError) {
        guard byte == UInt8(ascii: expected) else {
            throw failure(byte == nil ? "the file ends too early" : "expected '\(expected)'")
        }
        position += 1
    }

    private mutating func value(depth: Int) throws(TokenizerError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw failure("nested too deeply") }
        skipWhitespace()
        switch byte {
        case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .boolean(true))
        case UInt8(ascii: "f"): return try literal("false", .boolean(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case nil: throw failure("the file ends too early")
        default: return try number()
        }
    }

    private mutating func literal(_ word: String, _ value: JSONValue) throws(TokenizerError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw failure("expected a value") }
        position += word.utf8.count
        return value
    }

    private mutating func members(depth: Int) throws(TokenizerError) -> [(key: String, value: JSONValue)] {
        try take("{")
        var pairs: [(key: String, value: JSONValue)] = []
        skipWhitespace()
        if byte == UInt8(ascii: "}") {
            position += 1
            return pairs
        }
        while true {
            skipWhitespace()
            let key = try string()
            skipWhitespace()
            try take(":")
            pairs.append((key, try value(depth: depth)))
            skipWhitespace()
            if byte != UInt8(ascii: ",") { break }
            position += 1
        }
        try take("}")
        return pairs
    }

    private mutating func elements(depth: Int) throws(TokenizerError) -> [JSONValue] {
        try take("[")
        var values: [JSONValue] = []
        skipWhitespace()
        if byte == UInt8(ascii: "]") {
            position += 1
            return values
        }
        while true {
            values.append(try value(depth: depth))
            skipWhitespace()
            if byte != UInt8(ascii: ",") { break }
            position += 1
        }
        try take("]")
        return values
    }

    private mutating func string() throws(TokenizerError) -> String {
        try take("\"")
        let start = position
        while let next = byte, next != UInt8(ascii: "\""), next != UInt8(ascii: "\\"), next >= 0x20 {
            position += 1
        }
        var content = Array(bytes[start..<position])
        while byte != UInt8(ascii: "\"") {
            guard let next = byte else { throw failure("the file ends inside a string") }
            guard next >= 0x20 else { throw failure("a control character inside a string") }
            position += 1
            if next == UInt8(ascii: "\\") {
                content.append(contentsOf: String(try escape()).utf8)
            } else {
                content.append(next)
            }
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw failure("a string is no valid UTF-8")
        }
        position += 1
        return text
    }

    private mutating func escape() throws(TokenizerError) -> Unicode.Scalar {
        guard let letter = byte else { throw failure("the file ends inside a string") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw failure("an unknown escape in a string")
        }
        var code = try codeUnit()
        if 0xD800..<0xDC00 ~= code, byte == UInt8(ascii: "\\") {
            position += 1
            try take("u")
            let low = try codeUnit()
            guard 0xDC00..<0xE000 ~= low else { throw failure("a lone surrogate in a string") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure("a lone surrogate in a string") }
        return scalar
    }

    private mutating func codeUnit() throws(TokenizerError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = byte.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw failure("\\u needs four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func number() throws(TokenizerError) -> JSONValue {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        let firstDigit = byte
        let integerDigits = digits()
        var isInteger = true
        var isValid = integerDigits == 1 || (integerDigits > 1 && firstDigit != UInt8(ascii: "0"))
        if byte == UInt8(ascii: ".") {
            position += 1
            isInteger = false
            isValid = digits() > 0 && isValid
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            isInteger = false
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") { position += 1 }
            isValid = digits() > 0 && isValid
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard isValid, let number = Double(text) else {
            position = start
            throw failure("expected a value")
        }
        return isInteger ? Int(text).map { .integer($0) } ?? .number(number) : .number(number)
    }

    /// Skips decimal digits and returns how many there were.
    private mutating func digits() -> Int {
        let start = position
        while let next = byte, 0x30...0x39 ~= next { position += 1 }
        return position - start
    }
}
