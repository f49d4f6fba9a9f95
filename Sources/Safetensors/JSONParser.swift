// A strict JSON parser that refuses a name that occurs twice: Foundation's would drop one silently.

/// Why a text is no JSON.
enum JSONProblem: Error {
    /// At byte `offset` of the text.
    case malformed(offset: Int, reason: String)
    case duplicateName(String)
}

/// Parses one JSON text (RFC 8259) of valid UTF-8; nesting is limited to 32 levels.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private static let depthLimit = 32

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one value that `bytes` hold, with white space around it allowed.
    static func parse(_ bytes: [UInt8]) throws(JSONProblem) -> JSON {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw .malformed(offset: error.byteOffsets.lowerBound, reason: "the text is not valid UTF-8")
        }
        var parser = JSONParser(bytes)
        let value = try parser.value()
        parser.skipWhitespace()
        guard parser.position == bytes.count else { throw parser.problem("something follows the value") }
        return value
    }

    private func problem(_ reason: String) -> JSONProblem { .malformed(offset: position, reason: reason) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    /// Takes `character` if it comes next, after white space.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipWhitespace()
        guard let byte = next, byte == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(JSONProblem) -> JSON {
        skipWhitespace()
        guard let byte = next else { throw problem("the text ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSONProblem) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSONProblem) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw problem("no value starts with this character")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONProblem) -> JSON
    ) throws(JSONProblem) -> JSON {
        guard depth < Self.depthLimit else { throw problem("nested deeper than \(Self.depthLimit) levels") }
        depth += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONProblem) -> JSON {
        position += 1
        var members: [(name: String, value: JSON)] = []
        var names: Set<String> = []
        if take("}") { return .object(members) }
        repeat {
            skipWhitespace()
            guard next == UInt8(ascii: "\"") else { throw problem("expected a name in quotes") }
            let name = try string()
            guard take(":") else { throw problem("expected ':' after a name") }
            guard names.insert(name).inserted else { throw .duplicateName(name) }
            members.append((name, try value()))
        } while take(",")
        guard take("}") else { throw problem("expected ',' or '}'") }
        return .object(members)
    }

    private mutating func array() throws(JSONProblem) -> JSON {
        position += 1
        var items: [JSON] = []
        if take("]") { return .array(items) }
        repeat { items.append(try value()) } while take(",")
        guard take("]") else { throw problem("expected ',' or ']'") }
        return .array(items)
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONProblem) -> JSON {
        let letters = Array(text.description.utf8)
        guard bytes[position...].starts(with: letters) else { throw problem("unknown word") }
        position += letters.count
        return value
    }

    private mutating func digits() throws(JSONProblem) {
        let start = position
        while let byte = next, byte >= 0x30, byte <= 0x39 { position += 1 }
        guard position > start else { throw problem("expected a digit") }
    }

    private mutating func number() throws(JSONProblem) -> String {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let first = position
        try digits()
        guard bytes[first] != 0x30 || position == first + 1 else { throw problem("a number starts with 0") }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}

extension JSONParser {
    /// A string from its opening to its closing quote.
    private mutating func string() throws(JSONProblem) -> String {
        position += 1
        var content: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                content.append(contentsOf: Array(String(try escape()).utf8))
            case 0..<0x20: throw problem("a control character inside a string must be escaped")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw problem("a string has no closing quote")
    }

    private mutating func escape() throws(JSONProblem) -> Unicode.Scalar {
        guard let byte = next else { throw problem("the text ends inside an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw problem("unknown escape")
        }
    }

    /// The scalar of `\uXXXX`, or of the surrogate pair `\uXXXX\uXXXX`.
    private mutating func unicodeEscape() throws(JSONProblem) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
        guard unit < 0xDC00, bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
            throw problem("a surrogate stands alone")
        }
        position += 2
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw problem("a surrogate stands alone") }
        return scalar
    }

    private mutating func codeUnit() throws(JSONProblem) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("expected four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
