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
        case .name(let name, _): return value(of: name)
        case .list(let elements): return try checked(.list(try evaluateAll(elements)))
        case .tuple(let elements): return try checked(.tuple(try evaluateAll(elements)))
        case .mapping(let members, let place): return try mapping(members, place)
        case .attribute(let base, let name, let place):
            let value = try evaluate(base)
            return try located(place) { () throws(EvaluationFault) in try value.attribute(name) }
        case .item(let base, let key, let place):
            let value = try evaluate(base)
            let index = try evaluate(key)
            return try located(place) { () throws(EvaluationFault) in try value.item(index) }
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
            for value in [value] + others { try budget.spend(throughout: value) }
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
                    try PythonFormat.percent(format, value.elements(), names: nil, isWhole: false))
            default: break
            }
            var (isMapping, isWhole) = (false, false)
            switch value {
            case .mapping: (isMapping, isWhole) = (true, true)
            case .list, .view: isWhole = true
            default: break
            }
            return .string(
                try PythonFormat.percent(format, [value], names: isMapping ? value : nil, isWhole: isWhole))
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
                try budget.spend(throughout: second)
                return try first.stands(symbol, second)
            }
            if !holds { return .boolean(false) }
            first = second
        }
        return .boolean(true)
    }

    /// `base[start:stop:step]` as Python slices.
    private mutating func slice(
        _ base: TemplateExpression, _ parts: [TemplateExpression?], _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        let value = try evaluate(base)
        var bounds: [Int?] = []
        for part in parts {
            guard let part else {
                bounds.append(nil)
                continue
            }
            let bound = try evaluate(part)
            if case .none = bound {
                bounds.append(nil)
            } else if let integer = bound.integer {
                bounds.append(integer)
            } else {
                throw fault("a bound of a slice must be a whole number, not \(bound.typeName)", place)
            }
        }
        let step = bounds.count > 2 ? bounds[2] ?? 1 : 1
        guard step != 0 else { throw fault("the step of a slice cannot be 0", place) }
        switch value {
        case .list(let elements):
            return .list(
                Self.indices(bounds[0], bounds[1], step, elements.count).map { elements[$0] })
        case .tuple(let elements):
            return .tuple(
                Self.indices(bounds[0], bounds[1], step, elements.count).map { elements[$0] })
        case .view(let view):
            guard case .range(let from, _, let by) = view.kind else { break }
            let indices = Self.indices(bounds[0], bounds[1], step, view.elements.count)
            let ends = Self.ends(bounds[0], bounds[1], step, view.elements.count)
            return .view(
                TemplateView(
                    kind: .range(start: from + ends.first * by, stop: from + ends.last * by, step: by * step),
                    elements: indices.map { view.elements[$0] }))
        case .string(let text), .markup(let text):
            let scalars = Array(text.unicodeScalars)
            let kept = Self.indices(bounds[0], bounds[1], step, scalars.count).map { scalars[$0] }
            let part = String(String.UnicodeScalarView(kept))
            if case .markup = value { return .markup(part) }
            return .string(part)
        default: break
        }
        throw fault("a value of type \(value.typeName) cannot be sliced", place)
    }

    private static func indices(_ start: Int?, _ stop: Int?, _ step: Int, _ count: Int) -> [Int] {
        let ends = ends(start, stop, step, count)
        return Array(stride(from: ends.first, to: ends.last, by: step))
    }

    /// Where a slice begins and what it does not reach.
    private static func ends(_ start: Int?, _ stop: Int?, _ step: Int, _ count: Int) -> (
        first: Int, last: Int
    ) {
        let lowest = step > 0 ? 0 : -1
        let highest = step > 0 ? count : count - 1
        func clamped(_ bound: Int) -> Int { min(max(bound < 0 ? bound + count : bound, lowest), highest) }
        let first = start.map(clamped) ?? (step > 0 ? 0 : count - 1)
        let last = stop.map(clamped) ?? (step > 0 ? count : -1)
        return (first, last)
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
            result.positional += try located(place) { () throws(EvaluationFault) in try value.elements() }
        }
        for (name, expression) in arguments.named { result.set(name, try evaluate(expression)) }
        guard let spreadNames = arguments.spreadNames else { return result }
        guard case .mapping(let members) = try evaluate(spreadNames) else {
            throw fault("'**' before an argument needs a mapping", place)
        }
        for member in members {
            guard let name = member.key.string, result.named[name] == nil else {
                throw fault("'**' gives an argument without a name or twice", place)
            }
            result.set(name, member.value)
        }
        return result
    }

    private mutating func call(
        _ callee: TemplateExpression, _ arguments: TemplateArguments, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        let function = try evaluate(callee)
        let values = try evaluate(arguments)
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
            for pair in try value.elements() {
                let parts = try pair.elements()
                guard parts.count == 2 else { throw EvaluationFault("a mapping is made of pairs") }
                try parts[0].requireKey()
                try arguments.budget.spend(steps: members.count)
                members.set(parts[0], parts[1])
            }
        }
        for member in arguments.members { members.set(member.key, member.value) }
        return members
    }

    private func range(
        _ arguments: TemplateCallArguments, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        let numbers = arguments.positional.compactMap(\.integer)
        guard 1...3 ~= numbers.count, numbers.count == arguments.positional.count,
            numbers.count < 3 || numbers[2] != 0
        else { throw fault("'range' needs one to three whole numbers", place) }
        let start = numbers.count > 1 ? numbers[0] : 0
        let stop = numbers.count > 1 ? numbers[1] : numbers[0]
        let values = stride(from: start, to: stop, by: numbers.count > 2 ? numbers[2] : 1)
        let result = values.prefix(100_001).map { RuntimeValue.integer($0) }
        guard result.count <= 100_000 else { throw fault("a range of more than 100,000 numbers", place) }
        try located(place) { [budget] () throws(EvaluationFault) in try budget.spend(steps: result.count) }
        let step = numbers.count > 2 ? numbers[2] : 1
        return .view(
            TemplateView(kind: .range(start: start, stop: stop, step: step), elements: Array(result)))
    }
}
