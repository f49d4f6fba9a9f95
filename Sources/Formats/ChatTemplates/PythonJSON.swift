// How Python writes values as text, and what its string methods do.

extension RuntimeValue {
    /// `str(value)`.
    var text: String {
        switch self {
        case .undefined: ""
        case .string(let text), .markup(let text): text
        default: quotedText
        }
    }

    /// `repr(value)`.
    var quotedText: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "None"
        case .boolean(let flag): flag ? "True" : "False"
        case .integer(let number): String(number)
        case .number(let number): number.description
        case .string(let text): text.quotedAsPython
        case .markup(let text): "Markup(\(text.quotedAsPython))"
        case .list(let elements): "[" + elements.map(\.quotedText).joined(separator: ", ") + "]"
        case .mapping(let members):
            "{"
                + members.map { "\($0.key.quotedText): \($0.value.quotedText)" }
                .joined(separator: ", ") + "}"
        case .group(let name, let elements):
            "(\(name.quotedText), \(RuntimeValue.list(elements).quotedText))"
        case .tuple(let elements):
            "(" + elements.map(\.quotedText).joined(separator: ", ") + (elements.count == 1 ? ",)" : ")")
        case .view(let view): view.text
        case .namespace(let namespace): "<Namespace \(RuntimeValue.mapping(namespace.members).quotedText)>"
        case .loop(let loop): "<LoopContext \(loop.index + 1)/\(loop.items.count)>"
        case .macro(let macro, _): macro.name == "caller" ? "<Macro anonymous>" : "<Macro '\(macro.name)'>"
        case .function("self"): "<TemplateReference None>"
        case .function, .method, .iterator, .counter: "<\(typeName)>"
        }
    }
}

/// `json.dumps` with its options.
struct PythonJSON {
    let budget: TemplateBudget
    var ensuresASCII = false
    /// What a level is indented by; nil for one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false

    func text(_ value: RuntimeValue, level: Int = 0) throws(EvaluationFault) -> String {
        switch value {
        case .none: return "null"
        case .boolean(let flag): return flag ? "true" : "false"
        case .integer: return value.text
        case .number(let number):
            return number.isNaN ? "NaN" : number.isFinite ? value.text : number < 0 ? "-Infinity" : "Infinity"
        case .string(let text), .markup(let text): return quoted(text)
        case .group: return try self.text(.list(value.elements()), level: level)
        case .list(let elements), .tuple(let elements):
            var parts: [String] = []
            for element in elements { parts.append(try text(element, level: level + 1)) }
            return try block("[", parts, "]", level)
        case .mapping(let members):
            let ordered =
                sortsKeys
                ? try TemplateFilters.order(members.map(\.key), isReversed: false, budget).map { members[$0] }
                : members
            var parts: [String] = []
            for member in ordered {
                switch member.key {
                case .string, .markup, .integer, .number, .boolean, .none: break
                default: throw EvaluationFault("a key of type \(member.key.typeName) is no JSON")
                }
                let key = if let name = member.key.string { name } else { try self.text(member.key) }
                parts.append(quoted(key) + keySeparator + (try text(member.value, level: level + 1)))
            }
            return try block("{", parts, "}", level)
        default: throw EvaluationFault("a value of type \(value.typeName) is no JSON")
        }
    }

