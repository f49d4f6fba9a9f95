// What the expressions of a chat template come to.

import Foundation

extension TemplateRenderer {
    /// The value of an expression, at the cost of a step.
    mutating func evaluate(_ expression: TemplateExpression) throws(ChatTemplateError) -> RuntimeValue {
        try enter()
        let value = try result(of: expression)
        leave()
        return value
    }

    private mutating func result(of expression: TemplateExpression) throws(ChatTemplateError) -> RuntimeValue
    {
        switch expression {
        case .literal(let value): return RuntimeValue(value)
        case .name(let name, let place): return try value(of: name, place)
        case .list(let elements): return try checked(.list(try evaluateAll(elements)))
        case .tuple(let elements): return try checked(.tuple(try evaluateAll(elements)))
        case .mapping(let members, let place): return try mapping(members, place)
        case .attribute(let base, let name, let place):
            let value = try evaluate(base)
            return try located(place) { [budget] () throws(EvaluationFault) in
                if value.string == nil { try budget.spend(finding: .string(name), in: value) }
                return try value.attribute(name)
            }
        case .item(let base, let key, let place):
            let value = try evaluate(base)
            let index = try evaluate(key)
            return try located(place) { [budget] () throws(EvaluationFault) in
                try budget.spend(finding: index, in: value)
                return try value.item(index)
            }
        case .slice(let base, let parts, let place): return try slice(base, parts, place)
        case .call(let callee, let arguments, let place): return try call(callee, arguments, place)
        case .filter(let base, let name, let arguments, let place):
            guard let base else { preconditionFailure("filters of blocks have their value given") }
            return try filter(name, try evaluate(base), arguments, place)
        case .test(let base, let name, let arguments, let isNegated, let place):
            return try test(base, name, arguments, isNegated, place)
        case .not(let operand): return .boolean(try !evaluate(operand).isTrue)
        case .negative(let operand, let place):
            return try negated(try evaluate(operand), place)
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        case .binary(let symbol, let left, let right, let place):
            let first = try evaluate(left)
            let second = try evaluate(right)
            if symbol == "%", case .string(let format) = first {
                return try formatted(format, second, place)
            }
            return try located(place) { [budget] () throws(EvaluationFault) in
                try first.combined(symbol, second, budget)
            }
        case .comparison(let left, let rest, let place): return try comparison(left, rest, place)
        case .conditional(let condition, let then, let otherwise):
            if try evaluate(condition).isTrue { return try evaluate(then) }
            guard let otherwise else { return .undefined("the value of an 'if' without 'else'") }
            return try evaluate(otherwise)
        }
    }

    private mutating func test(
        _ base: TemplateExpression, _ name: String, _ arguments: TemplateArguments, _ isNegated: Bool,
        _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        let value = try evaluate(base)
        let others = try evaluate(arguments).positional
        let passes = try located(place) { [budget] () throws(EvaluationFault) in
            for value in [value] + others { try budget.spend(comparing: value) }
            return try TemplateTests.passes(name, value, others)
        }
        return .boolean(passes != isNegated)
    }

    private func negated(
        _ value: RuntimeValue, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        if let integer = value.integer {
            guard integer != .min else { throw fault("a number is too large", place) }
            return .integer(-integer)
        }
        guard let number = value.number else { throw fault("'-' before \(value.typeName)", place) }
        return .number(-number)
    }

    /// `format % value`.
    private func formatted(
        _ format: String, _ value: RuntimeValue, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        try located(place) { [budget] () throws(EvaluationFault) in
            try budget.spend(printing: value)
            switch value {
            case .tuple, .group:
                return .string(
                    try PythonFormat.percent(
                        format, value.elements(), names: nil, isWhole: false, budget))
            default: break
            }
            var (isMapping, isWhole) = (false, false)
            switch value {
            case .mapping: (isMapping, isWhole) = (true, true)
            case .list, .view: isWhole = true
            default: break
            }
            return .string(
                try PythonFormat.percent(
                    format, [value], names: isMapping ? value : nil, isWhole: isWhole, budget))
        }
    }

