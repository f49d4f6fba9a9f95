// The filters of Jinja, what stands after `|`; `tojson` as transformers defines it.

/// Filters by their names.
enum TemplateFilters {
    static let names = ofNumbers.union([
        "trim", "length", "count", "upper", "lower", "title", "capitalize", "replace", "join", "first",
        "last", "tojson",
        "default", "d", "items", "list", "map", "select", "reject", "selectattr", "rejectattr", "string",
        "int", "e", "escape", "truncate", "attr", "urlencode", "pprint",
        "float", "abs", "indent", "safe", "reverse", "sort", "unique", "dictsort",
    ])

    /// Those of Jinja that this has not.
    static let unsupported: Set = [
        "filesizeformat", "forceescape", "random", "striptags", "urlize", "wordwrap", "xmlattr",
    ]

    /// Those that do not go through all of a list or mapping.
    private static let ofWhole = names.subtracting([
        "length", "count", "list", "first", "last", "default", "d", "items", "map", "select", "reject",
        "selectattr", "rejectattr", "reverse",
    ])

    /// Those that make text of all of a value.
    private static let ofText: Set = [
        "trim", "upper", "lower", "title", "capitalize", "string", "safe", "replace", "indent", "e", "escape",
        "urlencode", "pprint", "center", "wordcount", "format",
    ]

    /// Those that do with text that is escaped already what they do with other text.
    private static let ofMarkup: Set = [
        "e", "escape", "safe", "string", "length", "count", "default", "d", "list", "first", "last", "tojson",
        "int", "float", "wordcount", "urlencode", "attr",
    ]

    /// What the filter makes of `value`.
    static func apply(
        _ name: String, to value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        if case .markup = value, !ofMarkup.contains(name) {
            throw EvaluationFault("the filter '\(name)' of text that 'e' or 'safe' made is not supported")
        }
        try arguments.spend()
        if ofText.contains(name) {
            try arguments.budget.spend(printing: value)
        } else if ofWhole.contains(name) {
            try arguments.budget.spend(throughout: value)
        } else {
            try arguments.budget.spend(on: value)
        }
        switch name {
        case "trim": return .string(value.text.stripped(arguments.value(0, "chars")?.string))
        case "upper": return .string(value.text.uppercased())
        case "lower": return .string(value.text.lowercasedAsPython)
        case "title": return .string(title(value.text))
        case "capitalize": return .string(value.text.capitalizedAsPython)
        case "string":
            if case .markup = value { return value }
            return .string(value.text)
        case "safe": return .markup(value.text)
        case "e", "escape", "truncate", "urlencode", "pprint", "attr", "replace":
            return try applyOfText(name, to: value, arguments)
        case "indent":
            guard let text = value.string else {
                throw EvaluationFault("'indent' needs a string, not \(value.typeName)")
            }
            return .string(try indented(text, arguments))
        case "tojson": return .string(try json(arguments).text(value))
        case "default", "d":
            let replaces =
                value.isUndefined || (arguments.value(1, "boolean")?.isTrue == true && !value.isTrue)
            return replaces ? arguments.value(0, "default_value") ?? .string("") : value
        case "int", "float", "abs": return try number(name, value, arguments)
        case "length" where value.string != nil, "count" where value.string != nil:
            return .integer(value.text.unicodeScalars.count)
        case _ where ofNumbers.contains(name): return try applyOfNumbers(name, to: value, arguments)
        default:
            try arguments.budget.spend(listing: value)
            return try ofSequence(name, value, arguments)
        }
    }

    private static func ofSequence(
        _ name: String, _ value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        switch name {
        case "length", "count":
            if case .iterator = value { throw EvaluationFault("a value of type iterator has no length") }
            return .integer(try value.elements().count)
        case "list": return .list(try value.elements())
        case "first":
            let absent = RuntimeValue.undefined("the first element of nothing")
            if case .iterator(let iterator) = value { return try iterator.next() ?? absent }
            return try value.elements().first ?? absent
        case "last":
            if case .iterator = value {
                throw EvaluationFault("a value of type iterator has no last element")
            }
            return try value.elements().last ?? .undefined("the last element of nothing")
        case "join": return try joined(value.elements(), arguments)
        case "items", "dictsort": return try items(name, value, arguments)
        case "map":
            // What is empty or none has nothing to go through.
            guard value.isTrue else { return .iterator(TemplateIterator([])) }
            return .iterator(TemplateIterator(try mapped(value.elements(), arguments)))
        case "select", "reject", "selectattr", "rejectattr":
            guard value.isTrue else { return .iterator(TemplateIterator([])) }
            return .iterator(TemplateIterator(try selected(name, value.elements(), arguments)))
        case "reverse":
            if let text = value.string {
                return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
            }
            if case .iterator = value { return .list(try value.elements().reversed()) }
            return .iterator(TemplateIterator(try value.elements().reversed()))
        case "sort": return .list(try sorted(value.elements(), arguments))
        default: return try distinct(value.elements(), arguments)
        }
    }

