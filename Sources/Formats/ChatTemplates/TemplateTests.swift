// The tests of Jinja, what stands after `is`.

/// Tests by their names.
enum TemplateTests {
    static let names: Set = [
        "defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "boolean", "number",
        "integer",
        "float", "true", "false", "equalto", "eq", "ne", "lt", "gt", "le", "ge", "in", "odd", "even",
        "divisibleby",
        "callable", "lower", "upper", "sameas", "greaterthan", "lessthan", "filter", "test", "escaped",
        "==", "!=", "<", ">", "<=", ">=",
    ]

    /// Whether `value` passes the test; `arguments` are those of the test.
    static func passes(
        _ name: String, _ value: RuntimeValue, _ arguments: [RuntimeValue]
    ) throws(EvaluationFault) -> Bool {
        switch name {
        case "equalto", "eq", "ne", "lt", "gt", "le", "ge", "in", "divisibleby", "sameas", "greaterthan",
            "lessthan", "==", "!=", "<", ">", "<=", ">=":
            guard arguments.count == 1 else { throw EvaluationFault("the test '\(name)' needs one value") }
            return try compares(name, value, arguments[0])
        case "odd", "even":
            guard let number = value.number else {
                throw EvaluationFault("the test '\(name)' needs a number, not \(value.typeName)")
            }
            if let integer = value.integer { return (integer % 2 != 0) == (name == "odd") }
            let rest = number.truncatingRemainder(dividingBy: 2)
            return name == "even" ? rest == 0 : rest == 1 || rest == -1
        case "lower": return value.text.hasCase(.lower)
        case "upper": return value.text.hasCase(.upper)
        case "filter":
            return value.string.map { TemplateFilters.names.union(TemplateFilters.unsupported).contains($0) }
                ?? false
        case "test": return value.string.map { names.contains($0) } ?? false
        default: return isKind(name, value)
        }
    }

    private static func compares(
        _ name: String, _ value: RuntimeValue, _ other: RuntimeValue
    ) throws(EvaluationFault) -> Bool {
        switch name {
        case "ne", "!=": return !value.equals(other)
        case "lt", "lessthan", "<": return try value.isLess(than: other)
        case "gt", "greaterthan", ">": return try other.isLess(than: value)
        case "le", "<=": return try value.isAtMost(other)
        case "ge", ">=": return try other.isAtMost(value)
        case "in": return try other.contains(value)
        case "divisibleby":
            guard let number = value.integer, let divisor = other.integer, divisor != 0 else {
                guard let number = value.number, let divisor = other.number, divisor != 0 else {
                    throw EvaluationFault("'divisibleby' needs numbers, and none of 0")
                }
                return number.truncatingRemainder(dividingBy: divisor) == 0
            }
            return number.remainderReportingOverflow(dividingBy: divisor).partialValue == 0
        case "sameas":
            switch value {
            case .list, .tuple, .mapping, .group, .view, .markup:
                guard value.typeName != other.typeName || !value.equals(other) else {
                    throw EvaluationFault(
                        "the test 'sameas' of equal values of type \(value.typeName) is not supported")
                }
            default: break
            }
            return value.typeName == other.typeName && value.equals(other)
        default: return value.equals(other)
        }
    }

    private static func isKind(_ name: String, _ value: RuntimeValue) -> Bool {
        switch (name, value) {
        case ("defined", _): !value.isUndefined
        case ("undefined", .undefined), ("none", .none), ("string", .string), ("mapping", .mapping),
            ("boolean", .boolean), ("integer", .integer), ("float", .number), ("number", .integer),
            ("number", .number), ("number", .boolean), ("iterable", .string), ("iterable", .list),
            ("iterable", .mapping), ("iterable", .undefined), ("sequence", .string), ("sequence", .list),
            ("sequence", .mapping), ("sequence", .undefined), ("true", .boolean(true)),
            ("false", .boolean(false)), ("callable", .macro), ("callable", .method), ("string", .markup),
            ("iterable", .markup), ("sequence", .markup), ("iterable", .tuple), ("sequence", .tuple),
            ("iterable", .group), ("sequence", .group), ("iterable", .view), ("iterable", .iterator),
            ("iterable", .loop), ("callable", .loop), ("callable", .undefined),
            ("escaped", .markup):
            true
        case ("sequence", .view(let view)): view.isRange
        case ("callable", .function(let name)): name != "self"
        case ("callable", .counter(let counter)): counter.isJoiner
        default: false
        }
    }
}