    private func block(
        _ open: String, _ parts: [String], _ close: String, _ level: Int
    ) throws(EvaluationFault) -> String {
        try budget.spend(bytes: parts.reduce(0) { $0 + $1.utf8.count })
        for separator in [itemSeparator, keySeparator] {
            try budget.spend(parts.count, copiesOf: separator)
        }
        guard let indent, !parts.isEmpty else { return open + parts.joined(separator: itemSeparator) + close }
        try budget.spend((parts.count + 2) * (level + 1), copiesOf: indent)
        let margin = "\n" + String(repeating: indent, count: level)
        return open + margin + indent + parts.joined(separator: itemSeparator + margin + indent) + margin
            + close
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            default:
                if scalar.value < 0x20 || (ensuresASCII && scalar.value >= 0x7F) {
                    for unit in String(scalar).utf16 where scalar.value != 0x7F {
                        result += "\\u" + unit.hexadecimal(4)
                    }
                    if scalar.value == 0x7F { result.unicodeScalars.append(scalar) }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}

extension UInt16 {
    fileprivate func hexadecimal(_ width: Int) -> String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}

extension Unicode.Scalar {
    /// What `str.isprintable` allows, and `repr` writes as it is.
    var isPythonPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}

extension Unicode.Scalar {
    /// The escape of a scalar in a string.
    var pythonEscape: String {
        let digits = String(value, radix: 16)
        let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }
}

extension String {
    /// The text with the signs of HTML escaped, as `e` does.
    var escaped: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&#39;"
            case "\"": result += "&#34;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// With escapes for all that is not ASCII, as `ascii` writes.
    var escapedToASCII: String {
        unicodeScalars.map { $0.value < 0x80 ? String($0) : $0.pythonEscape }.joined()
    }

    /// `repr` of a string.
    var quotedAsPython: String {
        let quote: Unicode.Scalar =
            unicodeScalars.contains("'") && !unicodeScalars.contains("\"") ? "\"" : "'"
        var result = String(quote)
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case quote: result += "\\" + String(quote)
            default:
                if !scalar.isPythonPrintable {
                    result += scalar.pythonEscape
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + String(quote)
    }

    /// Without the scalars of `set`, or whitespace, at its ends.
    func stripped(_ set: String? = nil, left: Bool = true, right: Bool = true) -> String {
        let scalars = Array(unicodeScalars)
        let stripped = set.map { Set($0.unicodeScalars) }
        let isStripped = { (scalar: Unicode.Scalar) in
            stripped.map { $0.contains(scalar) } ?? scalar.isPythonWhitespace
        }
        var start = 0
        var end = scalars.count
        while left, start < end, isStripped(scalars[start]) { start += 1 }
        while right, end > start, isStripped(scalars[end - 1]) { end -= 1 }
        return String(UnicodeScalarView(scalars[start..<end]))
    }

    /// The words between whitespace, at most `limit` + 1.
    func splitAtWhitespace(limit: Int = -1) -> [String] {
        var parts: [String] = []
        var rest = stripped(right: false).unicodeScalars[...]
        while !rest.isEmpty {
            if limit >= 0, parts.count == limit {
                parts.append(String(rest))
                break
            }
            parts.append(String(rest.prefix { !$0.isPythonWhitespace }))
            rest = rest.drop { !$0.isPythonWhitespace }.drop(while: \.isPythonWhitespace)
        }
        return parts
    }

    /// The lines without their ends.
    var pythonLines: [String] { pythonLines(keepingEnds: false) }

    /// The lines, with or without their ends.
    func pythonLines(keepingEnds: Bool) -> [String] {
        var lines: [String] = []
        var line = UnicodeScalarView()
        let scalars = Array(unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar.value {
            case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
                if keepingEnds { line.append(scalar) }
                if scalar == "\r", index < scalars.count, scalars[index] == "\n" {
                    if keepingEnds { line.append("\n") }
                    index += 1
                }
                lines.append(String(line))
                line = UnicodeScalarView()
            default: line.append(scalar)
            }
        }
        if !line.isEmpty { lines.append(String(line)) }
        return lines
    }

    /// `str.title`: words begin after what is no letter with case.
    var titled: String {
        var result = ""
        var follows = false
        let scalars = Array(unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            result += follows ? scalars[...].lowercase(at: index) : scalar.properties.titlecaseMapping
            follows = scalar.properties.isCased
        }
        return result
    }

    /// The first scalar in title case, the others in lower case.
    var capitalizedAsPython: String {
        guard let first = unicodeScalars.first else { return "" }
        let scalars = Array(unicodeScalars)
        return first.properties.titlecaseMapping
            + scalars.indices.dropFirst().map { scalars[...].lowercase(at: $0) }.joined()
    }
}