    private static func joined(
        _ elements: [RuntimeValue], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        var elements = elements
        if let attribute = arguments.value(1, "attribute") {
            elements = try attributes(elements, attribute.text, initial: nil, arguments.budget)
        }
        let separator = arguments.value(0, "d")?.text ?? ""
        try arguments.budget.spend(elements.count, copiesOf: separator)
        for element in elements { try arguments.budget.spend(printing: element) }
        return .string(elements.map(\.text).joined(separator: separator))
    }

    private static func items(
        _ name: String, _ value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        if value.isUndefined, name == "items" { return .iterator(TemplateIterator([])) }
        guard case .mapping(var members) = value else {
            throw EvaluationFault("'\(name)' needs a mapping, not \(value.typeName)")
        }
        if name == "dictsort" {
            members = try sortedMembers(members, arguments)
        }
        let pairs = members.map { RuntimeValue.tuple([$0.key, $0.value]) }
        return name == "items" ? .iterator(TemplateIterator(pairs)) : .list(pairs)
    }

    private static func distinct(
        _ elements: [RuntimeValue], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        var kept: [RuntimeValue] = []
        var known: [RuntimeValue] = []
        let keys = try keys(
            elements, attribute: arguments.value(1, "attribute"),
            isExact: arguments.value(0, "case_sensitive")?.isTrue == true, arguments.budget)
        for (key, element) in zip(keys, elements) {
            try arguments.budget.spend(steps: known.count)
            try key.requireKey()
            guard !known.contains(where: { $0.equals(key) }) else { continue }
            known.append(key)
            kept.append(element)
        }
        return .iterator(TemplateIterator(kept))
    }

