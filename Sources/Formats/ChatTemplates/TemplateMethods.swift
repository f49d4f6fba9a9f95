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
        "rindex", "istitle", "isascii", "isdecimal", "isnumeric", "isidentifier", "isprintable", "maketrans",
    ]
    static let ofMappings: Set = [
        "items", "keys", "values", "get", "pop", "update", "clear", "copy", "setdefault", "popitem",
        "fromkeys",
    ]
    static let ofLists: Set = [
        "append", "index", "count", "extend", "insert", "pop", "remove", "reverse", "sort", "copy", "clear",
    ]

    /// Attributes that Python has and this does not: asking for them is refused, not undefined.
    static func unsupportedAttributes(of value: RuntimeValue) -> Set<String> {
        switch value {
        case .view(let view):
            view.isRange
                ? ["count", "index", "start", "stop", "step"]
                : view.kind == .values
                    ? ["mapping"]
                    : ["mapping", "isdisjoint"]
        case .iterator: ["send", "throw", "close", "gi_frame", "gi_code", "gi_running", "gi_yieldfrom"]
        case .function("self"): []
        default: []
        }
    }

    /// The result of a method.
    static func call(
        _ name: String, of value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        try arguments.budget.spend(on: value)
        try arguments.spend()
        switch value {
        case .string(let text): return try ofString(name, text, arguments)
        case .markup:
            throw EvaluationFault("the method '\(name)' of text that 'e' or 'safe' made is not supported")
        case .mapping(let members): return try ofMapping(name, members, arguments)
        case .integer, .boolean, .number: return try ofNumber(name, value)
        case .counter(let counter):
            if name == "next" { return counter.next() }
            counter.reset()
            return .none
        case .group:
            return try call(name, of: .tuple(value.elements()), arguments)
        case .list(let elements), .tuple(let elements):
            if name != "copy" { try arguments.budget.spend(throughout: value) }
            switch name {
            case "count": return .integer(elements.count { $0.equals(arguments[0]) })
            case "index":
                guard arguments.positional.count == 1 else {
                    throw EvaluationFault("'index' of a list takes one value, no bounds")
                }
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
            if name == "changed" { return .boolean(loop.memory.changes(to: arguments.positional)) }
            guard !arguments.positional.isEmpty else { throw EvaluationFault("'cycle' needs values") }
            return arguments.positional[loop.index % arguments.positional.count]
        default: throw EvaluationFault("a value of type \(value.typeName) has no method '\(name)'")
        }
    }

    private static func ofNumber(
        _ name: String, _ value: RuntimeValue
    ) throws(EvaluationFault) -> RuntimeValue {
        switch name {
        case "bit_length":
            return .integer(Int.bitWidth - (value.integer ?? 0).magnitude.leadingZeroBitCount)
        case "is_integer":
            return .boolean(value.number.map { $0.isFinite && $0 == $0.rounded(.down) } ?? false)
        default: return value.integer.map { .integer($0) } ?? value
        }
    }

    private static func ofMapping(
        _ name: String, _ members: [RuntimeValue.Member], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        switch name {
        case "items":
            let pairs = members.map { RuntimeValue.tuple([$0.key, $0.value]) }
            return .view(TemplateView(kind: .items, elements: pairs))
        case "keys": return .view(TemplateView(kind: .keys, elements: members.map(\.key)))
        case "values": return .view(TemplateView(kind: .values, elements: members.map(\.value)))
        case "copy": return .mapping(members)
        case "get":
            try arguments[0].requireKey()
            try arguments.budget.spend(finding: arguments[0], in: .mapping(members))
            let initial = arguments.positional.count > 1 ? arguments[1] : .none
            return members.value(of: arguments[0]) ?? initial
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
        case "lower": return .string(text.lowercasedAsPython)
        case "title": return .string(text.titled)
        case "capitalize": return .string(text.capitalizedAsPython)
        case "splitlines":
            try arguments.budget.spend(steps: text.mostParts(at: nil))
            let keepsEnds = arguments.value(0, "keepends")?.isTrue == true
            return .list(text.pythonLines(keepingEnds: keepsEnds).map { .string($0) })
        case "split":
            let limit = try arguments.integer(1, "maxsplit") ?? -1
            let separator = (first ?? arguments.named["sep"]?.string)
            try arguments.budget.spend(steps: text.mostParts(at: separator))
            guard let separator else {
                return .list(text.splitAtWhitespace(limit: limit).map { .string($0) })
            }
            guard !separator.isEmpty else {
                throw EvaluationFault("'split' needs a separator that is not empty")
            }
            return .list(text.split(atBytes: separator, limit: limit).map { .string($0) })
        case "startswith", "endswith": return try .boolean(ends(name, text, arguments))
        case "replace": return .string(try text.replaced(arguments))
        case "join":
            try arguments.budget.spend(listing: arguments[0])
            let parts = try strings(arguments[0], name)
            try arguments.budget.spend(parts.count, copiesOf: text)
            try arguments.budget.spend(throughout: arguments[0])
            return .string(parts.joined(separator: text))
        case "find", "count", "removeprefix", "removesuffix":
            guard let first else { throw EvaluationFault("'\(name)' needs a string") }
            if name.hasPrefix("remove") { return search(name, text, first) }
            guard let window = try window(text, arguments) else {
                return .integer(name == "find" ? -1 : 0)
            }
            try arguments.budget.spend(steps: name == "count" ? text.mostParts(at: first) : 0)
            guard case .integer(let found) = search(name, window.text, first) else { return .none }
            return .integer(name == "find" && found >= 0 ? found + window.start : found)
        case "isdigit", "isspace", "isalpha", "isalnum": return .boolean(hasOnly(name, text))
        default: return try ofStringFurther(name, text, arguments)
        }
    }

    /// Whether the text starts or ends with one of the strings that the call gives.
    private static func ends(
        _ name: String, _ text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> Bool {
        let first = arguments.positional.first?.string
        var parts = [first ?? ""]
        if first == nil {
            guard case .tuple = arguments[0] else {
                throw EvaluationFault("'\(name)' needs a string, or a tuple of them")
            }
            parts = try strings(arguments[0], name)
        }
        guard let window = try window(text, arguments) else { return false }
        let bytes = Array(window.text.utf8)
        return parts.contains { part in
            name == "startswith"
                ? bytes.starts(with: part.utf8) : bytes.reversed().starts(with: part.utf8.reversed())
        }
    }

    /// The part of a text between the bounds that the arguments after the first give, and where it begins;
    /// nil if the start is beyond the end.
    static func window(
        _ text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> (text: String, start: Int)? {
        guard arguments.positional.count > 1 else { return (text, 0) }
        let scalars = Array(text.unicodeScalars)
        func bound(_ index: Int, _ initial: Int) throws(EvaluationFault) -> Int {
            guard let bound = try arguments.integer(index, "bound") else { return initial }
            return bound < 0 ? max(0, bound + scalars.count) : bound
        }
        let start = try bound(1, 0)
        let stop = min(try bound(2, scalars.count), scalars.count)
        guard start <= stop else { return nil }
        return (String(String.UnicodeScalarView(scalars[start..<stop])), start)
    }

    private static func search(_ name: String, _ text: String, _ part: String) -> RuntimeValue {
        let bytes = Array(text.utf8)
        switch name {
        case "find":
            return .integer(text.scalarOffset(of: part) ?? -1)
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
            try arguments.budget.spend(steps: mostParts(at: old))
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
    private(set) var named: [String: RuntimeValue] = [:]
    /// The named arguments in their order.
    private(set) var members: [RuntimeValue.Member] = []

    init(budget: TemplateBudget, positional: [RuntimeValue] = []) {
        self.budget = budget
        self.positional = positional
    }

    /// The same named arguments with other positional ones.
    func with(positional: [RuntimeValue]) -> TemplateCallArguments {
        var result = self
        result.positional = positional
        return result
    }

    /// Spends what all arguments hold: what is called may go through them.
    func spend() throws(EvaluationFault) {
        for value in positional { try budget.spend(throughout: value) }
        for member in members { try budget.spend(throughout: member.value) }
    }

    mutating func set(_ name: String, _ value: RuntimeValue) throws(EvaluationFault) {
        try budget.spend(steps: members.count / 8)
        named[name] = value
        members.set(.string(name), value)
    }

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
