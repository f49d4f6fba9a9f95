// What one rendering may use. A template comes with a model, and may be damaged or hostile: it must not fill
// the memory or run on for hours.

/// Counts the work of a rendering. Real templates use thousandths of it.
final class TemplateBudget {
    /// Deeper values are refused; functions that follow values recurse.
    private static let maximumDepth = 100
    /// A step is a value that is looked at, or this many bytes of text.
    private static let bytesPerStep = 8

    private var steps = 8_000_000

    func spend(steps count: Int) throws(EvaluationFault) {
        guard count <= steps else {
            throw EvaluationFault("it takes too many steps or makes too large a value")
        }
        steps -= count
    }

    func spend(bytes count: Int) throws(EvaluationFault) { try spend(steps: count / Self.bytesPerStep + 1) }

    /// Spends what `count` copies of a text come to; call it before they are made.
    func spend(_ count: Int, copiesOf text: String) throws(EvaluationFault) {
        let (bytes, overflows) = text.utf8.count.multipliedReportingOverflow(by: max(0, count))
        try spend(bytes: overflows ? .max : bytes)
    }

    /// Spends what a value holds at its top level.
    func spend(on value: RuntimeValue) throws(EvaluationFault) {
        switch value {
        case .string(let text), .markup(let text): try spend(bytes: text.utf8.count)
        case .view(let view): try spend(steps: view.elements.count + 1)
        case .list(let elements), .tuple(let elements): try spend(steps: elements.count + 1)
        case .mapping(let members): try spend(steps: members.count + 1)
        default: try spend(steps: 1)
        }
    }

    /// Spends what a value holds in all, and refuses what is nested too deeply: for what goes through all of
    /// it.
    func spend(
        throughout value: RuntimeValue, depth: Int = 0, isPrinted: Bool = false
    ) throws(EvaluationFault) {
        guard depth <= Self.maximumDepth else { throw EvaluationFault("a value is nested too deeply") }
        try spend(on: value)
        var parts: [RuntimeValue] = []
        switch value {
        case .list(let elements), .tuple(let elements): parts = elements
        case .view(let view) where !view.isRange: parts = view.elements
        case .group(let name, let elements): parts = [name] + elements
        case .mapping(let members): parts = members.flatMap { [$0.key, $0.value] }
        case .namespace(let namespace): parts = namespace.members.map(\.value)
        case .iterator, .counter, .method:
            guard !isPrinted else {
                throw EvaluationFault(
                    "a value of type \(value.typeName) as text, an address in Python, is not supported"
                )
            }
        case .function(let name):
            guard !isPrinted || name == "self" else {
                throw EvaluationFault("the function '\(name)' as text is not supported")
            }
        default: break
        }
        for part in parts { try spend(throughout: part, depth: depth + 1, isPrinted: isPrinted) }
    }

    /// Spends what a value holds in all, and refuses what has no text of its own.
    func spend(printing value: RuntimeValue) throws(EvaluationFault) {
        try spend(throughout: value, isPrinted: true)
    }
}
