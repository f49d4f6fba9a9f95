// Values while a chat template runs, with the truth, equality and order that Python gives them.

/// Why a value cannot be used so; the renderer adds the place.
struct EvaluationFault: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Names and values of one scope of a template.
final class TemplateScope {
    private var values: [String: RuntimeValue] = [:]
    private let parent: TemplateScope?

    init(parent: TemplateScope?) { self.parent = parent }

    subscript(name: String) -> RuntimeValue? {
        get { values[name] ?? parent?[name] }
        set { values[name] = newValue }
    }

    /// Lets go of everything: a macro keeps the scope that keeps it.
    func removeAll() { values.removeAll() }
}

/// What `namespace()` makes: the one value that a template can change.
final class TemplateNamespace {
    var members: [RuntimeValue.Member] = []
}

/// The `loop` of a for statement.
struct TemplateLoop {
    var items: [RuntimeValue]
    var index: Int
}

/// A value of a running template.
indirect enum RuntimeValue {
    /// A member of a mapping.
    struct Member {
        var key: String
        var value: RuntimeValue
    }

    /// What is not there, with what it is called in messages.
    case undefined(String)
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([RuntimeValue])
    case mapping([Member])
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
            self = .mapping(members.map { Member(key: $0.key, value: RuntimeValue($0.value)) })
        }
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }

    var string: String? { if case .string(let text) = self { text } else { nil } }

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
        case .list: "list"
        case .group: "tuple"
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
        case .string(let text): !text.isEmpty
        case .list(let elements): !elements.isEmpty
        case .mapping(let members): !members.isEmpty
        case .namespace, .loop, .macro, .function, .method, .group: true
        }
    }

    /// What a loop over this goes through.
    func elements() throws(EvaluationFault) -> [RuntimeValue] {
        switch self {
        case .undefined: return []
        case .list(let elements): return elements
        case .group(let name, let elements): return [name, .list(elements)]
        case .mapping(let members): return members.map { .string($0.key) }
        case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
        default: throw EvaluationFault("a value of type \(typeName) is not iterable")
        }
    }

    /// Whether the values are equal.
    func equals(_ other: RuntimeValue) -> Bool {
        if let left = integer, let right = other.integer { return left == right }
        if let left = number, let right = other.number { return left == right }
        switch (self, other) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.mapping(let left), .mapping(let right)):
            return left.count == right.count
                && left.allSatisfy { member in
                    right.contains { $0.key == member.key && $0.value.equals(member.value) }
                }
        case (.namespace(let left), .namespace(let right)): return left === right
        default: return false
        }
    }

    /// Whether this comes before another value.
    func isLess(than other: RuntimeValue) throws(EvaluationFault) -> Bool {
        if let left = integer, let right = other.integer { return left < right }
        if let left = number, let right = other.number { return left < right }
        switch (self, other) {
        case (.string(let left), .string(let right)):
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        case (.list(let left), .list(let right)):
            for (first, second) in zip(left, right) where !first.equals(second) {
                return try first.isLess(than: second)
            }
            return left.count < right.count
        default: throw EvaluationFault("\(typeName) and \(other.typeName) cannot be compared")
        }
    }

    /// Whether this holds `element`.
    func contains(_ element: RuntimeValue) throws(EvaluationFault) -> Bool {
        switch self {
        case .undefined: return false
        case .string(let text):
            guard let part = element.string else {
                throw EvaluationFault("'in' of a string needs a string, not \(element.typeName)")
            }
            return text.firstRange(ofBytes: part) != nil
        case .list(let elements): return elements.contains { $0.equals(element) }
        case .mapping(let members): return members.contains { $0.key == element.string }
        default: throw EvaluationFault("'in' does not work on \(typeName)")
        }
    }

    /// `value[key]`; undefined if there is none.
    func item(_ key: RuntimeValue) throws(EvaluationFault) -> RuntimeValue {
        switch self {
        case .undefined(let name): throw EvaluationFault("\(name) is undefined")
        case .mapping(let members):
            if let name = key.string, let member = members.last(where: { $0.key == name }) {
                return member.value
            }
        case .list(let elements):
            if let index = key.integer, let place = Self.place(index, elements.count) {
                return elements[place]
            }
        case .group:
            let parts = try elements()
            if let index = key.integer, let place = Self.place(index, parts.count) { return parts[place] }
        case .string(let text):
            let scalars = Array(text.unicodeScalars)
            if let index = key.integer, let place = Self.place(index, scalars.count) {
                return .string(String(scalars[place]))
            }
        default: break
        }
        if let name = key.string { return attributeOnly(name) ?? .undefined("'\(name)'") }
        return .undefined("item \(key.text)")
    }

    private static func place(_ index: Int, _ count: Int) -> Int? {
        let place = index < 0 ? index + count : index
        return 0..<count ~= place ? place : nil
    }

    /// `value.name`: a method or attribute, otherwise the item of that key; undefined if there is none.
    func attribute(_ name: String) throws(EvaluationFault) -> RuntimeValue {
        if case .undefined(let what) = self { throw EvaluationFault("\(what) is undefined") }
        if let found = attributeOnly(name) { return found }
        if case .mapping = self { return try item(.string(name)) }
        return .undefined("'\(name)'")
    }

    private func attributeOnly(_ name: String) -> RuntimeValue? {
        switch self {
        case .namespace(let namespace): namespace.members.last { $0.key == name }?.value
        case .loop(let loop): loop.attribute(name)
        case .group(let value, let elements):
            name == "grouper" ? value : name == "list" ? .list(elements) : nil
        case .string: TemplateMethods.ofStrings.contains(name) ? .method(self, name) : nil
        case .mapping: TemplateMethods.ofMappings.contains(name) ? .method(self, name) : nil
        case .list: TemplateMethods.ofLists.contains(name) ? .method(self, name) : nil
        default: nil
        }
    }
}

extension TemplateLoop {
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
        case "depth": .integer(1)
        case "depth0": .integer(0)
        case "previtem": index > 0 ? items[index - 1] : .undefined("there is no previous item, so it")
        case "nextitem":
            index + 1 < items.count ? items[index + 1] : .undefined("there is no next item, so it")
        case "cycle": .method(.loop(self), name)
        default: nil
        }
    }
}
