// What the expressions of a chat template come to.

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
        case .list(let elements), .tuple(let elements): return try checked(.list(try evaluateAll(elements)))
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
            let value = try evaluate(base)
            let others = try evaluateAll(arguments.positional)
            let passes = try located(place) { [budget] () throws(EvaluationFault) in
                for value in [value] + others { try budget.spend(throughout: value) }
                return try TemplateTests.passes(name, value, others)
            }
            return .boolean(passes != isNegated)
        case .not(let operand): return .boolean(try !evaluate(operand).isTrue)
        case .negative(let operand, let place):
            let value = try evaluate(operand)
            if let integer = value.integer { return .integer(0 &- integer) }
            guard let number = value.number else { throw fault("'-' before \(value.typeName)", place) }
            return .number(-number)
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        case .binary(let symbol, let left, let right, let place):
            let first = try evaluate(left)
            let second = try evaluate(right)
            if symbol == "%", let format = first.string {
                return try formatted(format, second, isTuple: right.isTuple, place)
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

    /// `format % value`.
    private func formatted(
        _ format: String, _ value: RuntimeValue, isTuple: Bool, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        try located(place) { [budget] () throws(EvaluationFault) in
            try budget.spend(throughout: value)
            if isTuple {
                return .string(
                    try PythonFormat.percent(format, value.elements(), names: nil, isWhole: false))
            }
            if case .undefined(let name) = value { throw EvaluationFault("\(name) is undefined") }
            let isMapping: Bool = if case .mapping = value { true } else { false }
            return .string(
                try PythonFormat.percent(format, [value], names: isMapping ? value : nil, isWhole: isMapping))
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
            guard let name = try evaluate(key).string else {
                throw fault("a key of a mapping must be a string", place)
            }
            let member = RuntimeValue.Member(key: name, value: try evaluate(value))
            if let index = result.firstIndex(where: { $0.key == name }) {
                result[index] = member
            } else {
                result.append(member)
            }
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
        case .string(let text):
            let scalars = Array(text.unicodeScalars)
            let kept = Self.indices(bounds[0], bounds[1], step, scalars.count).map { scalars[$0] }
            return .string(String(String.UnicodeScalarView(kept)))
        default: throw fault("a value of type \(value.typeName) cannot be sliced", place)
        }
    }

    private static func indices(_ start: Int?, _ stop: Int?, _ step: Int, _ count: Int) -> [Int] {
        let lowest = step > 0 ? 0 : -1
        let highest = step > 0 ? count : count - 1
        func clamped(_ bound: Int) -> Int { min(max(bound < 0 ? bound + count : bound, lowest), highest) }
        let first = start.map(clamped) ?? (step > 0 ? 0 : count - 1)
        let last = stop.map(clamped) ?? (step > 0 ? count : -1)
        return Array(stride(from: first, to: last, by: step))
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
        for (name, expression) in arguments.named { result.named[name] = try evaluate(expression) }
        return result
    }

    private mutating func call(
        _ callee: TemplateExpression, _ arguments: TemplateArguments, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        let function = try evaluate(callee)
        let values = try evaluate(arguments)
        switch function {
        case .macro(let macro, let scope): return try call(macro, scope, values, place)
        case .method(let value, let name):
            return try located(place) { () throws(EvaluationFault) in
                try TemplateMethods.call(name, of: value, values)
            }
        case .function("raise_exception"): throw .refused(path: path, message: values[0].text)
        case .function("namespace"), .function("dict"):
            var members: [RuntimeValue.Member] = []
            if case .mapping(let given) = values[0] { members = given }
            for (name, _) in arguments.named {
                members.removeAll { $0.key == name }
                members.append(.init(key: name, value: values.named[name] ?? .none))
            }
            let mapping = try checked(.mapping(members))
            guard case .function("namespace") = function else { return mapping }
            let namespace = TemplateNamespace()
            namespace.members = members
            return .namespace(namespace)
        case .function("strftime_now"):
            return try located(place) { () throws(EvaluationFault) in
                .string(try DateFormat.text(values[0].text, of: now))
            }
        case .function: return try range(values, place)
        case .undefined(let name): throw fault("\(name) is undefined", place)
        default: throw fault("a value of type \(function.typeName) cannot be called", place)
        }
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
        return .list(result)
    }
}

