// Operators of chat templates on values, as Python has them.

import Foundation

extension RuntimeValue {
    /// Whether a comparison holds.
    func stands(_ symbol: String, _ other: RuntimeValue) throws(EvaluationFault) -> Bool {
        switch symbol {
        case "==": equals(other)
        case "!=": !equals(other)
        case "<": try isLess(than: other)
        case ">": try other.isLess(than: self)
        case "<=": try isAtMost(other)
        case ">=": try other.isAtMost(self)
        case "in": try other.contains(self)
        default: try !other.contains(self)
        }
    }

    /// The result of an arithmetic operator or of `~`.
    func combined(
        _ symbol: String, _ other: RuntimeValue, _ budget: TemplateBudget
    ) throws(EvaluationFault) -> RuntimeValue {
        if symbol == "~" {
            for value in [self, other] { try budget.spend(printing: value) }
            return .string(text + other.text)
        }
        if let left = integer, let right = other.integer, symbol != "/", symbol != "**" || right >= 0 {
            return .integer(try Self.whole(symbol, left, right))
        }
        if let left = number, let right = other.number { return .number(try Self.real(symbol, left, right)) }
        for value in [self, other] { try budget.spend(on: value) }
        switch (symbol, self, other) {
        case ("+", .string(let left), .string(let right)): return .string(left + right)
        case ("+", .markup(let left), .string(let right)): return .markup(left + right.escaped)
        case ("+", .string(let left), .markup(let right)): return .markup(left.escaped + right)
        case ("+", .markup(let left), .markup(let right)): return .markup(left + right)
        case ("+", .list(let left), .list(let right)): return .list(left + right)
        case ("+", .tuple(let left), .tuple(let right)): return .tuple(left + right)
        case ("*", .list(let elements), .integer), ("*", .integer, .list(let elements)):
            return .list(try Self.repeated(elements, integer ?? other.integer ?? 0, budget))
        case ("*", .tuple(let elements), .integer), ("*", .integer, .tuple(let elements)):
            return .tuple(try Self.repeated(elements, integer ?? other.integer ?? 0, budget))
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

    private static func repeated(
        _ elements: [RuntimeValue], _ count: Int, _ budget: TemplateBudget
    ) throws(EvaluationFault) -> [RuntimeValue] {
        let (total, overflows) = elements.count.multipliedReportingOverflow(by: max(0, count))
        try budget.spend(steps: overflows ? .max : total)
        return (0..<(elements.isEmpty ? 0 : max(0, count))).flatMap { _ in elements }
    }

    private static func whole(_ symbol: String, _ left: Int, _ right: Int) throws(EvaluationFault) -> Int {
        var result: (partialValue: Int, overflow: Bool)
        switch symbol {
        case "+": result = left.addingReportingOverflow(right)
        case "-": result = left.subtractingReportingOverflow(right)
        case "*": result = left.multipliedReportingOverflow(by: right)
        case "//", "%":
            guard right != 0 else { throw EvaluationFault("a division by zero") }
            // Of the least number and -1 the quotient is too large, the remainder is 0.
            let remainder = left.remainderReportingOverflow(dividingBy: right).partialValue
            result = symbol == "%" ? (remainder, false) : left.dividedReportingOverflow(by: right)
            if remainder != 0, (remainder < 0) != (right < 0) {
                result.partialValue += symbol == "%" ? right : -1
            }
        default: return try power(left, right)
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
            guard symbol != "/" else { return left / right }
            // The remainder is exact, and has the sign of the divisor.
            var remainder = left.truncatingRemainder(dividingBy: right)
            var quotient = (left - remainder) / right
            if remainder == 0 {
                remainder = Double(signOf: right, magnitudeOf: 0)
            } else if (right < 0) != (remainder < 0) {
                remainder += right
                quotient -= 1
            }
            guard symbol == "//" else { return remainder }
            let floor = quotient.rounded(.down)
            return quotient - floor > 0.5 ? floor + 1 : floor
        default:
            let power = pow(left, right)
            guard power.isFinite || !left.isFinite || !right.isFinite else {
                throw EvaluationFault("a power is no real number, or too large")
            }
            return power
        }
    }
}
