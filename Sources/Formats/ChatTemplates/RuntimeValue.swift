// Values while a chat template runs, with the truth, equality and order that Python gives them.

/// Why a value cannot be used so; the renderer adds the place.
struct EvaluationFault: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Names and values of one scope of a template.
final class TemplateScope {
    /// How many scopes are around this.
    let depth: Int
    private var values: [String: RuntimeValue] = [:]
    private let parent: TemplateScope?

    init(parent: TemplateScope?) {
        self.parent = parent
        depth = parent.map { $0.depth + 1 } ?? 0
    }

    subscript(name: String) -> RuntimeValue? {
        get {
            var scope: TemplateScope? = self
            while let current = scope {
                if let value = current.values[name] { return value }
                scope = current.parent
            }
            return nil
        }
        set { values[name] = newValue }
    }

    /// Lets go of everything: a macro keeps the scope that keeps it.
    func removeAll() { values.removeAll() }
}

/// What `namespace()` makes: the one value that a template can change.
final class TemplateNamespace {
    var members: [RuntimeValue.Member] = []
}

/// A value of a running template.
indirect enum RuntimeValue {
    /// A member of a mapping.
    struct Member {
        var key: RuntimeValue
        var value: RuntimeValue

        init(key: RuntimeValue, value: RuntimeValue) {
            self.key = key
            self.value = value
        }

        init(_ name: String, _ value: RuntimeValue) { self.init(key: .string(name), value: value) }
    }

    /// What is not there, with what it is called in messages.
    case undefined(String)
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    /// Text that is escaped already, what `e` and `safe` make.
    case markup(String)
    case list([RuntimeValue])
    case tuple([RuntimeValue])
    /// Keys in order, none twice.
    case mapping([Member])
    /// What `range` makes, and the keys, values and items of a mapping.
    case view(TemplateView)
    /// What gives its elements only once, such as the result of `map`.
    case iterator(TemplateIterator)
    /// What `cycler` and `joiner` make.
    case counter(TemplateCounter)
    case namespace(TemplateNamespace)
    case loop(TemplateLoop)
    case macro(TemplateMacro, TemplateScope)
    /// What `groupby` makes: a value and the elements that have it.
    case group(RuntimeValue, [RuntimeValue])
    /// A function that every template can call.
    case function(String)
    /// A method of a value.
    case method(RuntimeValue, String)

    init(_ value: TemplateValue) {
        switch value {
        case .none: self = .none
        case .boolean(let flag): self = .boolean(flag)
        case .integer(let number): self = .integer(number)
        case .number(let number): self = .number(number)
        case .string(let text): self = .string(text)
        case .list(let elements): self = .list(elements.map { RuntimeValue($0) })
        case .mapping(let members):
            self = .mapping(members.map { Member($0.key, RuntimeValue($0.value)) })
        }
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }

    var string: String? {
        switch self {
        case .string(let text), .markup(let text): text
        default: nil
        }
    }

    /// A whole number; truth values count as 0 and 1.
    var integer: Int? {
        switch self {
        case .integer(let number): number
        case .boolean(let flag): flag ? 1 : 0
        default: nil
        }
    }

    /// A number of either kind.
    var number: Double? {
        if case .number(let number) = self { return number }
        return integer.map(Double.init)
    }

    /// Python's name of the type, for messages.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .boolean: "bool"
        case .integer: "int"
        case .number: "float"
        case .string: "str"
        case .markup: "Markup"
        case .list: "list"
        case .group, .tuple: "tuple"
        case .view(let view): view.typeName
        case .iterator: "iterator"
        case .counter(let counter): counter.isJoiner ? "Joiner" : "Cycler"
        case .mapping: "dict"
        case .namespace: "Namespace"
        case .loop: "LoopContext"
        case .macro: "Macro"
        case .function, .method: "function"
        }
    }

    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .boolean(let flag): flag
        case .integer(let number): number != 0
        case .number(let number): number != 0
        case .string(let text), .markup(let text): !text.isEmpty
        case .list(let elements), .tuple(let elements): !elements.isEmpty
        case .mapping(let members): !members.isEmpty
        case .view(let view): !view.elements.isEmpty
        case .namespace, .loop, .macro, .function, .method, .group, .iterator, .counter: true
        }
    }

    /// What a loop over this goes through.
    func elements() throws(EvaluationFault) -> [RuntimeValue] {
        switch self {
        case .undefined: return []
        case .list(let elements), .tuple(let elements): return elements
        case .group(let name, let elements): return [name, .list(elements)]
        case .mapping(let members): return members.map(\.key)
        case .view(let view): return view.elements
        case .iterator(let iterator): return try iterator.remaining()
        case .string(let text), .markup(let text):
            return text.unicodeScalars.map { .string(String($0)) }
        default: throw EvaluationFault("a value of type \(typeName) is not iterable")
        }
    }

    /// Whether the values are equal.
    func equals(_ other: RuntimeValue) -> Bool {
        if let left = integer, let right = other.integer { return left == right }
        if let left = integer, case .number(let right) = other { return Int(exactly: right) == left }
        if let right = other.integer, case .number(let left) = self { return Int(exactly: left) == right }
        if let left = number, let right = other.number { return left == right }
        switch (self, other) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)), (.markup(let left), .string(let right)),
            (.string(let left), .markup(let right)), (.markup(let left), .markup(let right)):
            return left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.group(let name, let elements), .tuple(let right)),
            (.tuple(let right), .group(let name, let elements)):
            return RuntimeValue.tuple([name, .list(elements)]).equals(.tuple(right))
        case (.group(let name, let elements), .group(let otherName, let others)):
            return name.equals(otherName) && RuntimeValue.list(elements).equals(.list(others))
        case (.mapping(let left), .mapping(let right)):
            return left.count == right.count
                && left.allSatisfy { right.value(of: $0.key)?.equals($0.value) == true }
        case (.view(let left), .view(let right)): return left.equals(right)
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.iterator(let left), .iterator(let right)): return left === right
        case (.counter(let left), .counter(let right)): return left === right
        case (.function(let left), .function(let right)): return left == right
        default: return false
        }
    }

    /// Whether this comes before another value.
    func isLess(than other: RuntimeValue) throws(EvaluationFault) -> Bool {
        if let left = integer, let right = other.integer { return left < right }
        // Without rounding: of large whole numbers a floating-point one would be another.
        if let left = integer, case .number(let right) = other {
            return Int(exactly: right.rounded(.up)).map { left < $0 } ?? (right > 0)
        }
        if let right = other.integer, case .number(let left) = self {
            return Int(exactly: left.rounded(.down)).map { $0 < right } ?? (left < 0)
        }
        if let left = number, let right = other.number { return left < right }
        if let left = string, let right = other.string {
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        }
        switch (self, other) {
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (first, second) in zip(left, right) where !first.equals(second) {
                return try first.isLess(than: second)
            }
            return left.count < right.count
        default: throw EvaluationFault("\(typeName) and \(other.typeName) cannot be compared")
        }
    }

    /// Whether this comes before another value or is equal to it.
    func isAtMost(_ other: RuntimeValue) throws(EvaluationFault) -> Bool {
        if let left = number, let right = other.number, left.isNaN || right.isNaN { return false }
        return try !other.isLess(than: self)
    }

    /// Whether this holds `element`.
    func contains(_ element: RuntimeValue) throws(EvaluationFault) -> Bool {
        switch self {
        case .undefined: return false
        case .string(let text), .markup(let text):
            guard let part = element.string else {
                throw EvaluationFault("'in' of a string needs a string, not \(element.typeName)")
            }
            return text.contains(bytesOf: part)
        case .list(let elements), .tuple(let elements): return elements.contains { $0.equals(element) }
        case .mapping(let members):
            try element.requireKey()
            return members.value(of: element) != nil
        case .view(let view): return view.elements.contains { $0.equals(element) }
        case .iterator(let iterator): return try iterator.find(element)
        case .group: return try elements().contains { $0.equals(element) }
        default: throw EvaluationFault("'in' does not work on \(typeName)")
        }
    }

    /// `value[key]`; undefined if there is none.
    func item(_ key: RuntimeValue) throws(EvaluationFault) -> RuntimeValue {
        switch self {
        case .undefined(let name): throw EvaluationFault("\(name) is undefined")
        case .mapping(let members):
            if let value = members.value(of: key) { return value }
        case .view(let view):
            if view.isRange, let index = key.integer, let place = Self.place(index, view.elements.count) {
                return view.elements[place]
            }
        case .list(let elements), .tuple(let elements):
            if let index = key.integer, let place = Self.place(index, elements.count) {
                return elements[place]
            }
        case .group:
            let parts = try elements()
            if let index = key.integer, let place = Self.place(index, parts.count) { return parts[place] }
        case .string(let text), .markup(let text):
            let scalars = Array(text.unicodeScalars)
            if let index = key.integer, let place = Self.place(index, scalars.count) {
                let character = String(scalars[place])
                if case .markup = self { return .markup(character) }
                return .string(character)
            }
        default: break
        }
        if let name = key.string { return try attributeOnly(name) ?? .undefined("'\(name)'") }
        return .undefined("item \(key.text)")
    }

    private static func place(_ index: Int, _ count: Int) -> Int? {
        let place = index < 0 ? index + count : index
        return 0..<count ~= place ? place : nil
    }

    /// `value.name`: a method or attribute, otherwise the item of that key; undefined if there is none.
    func attribute(_ name: String) throws(EvaluationFault) -> RuntimeValue {
        if case .undefined(let what) = self { throw EvaluationFault("\(what) is undefined") }
        if let found = try attributeOnly(name) { return found }
        if case .mapping = self { return try item(.string(name)) }
        return .undefined("'\(name)'")
    }

    /// An attribute in Python's sense, without items.
    func attributeOnly(_ name: String) throws(EvaluationFault) -> RuntimeValue? {
        switch self {
        case .namespace(let namespace): return namespace.members.value(of: .string(name))
        case .loop(let loop): return loop.attribute(name)
        case .macro(let macro, _): return macro.attribute(name)
        case .counter(let counter):
            return counter.attribute(name)
        case .group(let value, _) where name == "grouper": return value
        case .group(_, let elements) where name == "list": return .list(elements)
        case .string, .markup: return TemplateMethods.ofStrings.contains(name) ? .method(self, name) : nil
        case .mapping: return TemplateMethods.ofMappings.contains(name) ? .method(self, name) : nil
        case .list: return TemplateMethods.ofLists.contains(name) ? .method(self, name) : nil
        case .tuple, .group: return ["count", "index"].contains(name) ? .method(self, name) : nil
        case .integer, .boolean, .number: return try numberAttribute(name)
        default: break
        }
        guard !TemplateMethods.unsupportedAttributes(of: self).contains(name) else {
            throw EvaluationFault("the attribute '\(name)' of a value of type \(typeName) is not supported")
        }
        return nil
    }

    private func numberAttribute(_ name: String) throws(EvaluationFault) -> RuntimeValue? {
        switch (name, integer) {
        case ("real", let integer?), ("numerator", let integer?): return .integer(integer)
        case ("real", nil): return self
        case ("imag", nil): return .number(0)
        case ("imag", _): return .integer(0)
        case ("denominator", _?): return .integer(1)
        case ("is_integer", _), ("bit_length", _?), ("conjugate", _): return .method(self, name)
        case ("as_integer_ratio", _), ("from_bytes", _?), ("to_bytes", _?), ("bit_count", _?), ("hex", nil),
            ("fromhex", nil):
            throw EvaluationFault(
                "the attribute '\(name)' of a value of type \(typeName) is not supported")
        default: return nil
        }
    }

    /// Faults unless this can be the key of a mapping.
    func requireKey() throws(EvaluationFault) {
        switch self {
        case .list, .mapping: throw EvaluationFault("a value of type \(typeName) cannot be a key")
        case .tuple(let elements): for element in elements { try element.requireKey() }
        default: break
        }
    }
}

extension [RuntimeValue.Member] {
    /// The value of a key.
    func value(of key: RuntimeValue) -> RuntimeValue? { last { $0.key.equals(key) }?.value }

    /// Gives a key its value, in its old place if it is there.
    mutating func set(_ key: RuntimeValue, _ value: RuntimeValue) {
        if let index = firstIndex(where: { $0.key.equals(key) }) {
            self[index].value = value
        } else {
            append(.init(key: key, value: value))
        }
    }
}
