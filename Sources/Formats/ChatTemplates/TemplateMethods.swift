// The methods of strings, mappings and lists that templates call, as Python has them.

/// Methods by their names.
enum TemplateMethods {
    /// Those of strings: a name that is not here is no attribute of a string.
    static let ofStrings: Set = [
        "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "startswith", "endswith", "upper",
        "lower", "title",
        "capitalize", "replace", "join", "find", "count", "removeprefix", "removesuffix", "isdigit",
        "isspace",
        "isupper", "islower", "isalpha", "isalnum", "format", "index", "rfind", "encode", "partition",
        "rpartition",
        "zfill", "center", "ljust", "rjust", "casefold", "swapcase", "translate", "expandtabs", "format_map",
        "rindex", "istitle", "isascii", "isdecimal", "isnumeric",
    ]
    static let ofMappings: Set = [
        "items", "keys", "values", "get", "pop", "update", "clear", "copy", "setdefault", "popitem",
        "fromkeys",
    ]
    static let ofLists: Set = [
        "append", "index", "count", "extend", "insert", "pop", "remove", "reverse", "sort", "copy", "clear",
    ]

    /// The result of a method.
    static func call(
        _ name: String, of value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        try arguments.budget.spend(on: value)
        switch value {
        case .string(let text): return try ofString(name, text, arguments)
        case .mapping(let members): return try ofMapping(name, members, arguments)
        case .list(let elements):
            if name != "copy" { try arguments.budget.spend(throughout: value) }
            switch name {
            case "count": return .integer(elements.count { $0.equals(arguments[0]) })
            case "index":
                guard let index = elements.firstIndex(where: { $0.equals(arguments[0]) }) else {
                    throw EvaluationFault("the list has no such element")
                }
                return .integer(index)
            case "copy": return value
            default:
                throw EvaluationFault(
                    "the list method '\(name)' would change a list, which templates may not")
            }
        case .loop(let loop):
            guard !arguments.positional.isEmpty else { throw EvaluationFault("'cycle' needs values") }
            return arguments.positional[loop.index % arguments.positional.count]
        default: throw EvaluationFault("a value of type \(value.typeName) has no method '\(name)'")
        }
    }

    private static func ofMapping(
        _ name: String, _ members: [RuntimeValue.Member], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        switch name {
        case "items": return .list(members.map { .list([.string($0.key), $0.value]) })
        case "keys": return .list(members.map { .string($0.key) })
        case "values": return .list(members.map(\.value))
        case "copy": return .mapping(members)
        case "get":
            let key = arguments[0].string
            let initial = arguments.positional.count > 1 ? arguments[1] : .none
            return members.last { $0.key == key }?.value ?? initial
        default: throw EvaluationFault("the method '\(name)' of mappings is not supported")
        }
    }

    private static func ofString(
        _ name: String, _ text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        let first = arguments.positional.first?.string
        switch name {
        case "strip": return .string(text.stripped(first))
        case "lstrip": return .string(text.stripped(first, right: false))
        case "rstrip": return .string(text.stripped(first, left: false))
        case "upper": return .string(text.uppercased())
        case "lower": return .string(text.lowercased())
        case "title": return .string(text.titled)
        case "capitalize": return .string(text.capitalizedAsPython)
        case "splitlines": return .list(text.pythonLines.map { .string($0) })
        case "split":
            let limit = try arguments.integer(1, "maxsplit") ?? -1
            let separator = (first ?? arguments.named["sep"]?.string)
            guard let separator else {
                return .list(text.splitAtWhitespace(limit: limit).map { .string($0) })
            }
            guard !separator.isEmpty else {
                throw EvaluationFault("'split' needs a separator that is not empty")
            }
            return .list(text.split(atBytes: separator, limit: limit).map { .string($0) })
        case "startswith", "endswith":
            var parts = [first ?? ""]
            if first == nil { parts = try strings(arguments[0], name) }
            let bytes = Array(text.utf8)
            return .boolean(
                parts.contains { part in
                    name == "startswith"
                        ? bytes.starts(with: part.utf8) : bytes.reversed().starts(with: part.utf8.reversed())
                })
        case "replace": return .string(try text.replaced(arguments))
        case "join":
            let parts = try strings(arguments[0], name)
            try arguments.budget.spend(parts.count, copiesOf: text)
            try arguments.budget.spend(throughout: arguments[0])
            return .string(parts.joined(separator: text))
        case "find", "count", "removeprefix", "removesuffix":
            guard let first else { throw EvaluationFault("'\(name)' needs a string") }
            return search(name, text, first)
        case "isdigit", "isspace", "isalpha", "isalnum": return .boolean(hasOnly(name, text))
        default: return try ofStringFurther(name, text, arguments)
        }
    }

