// What one rendering may use. A template comes with a model, and may be damaged or hostile: it must not fill
// the memory or run on for hours.

/// Counts the work of a rendering. Real templates use thousandths of it.
final class TemplateBudget {
    /// What a value is looked at for.
    private enum Use {
        case visit, print, compare
    }

    /// Steps of one rendering.
    private static let limit = 8_000_000
    /// Deeper values are refused; functions that follow values recurse.
    private static let maximumDepth = 100
    /// A step is a value that is looked at, or this many bytes of text.
    private static let bytesPerStep = 8
    /// Members of mappings that are compared in a step.
    private static let membersPerStep = 8

    private var steps = limit

    func spend(steps count: Int) throws(EvaluationFault) {
        guard count <= steps else {
            throw EvaluationFault(
                "it takes too many steps or makes too large a value: more than \(Self.limit) steps, each a "
                    + "value that is looked at or \(Self.bytesPerStep) bytes of text")
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
        case .iterator(let iterator): try spend(steps: iterator.held.count + 1)
        default: try spend(steps: 1)
        }
    }

    /// Spends what the elements of a value come to, before they are made: of a text each character is one.
    func spend(listing value: RuntimeValue) throws(EvaluationFault) {
        if let text = value.string { try spend(steps: text.utf8.count) } else { try spend(on: value) }
    }

    /// Spends what a value holds in all, and refuses what is nested too deeply: for what goes through all of
    /// it.
    func spend(throughout value: RuntimeValue) throws(EvaluationFault) { try spend(on: value, for: .visit) }

    /// Spends what a value holds in all, and refuses what has no text of its own.
    func spend(printing value: RuntimeValue) throws(EvaluationFault) { try spend(on: value, for: .print) }

    /// Spends what a comparison with a value may take: each key of a mapping is looked for among all of
    /// another.
    func spend(comparing value: RuntimeValue) throws(EvaluationFault) { try spend(on: value, for: .compare) }

    /// Spends what finding the item of a key takes, and naming it where there is none: the keys of mappings
    /// are compared one after the other, texts are taken apart.
    func spend(finding key: RuntimeValue, in value: RuntimeValue) throws(EvaluationFault) {
        let before = steps
        try spend(throughout: key)
        let keySteps = before - steps
        switch value {
        case .mapping(let members): try spend(steps: keySteps * members.count / Self.membersPerStep)
        case .namespace(let space): try spend(steps: keySteps * space.members.count / Self.membersPerStep)
        case .string, .markup: try spend(on: value)
        default: break
        }
    }

    private func spend(on value: RuntimeValue, for use: Use, depth: Int = 0) throws(EvaluationFault) {
        guard depth <= Self.maximumDepth else {
            throw EvaluationFault("a value is nested too deeply: beyond \(Self.maximumDepth) levels")
        }
        try spend(on: value)
        if use == .print { try requireText(value) }
        var parts: [RuntimeValue] = []
        switch value {
        case .list(let elements), .tuple(let elements): parts = elements
        case .view(let view) where !view.isRange:
            parts = view.elements
            if use == .compare { try spend(pairsOf: parts.count) }
        case .group(let name, let elements): parts = [name] + elements
        case .mapping(let members):
            parts = members.flatMap { [$0.key, $0.value] }
            if use == .compare { try spend(pairsOf: members.count) }
        case .namespace(let namespace): parts = namespace.members.map(\.value)
        case .iterator(let iterator): parts = iterator.held
        default: break
        }
        for part in parts { try spend(on: part, for: use, depth: depth + 1) }
    }

    private func spend(pairsOf count: Int) throws(EvaluationFault) {
        try spend(steps: count * count / Self.membersPerStep)
    }

    /// Refuses what Python writes as an address.
    private func requireText(_ value: RuntimeValue) throws(EvaluationFault) {
        switch value {
        case .iterator, .counter, .method:
            throw EvaluationFault(
                "a value of type \(value.typeName) as text, an address in Python, is not supported")
        case .function(let name):
            guard name == "self" else {
                throw EvaluationFault("the function '\(name)' as text is not supported")
            }
        default: break
        }
    }
}
