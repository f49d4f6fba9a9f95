// Values from JSON text and back.

extension Value {
    /// Parses one JSON value (RFC 8259) with white space around it.
    package init(
        parsing bytes: [UInt8], maximumDepth: Int = 512, duplicates: JSONParser.DuplicateNames = .lastWins
    ) throws(JSONSyntaxError) {
        var parser = JSONParser(
            bytes, in: 0..<bytes.count, maximumDepth: maximumDepth, duplicates: duplicates)
        self = try parser.value()
        try parser.finish()
    }

    /// The value as JSON on one line, UTF-8 not escaped.
    public var json: String {
        var output: [UInt8] = []
        write(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    package func write(to output: inout [UInt8]) {
        switch self {
        case .string(let text): Self.write(text, to: &output)
        case .number(let number): output.append(contentsOf: number.text.utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .null: output.append(contentsOf: "null".utf8)
        case .object(let fields): fields.write(to: &output)
        case .list(let values):
            output.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { output.append(contentsOf: ", ".utf8) }
                value.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        }
    }

    /// `text` as a JSON string; escapes only what JSON demands, as serde_json and Python's json with ensure_ascii off do.
    package static func quoted(_ text: String) -> String {
        var output: [UInt8] = []
        write(text, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    fileprivate static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case 0x0C: output.append(contentsOf: "\\f".utf8)
            case 0..<0x20:
                output.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
                output.append(contentsOf: String(byte, radix: 16).utf8)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}

extension Fields {
    package func write(to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, name) in names.enumerated() {
            if index > 0 { output.append(contentsOf: ", ".utf8) }
            Value.write(name, to: &output)
            output.append(contentsOf: ": ".utf8)
            values[index].write(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }
}
