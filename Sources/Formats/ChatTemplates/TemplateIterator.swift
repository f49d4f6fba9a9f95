// Values of a running template that do more than hold: loops, iterators, views, cyclers and joiners.

/// The `loop` of a for statement.
struct TemplateLoop {
    var items: [RuntimeValue]
    var index: Int
    /// What the rounds of a loop share.
    var memory = TemplateLoopMemory()
    /// How many recursive loops are around this.
    var depth = 0
    /// What `loop(…)` runs again, if the loop is recursive.
    var recursion: TemplateRecursion?

    /// An attribute of `loop`.
    func attribute(_ name: String) -> RuntimeValue? {
        switch name {
        case "index": .integer(index + 1)
        case "index0": .integer(index)
        case "revindex": .integer(items.count - index)
        case "revindex0": .integer(items.count - index - 1)
        case "first": .boolean(index == 0)
        case "last": .boolean(index == items.count - 1)
        case "length": .integer(items.count)
        case "depth": .integer(depth + 1)
        case "depth0": .integer(depth)
        case "previtem": index > 0 ? items[index - 1] : .undefined("there is no previous item, so it")
        case "nextitem":
            index + 1 < items.count ? items[index + 1] : .undefined("there is no next item, so it")
        case "cycle", "changed": .method(.loop(self), name)
        default: nil
        }
    }
}

/// What `loop.changed` was asked last.
final class TemplateLoopMemory {
    private var values: [RuntimeValue]?

    /// Whether the values are others than those of the last call.
    func changes(to new: [RuntimeValue]) -> Bool {
        let isSame = values.map { RuntimeValue.list($0).equals(.list(new)) } ?? false
        values = new
        return !isSame
    }
}

/// A recursive loop and where it stands.
final class TemplateRecursion {
    let loop: TemplateForLoop
    let scope: TemplateScope

    init(_ loop: TemplateForLoop, in scope: TemplateScope) {
        self.loop = loop
        self.scope = scope
    }
}

/// Elements that are given once, as Python's iterators and generators give them.
final class TemplateIterator {
    /// What is left, from its end: the last is next.
    private var rest: [RuntimeValue]
    /// Whether a loop left it in the middle: what it still holds is not known then.
    private var isAbandoned = false

    init(_ elements: [RuntimeValue]) { rest = elements.reversed() }

    /// What is left, for counting its cost.
    var held: [RuntimeValue] { rest }

    /// Everything that is left.
    func remaining() throws(EvaluationFault) -> [RuntimeValue] {
        try requireWhole()
        defer { rest = [] }
        return rest.reversed()
    }

    /// The next element.
    func next() throws(EvaluationFault) -> RuntimeValue? {
        try requireWhole()
        return rest.popLast()
    }

    /// Goes to the first equal element, and past it.
    func find(_ element: RuntimeValue) throws(EvaluationFault) -> Bool {
        try requireWhole()
        while let next = rest.popLast() { if next.equals(element) { return true } }
        return false
    }

    func abandon() { isAbandoned = true }

    private func requireWhole() throws(EvaluationFault) {
        guard !isAbandoned else {
            throw EvaluationFault(
                "an iterator that a loop left by 'break' is used again, which is not supported")
        }
    }
}

/// Elements that print by the name of what they come from.
struct TemplateView {
    enum Kind: Equatable {
        case keys, values, items
        case range(start: Int, stop: Int, step: Int)
    }

    var kind: Kind
    var elements: [RuntimeValue]

    var isRange: Bool { if case .range = kind { true } else { false } }

    var typeName: String {
        switch kind {
        case .keys: "dict_keys"
        case .values: "dict_values"
        case .items: "dict_items"
        case .range: "range"
        }
    }

    var text: String {
        guard case .range(let start, let stop, let step) = kind else {
            return "\(typeName)(\(RuntimeValue.list(elements).quotedText))"
        }
        return "range(\(start), \(stop)\(step == 1 ? "" : ", \(step)"))"
    }

    /// Ranges are equal by their numbers, keys and items as sets, values never.
    func equals(_ other: TemplateView) -> Bool {
        guard isRange == other.isRange, kind != .values, other.kind != .values else { return false }
        guard !isRange else { return RuntimeValue.list(elements).equals(.list(other.elements)) }
        return elements.count == other.elements.count
            && elements.allSatisfy { element in other.elements.contains { $0.equals(element) } }
    }
}

/// A cycler, which goes round its values, or a joiner, which is empty at first and then its separator.
final class TemplateCounter {
    let isJoiner: Bool
    private let values: [RuntimeValue]
    private var position = 0

    init(values: [RuntimeValue], isJoiner: Bool) {
        self.values = values
        self.isJoiner = isJoiner
    }

    var current: RuntimeValue { values[position] }

    /// The value, and on to the next.
    func next() -> RuntimeValue {
        defer { position = (position + 1) % values.count }
        return current
    }

    /// Nothing the first time, then the separator.
    func join() -> RuntimeValue {
        defer { position = 1 }
        return position == 0 ? .string("") : values[0]
    }

    func reset() { position = 0 }

    /// An attribute of a cycler or joiner.
    func attribute(_ name: String) -> RuntimeValue? {
        switch (name, isJoiner) {
        case ("sep", true): values[0]
        case ("used", true): .boolean(position == 1)
        case ("items", false): .tuple(values)
        case ("pos", false): .integer(position)
        case ("current", false): current
        case ("next", false), ("reset", false): .method(.counter(self), name)
        default: nil
        }
    }
}

extension TemplateMacro {
    /// An attribute of a macro.
    func attribute(_ attribute: String) -> RuntimeValue? {
        switch attribute {
        case "name": name == "caller" ? RuntimeValue.none : .string(name)
        case "arguments": .tuple(parameters.map { .string($0.name) })
        case "caller": .boolean(special.contains("caller"))
        case "catch_kwargs": .boolean(special.contains("kwargs"))
        case "catch_varargs": .boolean(special.contains("varargs"))
        default: nil
        }
    }
}