    private mutating func evaluateAll(
        _ expressions: [TemplateExpression]
    ) throws(ChatTemplateError) -> [RuntimeValue] {
        var values: [RuntimeValue] = []
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private mutating func mapping(
        _ members: [(key: TemplateExpression, value: TemplateExpression)], _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        var result: [RuntimeValue.Member] = []
        for (key, value) in members {
            let key = try evaluate(key)
            try located(place) { [budget, result] () throws(EvaluationFault) in
                try budget.spend(steps: result.count)
                try key.requireKey()
            }
            result.set(key, try evaluate(value))
        }
        return try checked(.mapping(result))
    }

    /// A new list or mapping, if it is neither too large nor too deep.
    private func checked(_ value: RuntimeValue) throws(ChatTemplateError) -> RuntimeValue {
        try located(place) { [budget] () throws(EvaluationFault) in try budget.spend(throughout: value) }
        return value
    }

    private mutating func comparison(
        _ left: TemplateExpression, _ rest: [(symbol: String, value: TemplateExpression)],
        _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        var first = try evaluate(left)
        for (symbol, expression) in rest {
            let second = try evaluate(expression)
            let holds = try located(place) { [budget] () throws(EvaluationFault) in
                try budget.spend(comparing: second)
                return try first.stands(symbol, second)
            }
            if !holds { return .boolean(false) }
            first = second
        }
        return .boolean(true)
    }

    mutating func filter(
        _ name: String, _ value: RuntimeValue, _ arguments: TemplateArguments, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        let values = try evaluate(arguments)
        return try located(place) { () throws(EvaluationFault) in
            try TemplateFilters.apply(name, to: value, values)
        }
    }

    mutating func evaluate(
        _ arguments: TemplateArguments
    ) throws(ChatTemplateError) -> TemplateCallArguments {
        var result = TemplateCallArguments(budget: budget, positional: try evaluateAll(arguments.positional))
        if let spread = arguments.spread {
            let value = try evaluate(spread)
            result.positional += try located(place) { [budget] () throws(EvaluationFault) in
                try budget.spend(listing: value)
                return try value.elements()
            }
        }
        for (name, expression) in arguments.named {
            let value = try evaluate(expression)
            try located(place) { () throws(EvaluationFault) in try result.set(name, value) }
        }
        guard let spreadNames = arguments.spreadNames else { return result }
        guard case .mapping(let members) = try evaluate(spreadNames) else {
            throw fault("'**' before an argument needs a mapping", place)
        }
        for member in members {
            guard let name = member.key.string, result.named[name] == nil else {
                throw fault("'**' gives an argument without a name or twice", place)
            }
            try located(place) { () throws(EvaluationFault) in try result.set(name, member.value) }
        }
        return result
    }

    private mutating func call(
        _ callee: TemplateExpression, _ arguments: TemplateArguments, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        let function = try evaluate(callee)
        let values = try evaluate(arguments)
        if case .function = function {
            try located(place) { () throws(EvaluationFault) in try values.spend() }
        }
        switch function {
        case .macro(let macro, let scope): return try call(macro, scope, values, place)
        case .loop(let loop): return try call(loop, values, place)
        case .counter(let counter) where counter.isJoiner: return counter.join()
        case .method(let value, let name):
            return try located(place) { () throws(EvaluationFault) in
                try TemplateMethods.call(name, of: value, values)
            }
        case .function("raise_exception"):
            guard !values.positional.isEmpty else { throw fault("'raise_exception' needs a message", place) }
            throw .refused(path: path, message: values[0].text)
        case .function("namespace"), .function("dict"):
            let members = try located(place) { () throws(EvaluationFault) in try Self.members(values) }
            let mapping = try checked(.mapping(members))
            guard case .function("namespace") = function else { return mapping }
            let namespace = TemplateNamespace()
            namespace.members = members
            return .namespace(namespace)
        case .function("strftime_now"):
            return try located(place) { () throws(EvaluationFault) in
                .string(try DateFormat.text(values[0].text, of: now))
            }
        case .function("range"): return try range(values, place)
        case .function("cycler"), .function("joiner"):
            let isJoiner: Bool = if case .function("joiner") = function { true } else { false }
            let items = isJoiner ? [values.value(0, "sep") ?? .string(", ")] : values.positional
            guard !items.isEmpty else { throw fault("'cycler' needs values", place) }
            return .counter(TemplateCounter(values: items, isJoiner: isJoiner))
        case .function(let name): throw fault("a call of '\(name)' is not supported", place)
        case .undefined(let name): throw fault("\(name) is undefined", place)
        default: throw fault("a value of type \(function.typeName) cannot be called", place)
        }
    }

    /// What `dict` and `namespace` hold: the members of a mapping, or pairs, and then the named arguments.
    private static func members(
        _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> [RuntimeValue.Member] {
        var members: [RuntimeValue.Member] = []
        guard arguments.positional.count < 2 else { throw EvaluationFault("a mapping is made of one value") }
        switch arguments.positional.first {
        case nil: break
        case .mapping(let given): members = given
        case let value?:
            try arguments.budget.spend(listing: value)
            for pair in try value.elements() {
                try arguments.budget.spend(listing: pair)
                let parts = try pair.elements()
                guard parts.count == 2 else { throw EvaluationFault("a mapping is made of pairs") }
                try parts[0].requireKey()
                try arguments.budget.spend(steps: members.count)
                members.set(parts[0], parts[1])
            }
        }
        for member in arguments.members {
            try arguments.budget.spend(steps: members.count)
            members.set(member.key, member.value)
        }
        return members
    }
}
