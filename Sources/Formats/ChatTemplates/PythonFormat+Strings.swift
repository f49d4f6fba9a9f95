// Whole strings with fields in them: `"%s: %d" % (a, b)` and `"{}: {:.2f}".format(a, b)`.

extension PythonFormat {
    /// Fills the fields that begin with `%` from `values`, or by their names from `names`.
    ///
    /// - Parameter isWhole: whether a value that is left over is no error, as for a single mapping.
    static func percent(
        _ format: String, _ values: [RuntimeValue], names: RuntimeValue?, isWhole: Bool,
        _ budget: TemplateBudget
    ) throws(EvaluationFault) -> String {
        try budget.spend(bytes: format.utf8.count)
        var rest = Array(format.unicodeScalars)[...]
        var left = values[...]
        var result = ""
        func next() throws(EvaluationFault) -> RuntimeValue {
            guard let value = left.popFirst() else { throw EvaluationFault("too few values for a format") }
            return value
        }
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var value: RuntimeValue?
            if rest.first == "(" {
                value = try Self.named(&rest, names, budget)
            }
            var (field, isLeft) = Self.flags(&rest)
            field.width = try size(&rest, next) ?? 0
            if field.width < 0 { (isLeft, field.width) = (true, -field.width) }
            if rest.first == "." {
                rest.removeFirst()
                field.precision = try size(&rest, next) ?? 0
            }
            while let length = rest.first, "hlL".unicodeScalars.contains(length) { rest.removeFirst() }
            guard let kind = rest.popFirst() else { throw EvaluationFault("a format ends within a field") }
            if kind == "%" {
                result += "%"
                continue
            }
            if isLeft { (field.fill, field.alignment) = (" ", "<") }
            let chosen: RuntimeValue
            if let value { chosen = value } else { chosen = try next() }
            // For each field: a value may be named by many.
            try budget.spend(printing: chosen)
            let filled = try field.percentField(kind, chosen)
            try budget.spend(bytes: filled.utf8.count)
            result += filled
        }
        guard left.isEmpty || isWhole else { throw EvaluationFault("too many values for a format") }
        return result
    }

    /// The value of the name in brackets at the start of `rest`.
    private static func named(
        _ rest: inout ArraySlice<Unicode.Scalar>, _ names: RuntimeValue?, _ budget: TemplateBudget
    ) throws(EvaluationFault) -> RuntimeValue {
        guard let end = rest.firstIndex(of: ")"), let names else {
            throw EvaluationFault("a format with names needs a mapping")
        }
        let name = String(String.UnicodeScalarView(rest[(rest.startIndex + 1)..<end]))
        rest = rest[(end + 1)...]
        try budget.spend(finding: .string(name), in: names)
        guard case .mapping(let members) = names, let named = members.value(of: .string(name)) else {
            throw EvaluationFault("a format has no value for '\(name)'")
        }
        return named
    }

    /// A field with the flags at the start of `rest`, and whether it stands on the left.
    private static func flags(
        _ rest: inout ArraySlice<Unicode.Scalar>
    ) -> (field: PythonFormat, isLeft: Bool) {
        var field = PythonFormat()
        var isLeft = false
        while let flag = rest.first, "-+ #0".unicodeScalars.contains(flag) {
            rest.removeFirst()
            switch flag {
            case "-": isLeft = true
            case "0": (field.fill, field.alignment) = ("0", "=")
            case "#": field.isAlternate = true
            default: if field.sign != "+" { field.sign = flag }
            }
        }
        return (field, isLeft)
    }

    /// A width or precision: digits, or a star for the next value.
    private static func size(
        _ rest: inout ArraySlice<Unicode.Scalar>, _ next: () throws(EvaluationFault) -> RuntimeValue
    ) throws(EvaluationFault) -> Int? {
        guard rest.first == "*" else { return try number(&rest) }
        rest.removeFirst()
        guard let number = try next().integer, -1_000...1_000 ~= number else {
            throw EvaluationFault("'*' in a format needs a whole number of at most 1000")
        }
        return number
    }

    private func percentField(
        _ kind: Unicode.Scalar, _ value: RuntimeValue
    ) throws(EvaluationFault) -> String {
        var field = self
        field.kind = kind
        switch kind {
        case "s", "r", "a":
            if field.alignment == "=" { (field.fill, field.alignment) = (" ", nil) }
            field.kind = "s"
            if field.alignment == nil { field.alignment = ">" }
            let text = kind == "s" ? value.text : value.quotedText
            return try field.text(.string(kind == "a" ? text.escapedToASCII : text))
        case "d", "i", "u":
            field.kind = "d"
            guard let number = value.number else {
                throw EvaluationFault("'%\(kind)' needs a number, not \(value.typeName)")
            }
            let whole = value.integer ?? Int(exactly: number.rounded(.towardZero))
            guard let whole else { throw EvaluationFault("a number is too large") }
            guard let precision = field.precision else { return try field.text(.integer(whole)) }
            field.precision = nil
            let digits = String(whole.magnitude)
            let zeros = String(repeating: "0", count: max(0, precision - digits.count))
            (field.kind, field.alignment) = ("s", field.alignment ?? ">")
            return try field.text(.string((whole < 0 ? "-" : "") + zeros + digits))
        case "x", "X", "o":
            guard let integer = value.integer else {
                throw EvaluationFault("'%\(kind)' needs a whole number, not \(value.typeName)")
            }
            return try field.text(.integer(integer))
        case "e", "E", "f", "F", "g", "G":
            guard let number = value.number else {
                throw EvaluationFault("'%\(kind)' needs a number, not \(value.typeName)")
            }
            return try field.text(.number(number))
        case "c":
            field.kind = value.string == nil ? "c" : "s"
            field.alignment = field.alignment ?? ">"
            return try field.text(value)
        default: throw EvaluationFault("a format has no field '%\(kind)'")
        }
    }

    /// Fills the fields in braces.
    static func braces(
        _ format: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> String {
        try arguments.budget.spend(bytes: format.utf8.count)
        var rest = Array(format.unicodeScalars)[...]
        var result = ""
        var automatic = 0
        while let scalar = rest.popFirst() {
            if scalar == "{" || scalar == "}", rest.first == scalar {
                rest.removeFirst()
                result.unicodeScalars.append(scalar)
            } else if scalar == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    throw EvaluationFault("a format has '{' without '}'")
                }
                let field = String(String.UnicodeScalarView(rest[..<end]))
                rest = rest[(end + 1)...]
                guard !field.unicodeScalars.contains("{") else {
                    throw EvaluationFault("a format with fields inside of fields is not supported")
                }
                let filled = try bracesField(field, arguments, &automatic)
                try arguments.budget.spend(bytes: filled.utf8.count)
                result += filled
            } else if scalar == "}" {
                throw EvaluationFault("a format has '}' without '{'")
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func bracesField(
        _ field: String, _ arguments: TemplateCallArguments, _ automatic: inout Int
    ) throws(EvaluationFault) -> String {
        let parts = field.split(atBytes: ":", limit: 1)
        let halves = parts[0].split(atBytes: "!", limit: 1)
        var path = Array(halves[0].unicodeScalars)[...]
        let head = path.prefix { $0 != "." && $0 != "[" }
        path = path.dropFirst(head.count)
        let name = String(String.UnicodeScalarView(head))
        var value: RuntimeValue
        if name.isEmpty || Int(name) != nil {
            // Below zero: the format gives numbers of its own.
            guard automatic == 0 || name.isEmpty == (automatic > 0) else {
                throw EvaluationFault("a format has both '{}' and fields with numbers")
            }
            value = arguments[Int(name) ?? automatic]
            automatic = name.isEmpty ? automatic + 1 : -1
        } else {
            value = arguments.named[name] ?? .undefined("'\(name)'")
        }
        if value.isUndefined { throw EvaluationFault("a format has no value for '{\(name)}'") }
        while let mark = path.popFirst() {
            let key = path.prefix { mark == "[" ? $0 != "]" : $0 != "." && $0 != "[" }
            path = path.dropFirst(key.count + (mark == "[" ? 1 : 0))
            let text = String(String.UnicodeScalarView(key))
            try arguments.budget.spend(finding: .string(text), in: value)
            value =
                mark == "["
                ? try value.item(Int(text).map { .integer($0) } ?? .string(text)) : try value.attribute(text)
        }
        // For each field: a value may be named by many.
        try arguments.budget.spend(throughout: value)
        if halves.count > 1 {
            guard ["r", "s", "a"].contains(halves[1]) else {
                throw EvaluationFault("a format has no conversion '!\(halves[1])'")
            }
            let text = halves[1] == "s" ? value.text : value.quotedText
            value = .string(halves[1] == "a" ? text.escapedToASCII : text)
        }
        let specification = parts.count > 1 ? parts[1] : ""
        switch value {
        case .string, .integer, .number, .markup: break
        // With a format a truth value is a number.
        case .boolean(let flag): if !specification.isEmpty { value = .integer(flag ? 1 : 0) }
        default:
            guard specification.isEmpty else {
                throw EvaluationFault("a value of type \(value.typeName) takes no format")
            }
        }
        return try PythonFormat(specification).text(value)
    }
}
