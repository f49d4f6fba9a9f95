// Slices and ranges of a chat template as Python has them, of numbers up to the ends of their range.

extension TemplateRenderer {
    /// The most numbers of a range.
    private static let longestRange = 100_000

    /// `base[start:stop:step]`.
    mutating func slice(
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
        return try located(place) { [budget] () throws(EvaluationFault) in
            try budget.spend(on: value)
            return try Self.slice(value, bounds[0], bounds[1], step)
        }
    }

    private static func slice(
        _ value: RuntimeValue, _ start: Int?, _ stop: Int?, _ step: Int
    ) throws(EvaluationFault) -> RuntimeValue {
        switch value {
        case .list(let elements):
            return .list(indices(start, stop, step, elements.count).map { elements[$0] })
        case .tuple(let elements):
            return .tuple(indices(start, stop, step, elements.count).map { elements[$0] })
        case .view(let view):
            guard case .range(let from, _, let by) = view.kind else { break }
            let indices = indices(start, stop, step, view.elements.count)
            let ends = ends(start, stop, step, view.elements.count)
            let kind = TemplateView.Kind.range(
                start: try exact(from, plus: ends.first, times: by),
                stop: try exact(from, plus: ends.last, times: by), step: try exact(0, plus: by, times: step))
            return .view(TemplateView(kind: kind, elements: indices.map { view.elements[$0] }))
        case .string(let text), .markup(let text):
            let scalars = Array(text.unicodeScalars)
            let kept = indices(start, stop, step, scalars.count).map { scalars[$0] }
            let part = String(String.UnicodeScalarView(kept))
            if case .markup = value { return .markup(part) }
            return .string(part)
        default: break
        }
        throw EvaluationFault("a value of type \(value.typeName) cannot be sliced")
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

    /// `number + count * step`, which in Python may have any length.
    private static func exact(
        _ number: Int, plus count: Int, times step: Int
    ) throws(EvaluationFault) -> Int {
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: step)
        let (sum, overflows) = number.addingReportingOverflow(product)
        guard !isTooLarge, !overflows else { throw EvaluationFault("a number is too large") }
        return sum
    }

    /// What `range` gives.
    func range(
        _ arguments: TemplateCallArguments, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        let numbers = arguments.positional.compactMap(\.integer)
        guard 1...3 ~= numbers.count, numbers.count == arguments.positional.count,
            numbers.count < 3 || numbers[2] != 0
        else { throw fault("'range' needs one to three whole numbers", place) }
        let start = numbers.count > 1 ? numbers[0] : 0
        let stop = numbers.count > 1 ? numbers[1] : numbers[0]
        let step = numbers.count > 2 ? numbers[2] : 1
        let count = Self.count(from: start, to: stop, by: step)
        guard count <= Self.longestRange else { throw fault("a range of more than 100,000 numbers", place) }
        try located(place) { [budget] () throws(EvaluationFault) in try budget.spend(steps: Int(count)) }
        // Modulo 2^64 the numbers are right, as each of them lies between the ends.
        let elements = (0..<Int(count)).map { RuntimeValue.integer(start &+ $0 &* step) }
        return .view(TemplateView(kind: .range(start: start, stop: stop, step: step), elements: elements))
    }

    /// How many numbers a range has.
    private static func count(from start: Int, to stop: Int, by step: Int) -> UInt {
        guard step > 0 ? start < stop : start > stop else { return 0 }
        let distance = UInt(bitPattern: step > 0 ? stop &- start : start &- stop)
        return (distance - 1) / step.magnitude + 1
    }
}