    private static func search(_ name: String, _ text: String, _ part: String) -> RuntimeValue {
        let bytes = Array(text.utf8)
        switch name {
        case "find":
            guard let range = text.firstRange(ofBytes: part) else { return .integer(-1) }
            return .integer(text.unicodeScalars.distance(from: text.startIndex, to: range.lowerBound))
        case "count":
            return .integer(
                part.isEmpty ? text.unicodeScalars.count + 1 : text.split(atBytes: part).count - 1)
        case "removeprefix":
            let has = bytes.starts(with: part.utf8)
            return .string(has ? String(decoding: bytes.dropFirst(part.utf8.count), as: UTF8.self) : text)
        default:
            let has = !part.isEmpty && bytes.suffix(part.utf8.count).elementsEqual(part.utf8)
            return .string(has ? String(decoding: bytes.dropLast(part.utf8.count), as: UTF8.self) : text)
        }
    }

    private static func hasOnly(_ name: String, _ text: String) -> Bool {
        let isOne = { (scalar: Unicode.Scalar) in
            switch name {
            case "isdigit":
                scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
            case "isspace": scalar.isPythonWhitespace
            case "isalpha": scalar.isLetter
            default: scalar.isLetter || scalar.properties.numericType != nil
            }
        }
        return !text.isEmpty && text.unicodeScalars.allSatisfy(isOne)
    }

    private static func strings(_ value: RuntimeValue, _ name: String) throws(EvaluationFault) -> [String] {
        var strings: [String] = []
        for element in try value.elements() {
            guard let text = element.string else {
                throw EvaluationFault("'\(name)' needs strings, not \(element.typeName)")
            }
            strings.append(text)
        }
        return strings
    }
}

extension Unicode.Scalar {
    fileprivate var isLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }
}

extension String {
    /// `replace(old, new[, count])`.
    func replaced(_ arguments: TemplateCallArguments) throws(EvaluationFault) -> String {
        guard let old = arguments[0].string, let new = arguments[1].string else {
            throw EvaluationFault("'replace' needs two strings")
        }
        let limit = try arguments.integer(2, "count") ?? -1
        guard old.isEmpty else {
            let parts = split(atBytes: old, limit: limit)
            try arguments.budget.spend(parts.count, copiesOf: new)
            return parts.joined(separator: new)
        }
        try arguments.budget.spend(unicodeScalars.count + 1, copiesOf: new)
        var result = limit == 0 ? "" : new
        for (index, scalar) in unicodeScalars.enumerated() {
            result.unicodeScalars.append(scalar)
            if limit < 0 || index + 1 < limit { result += new }
        }
        return result
    }
}

/// The values of a call's arguments, and what the call may use.
struct TemplateCallArguments {
    let budget: TemplateBudget
    var positional: [RuntimeValue] = []
    var named: [String: RuntimeValue] = [:]

    /// A positional argument; undefined if it is absent.
    subscript(index: Int) -> RuntimeValue {
        index < positional.count ? positional[index] : .undefined("an argument")
    }

    /// An argument by its place or its name.
    func value(_ index: Int, _ name: String) -> RuntimeValue? {
        index < positional.count ? positional[index] : named[name]
    }

    /// A whole number by its place or its name; nil if absent or none.
    func integer(_ index: Int, _ name: String) throws(EvaluationFault) -> Int? {
        guard let value = value(index, name) else { return nil }
        if case .none = value { return nil }
        guard let integer = value.integer else {
            throw EvaluationFault("'\(name)' must be a whole number, not \(value.typeName)")
        }
        return integer
    }
}
