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
            return .string(
                text.unicodeScalars.map { scalar in
                    scalar.properties.isLowercase
                        ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
                }.joined())
        case "casefold": return .string(text.lowercased().replacing("ß", with: "ss"))
        case "partition", "rpartition", "rfind", "rindex", "index", "rsplit":
            return try searched(name, text, arguments)
        case "isupper": return .boolean(text != text.lowercased() && text == text.uppercased())
        case "islower": return .boolean(text != text.uppercased() && text == text.lowercased())
        case "istitle": return .boolean(text.lowercased() != text.uppercased() && text == text.titled)
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
        let missing = max(0, width - text.unicodeScalars.count)
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
        if name == "rsplit", arguments.positional.isEmpty {
            return .list(text.splitAtWhitespace().map { .string($0) })
        }
        guard let part = arguments[0].string, !part.isEmpty else {
            throw EvaluationFault("'\(name)' needs a string that is not empty")
        }
        let pieces = text.split(atBytes: part)
        func joined(_ pieces: ArraySlice<String>) -> String { pieces.joined(separator: part) }
        func length(_ pieces: ArraySlice<String>) -> Int { joined(pieces).unicodeScalars.count }
        let isFound = pieces.count > 1
        switch name {
        case "partition":
            let parts = isFound ? [pieces[0], part, joined(pieces[1...])] : [text, "", ""]
            return .list(parts.map { .string($0) })
        case "rpartition":
            let parts =
                isFound ? [joined(pieces.dropLast()), part, pieces[pieces.count - 1]] : ["", "", text]
            return .list(parts.map { .string($0) })
        case "rsplit":
            let limit = try arguments.integer(1, "maxsplit") ?? -1
            guard limit >= 0, limit < pieces.count - 1 else { return .list(pieces.map { .string($0) }) }
            let first = joined(pieces.dropLast(limit))
            return .list(([first] + pieces.suffix(limit)).map { .string($0) })
        case "index", "rindex":
            guard isFound else { throw EvaluationFault("the string has no such part") }
            return .integer(name == "index" ? length(pieces.prefix(1)) : length(pieces.dropLast()))
        default: return .integer(isFound ? length(pieces.dropLast()) : -1)
        }
    }
}

extension String {
    /// The text in the middle of `width` scalars, as Python centres it.
    func centered(_ width: Int, fill: String) -> String {
        let missing = max(0, width - unicodeScalars.count)
        let left = missing / 2 + (missing & width & 1)
        return String(repeating: fill, count: left) + self + String(repeating: fill, count: missing - left)
    }
}
