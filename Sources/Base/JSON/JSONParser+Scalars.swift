// Strings and numbers of JSON (RFC 8259, sections 6 and 7).

extension JSONParser {
    /// The string whose opening quote is the current byte.
    mutating func string() throws(JSONSyntaxError) -> String {
        let start = position + 1
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                if let text = bytes.text(in: start..<index) { return text }
                throw illFormed(in: start..<index)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start, firstEscape: index) }
            if byte < 0x20 { throw rawControl(at: index) }
            index += 1
        }
        throw unclosedString(at: position)
    }

    private mutating func escapedString(from start: Int, firstEscape: Int) throws(JSONSyntaxError) -> String {
        let opening = position
        unescaped.removeAll(keepingCapacity: true)
        unescaped.append(contentsOf: bytes[start..<firstEscape])
        position = firstEscape
        while position < end {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                if let text = unescaped.text(in: 0..<unescaped.count) { return text }
                throw illFormed(in: start..<(position - 1))
            }
            if byte < 0x20 { throw rawControl(at: position) }
            position += 1
            if byte == UInt8(ascii: "\\") { try escape() } else { unescaped.append(byte) }
        }
        throw unclosedString(at: opening)
    }

    /// Reads what follows a backslash.
    private mutating func escape() throws(JSONSyntaxError) {
        guard position < end else { throw unexpected("an escape") }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw unexpected("one of \" \\ / b f n r t u after '\\'")
        }
        position += 1
    }

    /// Reads `uXXXX`, and the second half of a surrogate pair.
    private mutating func unicodeEscape() throws(JSONSyntaxError) {
        let start = position - 1
        var code = try hexadecimal()
        if code & 0xFC00 == 0xD800, position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 1
            let low = try hexadecimal()
            if low & 0xFC00 == 0xDC00 { code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF) }
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw JSONSyntaxError(position: start, problem: "half of a surrogate pair, which is no character")
        }
        unescaped.append(contentsOf: String(scalar).utf8)
    }

    /// Reads the four digits after the `u` at the current position.
    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        position += 1
        var code: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8? = position < end ? bytes[position] : nil
            switch digit {
            case .some(let byte) where byte &- 0x30 < 10: code = code << 4 | UInt32(byte - 0x30)
            case .some(let byte) where (byte | 0x20) &- 0x61 < 6:
                code = code << 4 | UInt32((byte | 0x20) - 0x57)
            default: throw unexpected("four hexadecimal digits after '\\u'")
            }
            position += 1
        }
        return code
    }

    private func illFormed(in range: Range<Int>) -> JSONSyntaxError {
        let invalid = bytes.firstInvalidUTF8(in: range) ?? range.lowerBound
        return JSONSyntaxError(position: invalid, problem: "invalid UTF-8", isInvalidUTF8: true)
    }

    private func rawControl(at index: Int) -> JSONSyntaxError {
        JSONSyntaxError(
            position: index,
            problem: "expected a control character in a string to be escaped, found \(found(at: index))")
    }

    /// RFC 8259 section 6: minus, integer without leading zeros, fraction, exponent.
    mutating func number() throws(JSONSyntaxError) -> JSONNumber {
        let start = position
        if bytes[position] == UInt8(ascii: "-") {
            position += 1
            if allowsNonFinite, position < end, bytes[position] == UInt8(ascii: "I") {
                _ = try literal("Infinity", .null)
                return JSONNumber(text: "-Infinity")
            }
        }
        if position < end, bytes[position] == UInt8(ascii: "0") {
            position += 1
            if position < end, bytes[position] &- 0x30 < 10 {
                throw unexpected("a number without a leading zero")
            }
        } else {
            try digits()
        }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        guard let text = bytes.text(in: start..<position) else { throw illFormed(in: start..<position) }
        return JSONNumber(text: text)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while position < end, bytes[position] &- 0x30 < 10 { position += 1 }
        if position == start { throw unexpected("a digit") }
    }
}
