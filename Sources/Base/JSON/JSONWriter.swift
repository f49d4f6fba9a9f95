// The one writer of JSON.

/// Appends values to `output`.
struct JSONWriter {
    var output: [UInt8] = []
    var layout = JSONLayout.line
    var sortsNames = false
    private var depth = 0

    init(layout: JSONLayout = .line, sortsNames: Bool = false) {
        (self.layout, self.sortsNames) = (layout, sortsNames)
    }

    private var hasLines: Bool { layout == .indented || layout == .spaced }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .string(let text): write(text)
        case .number(let number): output.append(contentsOf: number.text.utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .null: output.append(contentsOf: "null".utf8)
        case .object(let members): write(sortsNames ? members.sorted : members)
        case .array(let values):
            open(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                separate(isFirst: index == 0)
                write(value)
            }
            close(UInt8(ascii: "]"), isEmpty: values.isEmpty)
        }
    }

    private mutating func write(_ members: JSONObject) {
        open(UInt8(ascii: "{"))
        for index in members.indices {
            separate(isFirst: index == 0)
            write(members.names[index])
            switch layout {
            case .line, .indented: output.append(contentsOf: ": ".utf8)
            case .compact: output.append(UInt8(ascii: ":"))
            case .spaced: output.append(contentsOf: " : ".utf8)
            }
            write(members.values[index])
        }
        close(UInt8(ascii: "}"), isEmpty: members.isEmpty)
    }

    private mutating func open(_ bracket: UInt8) {
        output.append(bracket)
        depth += 1
    }

    /// What stands before an element.
    private mutating func separate(isFirst: Bool) {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        if hasLines {
            breakLine()
        } else if !isFirst, layout == .line {
            output.append(UInt8(ascii: " "))
        }
    }

    private mutating func close(_ bracket: UInt8, isEmpty: Bool) {
        depth -= 1
        if isEmpty, layout == .spaced { output.append(UInt8(ascii: "\n")) }
        if hasLines, !isEmpty || layout == .spaced { breakLine() }
        output.append(bracket)
    }

    private mutating func breakLine() {
        output.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { output.append(contentsOf: "  ".utf8) }
    }

    private mutating func write(_ text: String) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
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