extension RuntimeValue {
    /// Whether a comparison holds.
    fileprivate func stands(_ symbol: String, _ other: RuntimeValue) throws(EvaluationFault) -> Bool {
        switch symbol {
        case "==": equals(other)
        case "!=": !equals(other)
        case "<": try isLess(than: other)
        case ">": try other.isLess(than: self)
        case "<=": try !other.isLess(than: self)
        case ">=": try !isLess(than: other)
        case "in": try other.contains(self)
        default: try !other.contains(self)
        }
    }

    /// The result of an arithmetic operator or of `~`.
    func combined(
        _ symbol: String, _ other: RuntimeValue, _ budget: TemplateBudget
    ) throws(EvaluationFault) -> RuntimeValue {
        if symbol == "~" {
            for value in [self, other] { try budget.spend(throughout: value) }
            return .string(text + other.text)
        }
        if let left = integer, let right = other.integer, symbol != "/" {
            return .integer(try Self.whole(symbol, left, right))
        }
        if let left = number, let right = other.number { return .number(try Self.real(symbol, left, right)) }
        for value in [self, other] { try budget.spend(on: value) }
        switch (symbol, self, other) {
        case ("+", .string(let left), .string(let right)): return .string(left + right)
        case ("+", .list(let left), .list(let right)): return .list(left + right)
        case ("*", .list(let elements), .integer), ("*", .integer, .list(let elements)):
            let count = max(0, integer ?? other.integer ?? 0)
            let (total, overflows) = elements.count.multipliedReportingOverflow(by: count)
            try budget.spend(steps: overflows ? .max : total)
            return .list((0..<count).flatMap { _ in elements })
        case ("*", .string(let text), .integer), ("*", .string(let text), .boolean),
            ("*", .integer, .string(let text)), ("*", .boolean, .string(let text)):
            let count = max(0, integer ?? other.integer ?? 0)
            guard count <= 1_000_000 else { throw EvaluationFault("a string repeated \(count) times") }
            try budget.spend(count, copiesOf: text)
            return .string(String(repeating: text, count: count))
        case (_, .undefined(let name), _), (_, _, .undefined(let name)):
            throw EvaluationFault("\(name) is undefined")
        default: throw EvaluationFault("'\(symbol)' does not work on \(typeName) and \(other.typeName)")
        }
    }

    private static func whole(_ symbol: String, _ left: Int, _ right: Int) throws(EvaluationFault) -> Int {
        var result: (partialValue: Int, overflow: Bool)
        switch symbol {
        case "+": result = left.addingReportingOverflow(right)
        case "-": result = left.subtractingReportingOverflow(right)
        case "*": result = left.multipliedReportingOverflow(by: right)
        case "//", "%":
            guard right != 0 else { throw EvaluationFault("a division by zero") }
            result =
                symbol == "%"
                ? left.remainderReportingOverflow(dividingBy: right)
                : left.dividedReportingOverflow(by: right)
            let remainder = left.remainderReportingOverflow(dividingBy: right).partialValue
            if remainder != 0, (remainder < 0) != (right < 0) {
                result.partialValue += symbol == "%" ? right : -1
            }
        default:
            guard right >= 0 else { throw EvaluationFault("a negative power") }
            return try power(left, right)
        }
        guard !result.overflow else { throw EvaluationFault("a number is too large") }
        return result.partialValue
    }

    /// By squaring, so that a huge exponent of 1 takes no time.
    private static func power(_ base: Int, _ exponent: Int) throws(EvaluationFault) -> Int {
        var (result, square, rest) = ((1, false), (base, false), exponent)
        while rest > 0, !result.1 {
            if rest & 1 == 1 {
                let overflows = square.1
                result = result.0.multipliedReportingOverflow(by: square.0)
                result.1 = result.1 || overflows
            }
            rest >>= 1
            square = (
                square.0 &* square.0, square.1 || square.0.multipliedReportingOverflow(by: square.0).overflow
            )
        }
        guard !result.1 else { throw EvaluationFault("a number is too large") }
        return result.0
    }

    private static func real(_ symbol: String, _ left: Double, _ right: Double) throws(EvaluationFault)
        -> Double
    {
        switch symbol {
        case "+": return left + right
        case "-": return left - right
        case "*": return left * right
        case "/", "//", "%":
            guard right != 0 else { throw EvaluationFault("a division by zero") }
            let floor = (left / right).rounded(.down)
            return symbol == "/" ? left / right : symbol == "//" ? floor : left - floor * right
        default: throw EvaluationFault("'**' works on whole numbers only")
        }
    }
}
