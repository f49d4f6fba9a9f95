// Further methods of strings: padding, searching from the right, cutting in three.

extension TemplateMethods {
    /// The result of a method that only pads, searches, cuts or asks.
    static func ofStringFurther(
        _ name: String, _ text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        switch name {
        case "format": return .string(try PythonFormat.braces(text, arguments))
        case "zfill", "center", "ljust", "rjust": return .string(try padded(name, text, arguments))
        case "swapcase":
            let scalars = Array(text.unicodeScalars)
            return .string(
                zip(scalars.indices, scalars).map { index, scalar in
                    scalar.properties.isLowercase
                        ? scalar.properties.uppercaseMapping
                        : scalar.properties.isUppercase ? scalars[...].lowercase(at: index) : String(scalar)
                }.joined())
        case "casefold":
            guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
                throw EvaluationFault("'casefold' beyond ASCII is not supported; use 'lower'")
            }
            return .string(text.lowercased())
        case "expandtabs": return .string(try expanded(text, arguments))
        case "isprintable": return .boolean(text.unicodeScalars.allSatisfy(\.isPythonPrintable))
        case "isidentifier":
            let begins = text.unicodeScalars.first.map { $0 == "_" || $0.properties.isXIDStart } ?? false
            return .boolean(begins && text.unicodeScalars.allSatisfy(\.properties.isXIDContinue))
        case "format_map":
            guard case .mapping(let members) = arguments[0] else {
                throw EvaluationFault("'format_map' needs a mapping")
            }
            var values = TemplateCallArguments(budget: arguments.budget)
            for member in members { if let name = member.key.string { try values.set(name, member.value) } }
            return .string(try PythonFormat.braces(text, values))
        case "partition", "rpartition", "rfind", "rindex", "index", "rsplit":
            return try searched(name, text, arguments)
        case "isupper": return .boolean(text.hasCase(.upper))
        case "islower": return .boolean(text.hasCase(.lower))
        case "istitle": return .boolean(text.hasTitleCase)
        case "isascii": return .boolean(text.utf8.allSatisfy { $0 < 0x80 })
        case "isdecimal", "isnumeric":
            let isDecimal = name == "isdecimal"
            return .boolean(
                !text.isEmpty
                    && text.unicodeScalars.allSatisfy {
                        isDecimal ? $0.properties.numericType == .decimal : $0.properties.numericType != nil
                    })
        default: throw EvaluationFault("the string method '\(name)' is not supported")
        }
    }

    private static func padded(
        _ name: String, _ text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> String {
        guard let width = arguments[0].integer else { throw EvaluationFault("'\(name)' needs a width") }
        let fill = arguments.positional.count > 1 ? arguments[1].text : " "
        guard fill.unicodeScalars.count == 1 else {
            throw EvaluationFault("'\(name)' fills with one character")
        }
        try arguments.budget.spend(width, copiesOf: fill)
        let missing = max(0, max(0, width) - text.unicodeScalars.count)
        switch name {
        case "zfill":
            let zeros = String(repeating: "0", count: missing)
            guard let sign = text.unicodeScalars.first, sign == "-" || sign == "+" else {
                return zeros + text
            }
            return String(sign) + zeros + String(text.unicodeScalars.dropFirst())
        case "ljust": return text + String(repeating: fill, count: missing)
        case "rjust": return String(repeating: fill, count: missing) + text
        default: return text.centered(width, fill: fill)
        }
    }

    private static func searched(
        _ name: String, _ text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        let separator = name == "rsplit" ? arguments.value(0, "sep") ?? .none : arguments[0]
        if name == "rsplit", case .none = separator {
            let limit = try arguments.integer(1, "maxsplit") ?? -1
            try arguments.budget.spend(steps: text.mostParts(at: nil))
            return .list(text.splitAtWhitespaceFromRight(limit: limit).map { .string($0) })
        }
        guard let part = separator.string else { throw EvaluationFault("'\(name)' needs a string") }
        if name.hasSuffix("index") || name == "rfind" { return try found(name, part, in: text, arguments) }
        guard !part.isEmpty else { throw EvaluationFault("'\(name)' needs a string that is not empty") }
        if name != "partition" {
            let limit = name == "rsplit" ? try arguments.integer(1, "maxsplit") ?? -1 : 1
            try arguments.budget.spend(steps: text.mostParts(at: part))
            let pieces = text.splitFromRight(at: part, limit: limit)
            if name == "rsplit" { return .list(pieces.map { .string($0) }) }
            let parts = pieces.count > 1 ? [pieces[0], part, pieces[1]] : ["", "", text]
            return .tuple(parts.map { .string($0) })
        }
        let pieces = text.split(atBytes: part, limit: 1)
        let parts = pieces.count > 1 ? [pieces[0], part, pieces[1]] : [text, "", ""]
        return .tuple(parts.map { .string($0) })
    }

    /// The place of `part` for `index`, `rindex` and `rfind`, between the bounds that the call gives.
    private static func found(
        _ name: String, _ part: String, in text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        var place: Int?
        if let (text, start) = try window(text, arguments) {
            place = text.scalarOffset(of: part, isLast: name != "index").map { $0 + start }
        }
        guard place != nil || name == "rfind" else { throw EvaluationFault("the string has no such part") }
        return .integer(place ?? -1)
    }

    private static func expanded(
        _ text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> String {
        let size = max(0, try arguments.integer(0, "tabsize") ?? 8)
        try arguments.budget.spend(text.utf8.count { $0 == 0x09 }, copiesOf: " ")
        var result = ""
        var column = 0
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                let count = size == 0 ? 0 : size - column % size
                try arguments.budget.spend(count, copiesOf: " ")
                result += String(repeating: " ", count: count)
                column += count
            } else {
                column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension String {
    /// The parts between the places where `separator`, not empty, stands, looked for from the right.
    func splitFromRight(at separator: String, limit: Int) -> [String] {
        let reversed = String(UnicodeScalarView(unicodeScalars.reversed()))
        let mark = String(UnicodeScalarView(separator.unicodeScalars.reversed()))
        return reversed.split(atBytes: mark, limit: limit).reversed()
            .map { String(UnicodeScalarView($0.unicodeScalars.reversed())) }
    }

    /// The words between whitespace; the first of `limit` + 1 is what is left of the others.
    func splitAtWhitespaceFromRight(limit: Int) -> [String] {
        var parts: [String] = []
        var rest = stripped(left: false).unicodeScalars[...]
        while !rest.isEmpty {
            if limit >= 0, parts.count == limit {
                parts.append(String(rest))
                break
            }
            let word = rest.suffix(while: { !$0.isPythonWhitespace })
            parts.append(String(word))
            rest = rest.dropLast(word.count)
            rest = rest.dropLast(rest.suffix(while: \.isPythonWhitespace).count)
            if rest.isEmpty { break }
        }
        return parts.reversed()
    }

    /// The text in the middle of `width` scalars, as Python centres it.
    func centered(_ width: Int, fill: String) -> String {
        let missing = max(0, max(0, width) - unicodeScalars.count)
        let left = missing / 2 + (missing & width & 1)
        return String(repeating: fill, count: left) + self + String(repeating: fill, count: missing - left)
    }
}

extension Substring.UnicodeScalarView {
    /// The scalars at the end that all satisfy a condition.
    fileprivate func suffix(while condition: (Unicode.Scalar) -> Bool) -> Substring.UnicodeScalarView {
        guard let last = lastIndex(where: { !condition($0) }) else { return self }
        return self[index(after: last)...]
    }
}
