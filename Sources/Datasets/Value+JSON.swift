// Values from JSON text and back.

extension Value {
    /// Parses one JSON value (RFC 8259; of equal keys the last wins; nesting to 512 levels).
    /// - Parameter name: what the text is called in the error's message.
    public init(json bytes: [UInt8], name: String = "JSON text") throws(DatasetsError) {
        var parser = JSONParser(bytes, in: 0..<bytes.count)
        do throws(JSONSyntaxError) {
            self = try parser.value()
            try parser.finish()
        } catch {
            throw DatasetsError(error, in: bytes, lineStart: 0, line: 1, file: name, fileOffset: 0)
        }
    }

    /// The value as JSON on one line, UTF-8 not escaped.
    public var json: String {
        var output: [UInt8] = []
        write(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    func write(to output: inout [UInt8]) {
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

    fileprivate static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
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
    func write(to output: inout [UInt8]) {
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

extension DatasetsError {
    /// Says the place of a syntax error in a file.
    /// - Parameters:
    ///   - lineStart: where in `bytes` the line numbered `line` starts; the error may be on a later one.
    ///   - fileOffset: the position of `bytes[0]` in the file.
    init(
        _ error: JSONSyntaxError, in bytes: [UInt8], lineStart: Int, line: Int, file: String, fileOffset: Int
    ) {
        let before = bytes[lineStart..<error.position]
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? lineStart
        let source = RowSource(file: file, line: line + before.count { $0 == 0x0A })
        if error.isInvalidUTF8 {
            self = .invalidUTF8(source, byteOffset: fileOffset + error.position)
        } else {
            let column = bytes.column(at: error.position, lineStart: start)
            self = .notJSON(source, column: column, error.problem)
        }
    }
}