    private static func sortedMembers(
        _ members: [RuntimeValue.Member], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> [RuntimeValue.Member] {
        let by = arguments.value(1, "by")?.text ?? "key"
        guard by == "key" || by == "value" else { throw EvaluationFault("'dictsort' sorts by key or value") }
        let keys = try keys(
            members.map { by == "key" ? $0.key : $0.value }, attribute: nil,
            isExact: arguments.value(0, "case_sensitive")?.isTrue == true, arguments.budget)
        let isReversed = arguments.value(2, "reverse")?.isTrue == true
        return try order(keys, isReversed: isReversed, arguments.budget).map { members[$0] }
    }

    /// An attribute, dotted or a number for an item, of each element.
    static func attributes(
        _ elements: [RuntimeValue], _ path: String, initial: RuntimeValue?, _ budget: TemplateBudget
    ) throws(EvaluationFault) -> [RuntimeValue] {
        let keys = path.split(separator: ".").map { part in
            Int(part).map { RuntimeValue.integer($0) } ?? .string(String(part))
        }
        var values: [RuntimeValue] = []
        for element in elements {
            var value = element
            for key in keys {
                try budget.spend(finding: key, in: value)
                value = try value.item(key)
                if value.isUndefined, let initial {
                    value = initial
                    break
                }
            }
            values.append(value)
        }
        return values
    }

    private static func mapped(
        _ elements: [RuntimeValue], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> [RuntimeValue] {
        if let attribute = arguments.named["attribute"] {
            return try attributes(
                elements, attribute.text, initial: arguments.named["default"], arguments.budget)
        }
        guard let name = arguments.positional.first?.string else {
            throw EvaluationFault("'map' needs an attribute or the name of a filter")
        }
        guard names.contains(name) else { throw EvaluationFault("the filter '\(name)' is not supported") }
        let rest = arguments.with(positional: Array(arguments.positional.dropFirst()))
        var results: [RuntimeValue] = []
        for element in elements { results.append(try apply(name, to: element, rest)) }
        return results
    }

    private static func selected(
        _ name: String, _ elements: [RuntimeValue], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> [RuntimeValue] {
        var rest = arguments.positional[...]
        var keys = elements
        if name.hasSuffix("attr") {
            guard let attribute = rest.popFirst()?.string else {
                throw EvaluationFault("'\(name)' needs the name of an attribute")
            }
            keys = try attributes(elements, attribute, initial: nil, arguments.budget)
        }
        let test = rest.popFirst()?.string
        if let test, !TemplateTests.names.contains(test) {
            throw EvaluationFault("the test '\(test)' is not supported")
        }
        var kept: [RuntimeValue] = []
        for (key, element) in zip(keys, elements) {
            let passes = try test.map { test throws(EvaluationFault) in
                for value in [key] + rest { try arguments.budget.spend(comparing: value) }
                return try TemplateTests.passes(test, key, Array(rest))
            }
            if (passes ?? key.isTrue) == name.hasPrefix("select") { kept.append(element) }
        }
        return kept
    }

    private static func sorted(
        _ elements: [RuntimeValue], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> [RuntimeValue] {
        let isExact = arguments.value(1, "case_sensitive")?.isTrue == true
        var keys: [[RuntimeValue]] = elements.map { _ in [] }
        // Several attributes stand with commas between.
        let attribute = arguments.value(2, "attribute")?.text
        let names: [String?] = attribute?.split(atBytes: ",") ?? [nil]
        for name in names {
            let values = try Self.keys(
                elements, attribute: name.map { RuntimeValue.string($0.stripped()) }, isExact: isExact,
                arguments.budget)
            for (index, value) in values.enumerated() { keys[index].append(value) }
        }
        // Lists of one as well: equal keys that cannot be compared are no fault then, as in Jinja.
        let single = keys.map { RuntimeValue.list($0) }
        let isReversed = arguments.value(0, "reverse")?.isTrue == true
        return try order(single, isReversed: isReversed, arguments.budget).map { elements[$0] }
    }

    /// The places of keys in their order: an insertion sort, so that a fault can leave it.
    static func order(
        _ keys: [RuntimeValue], isReversed: Bool, _ budget: TemplateBudget
    ) throws(EvaluationFault) -> [Int] {
        var order: [Int] = []
        for index in keys.indices {
            var place = order.count
            try budget.spend(steps: place)
            while place > 0,
                try isReversed
                    ? keys[order[place - 1]].isLess(than: keys[index])
                    : keys[index].isLess(than: keys[order[place - 1]])
            {
                place -= 1
            }
            order.insert(index, at: place)
        }
        return order
    }

    /// Jinja's `title`: words begin after whitespace, hyphens and opening brackets.
    private static func title(_ text: String) -> String {
        var result = ""
        let scalars = Array(text.unicodeScalars)
        var start = 0
        while start < scalars.count {
            let isBreak = { (scalar: Unicode.Scalar) in
                scalar.isPythonWhitespace || "-({[<".unicodeScalars.contains(scalar)
            }
            guard !isBreak(scalars[start]) else {
                result.unicodeScalars.append(scalars[start])
                start += 1
                continue
            }
            let end = scalars[start...].firstIndex(where: isBreak) ?? scalars.count
            let rest = scalars[(start + 1)..<end]
            result += scalars[start].properties.uppercaseMapping
            for index in rest.indices { result += rest.lowercase(at: index) }
            start = end
        }
        return result
    }

    private static func indented(
        _ text: String, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> String {
        let width = arguments.value(0, "width") ?? .integer(4)
        let columns = width.string == nil ? max(0, width.integer ?? 4) : 0
        try arguments.budget.spend(columns, copiesOf: " ")
        let margin = width.string ?? String(repeating: " ", count: columns)
        let indentsBlank = arguments.value(2, "blank")?.isTrue == true
        try arguments.budget.spend(steps: text.mostParts(at: nil))
        let lines = (text + "\n").pythonLines
        try arguments.budget.spend(lines.count, copiesOf: margin)
        let rest = lines.dropFirst().map { $0.isEmpty && !indentsBlank ? "" : margin + $0 }
        let result = ([lines.first ?? ""] + rest).joined(separator: "\n")
        return arguments.value(1, "first")?.isTrue == true ? margin + result : result
    }

    private static func json(_ arguments: TemplateCallArguments) throws(EvaluationFault) -> PythonJSON {
        var json = PythonJSON(budget: arguments.budget)
        json.ensuresASCII = arguments.value(0, "ensure_ascii")?.isTrue ?? false
        if let indent = arguments.value(1, "indent") {
            if let text = indent.string {
                json.indent = text
            } else if let width = indent.integer {
                try arguments.budget.spend(width, copiesOf: " ")
                json.indent = String(repeating: " ", count: max(0, width))
            }
            if json.indent != nil { json.itemSeparator = "," }
        }
        if let given = arguments.value(2, "separators"), given.isTrue {
            let separators = try given.elements()
            guard separators.count == 2 else { throw EvaluationFault("'separators' needs two strings") }
            json.itemSeparator = separators[0].text
            json.keySeparator = separators[1].text
        }
        json.sortsKeys = arguments.value(3, "sort_keys")?.isTrue ?? false
        return json
    }

    private static func number(
        _ name: String, _ value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        switch name {
        case "abs":
            if let integer = value.integer {
                guard integer != .min else { throw EvaluationFault("a number is too large") }
                return .integer(abs(integer))
            }
            guard let number = value.number else {
                throw EvaluationFault("'abs' needs a number, not \(value.typeName)")
            }
            return .number(abs(number))
        case "int":
            if let integer = value.integer { return .integer(integer) }
            if case .undefined(let what) = value { throw EvaluationFault("\(what) is undefined") }
            let base = try arguments.integer(1, "base") ?? 10
            guard 2...36 ~= base else { throw EvaluationFault("'int' takes a base from 2 to 36") }
            if let integer = try value.string?.pythonInteger(base: base) { return .integer(integer) }
            let number = value.number ?? value.string?.pythonNumber
            guard let number, number.isFinite else { return arguments.value(0, "default") ?? .integer(0) }
            guard let integer = Int(exactly: number.rounded(.towardZero)) else {
                throw EvaluationFault("a number is too large")
            }
            return .integer(integer)
        default:
            if case .undefined(let what) = value { throw EvaluationFault("\(what) is undefined") }
            let number = value.number ?? value.string?.pythonNumber
            return number.map { .number($0) } ?? arguments.value(0, "default") ?? .number(0)
        }
    }
}
