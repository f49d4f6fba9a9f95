// Patterns for the dotted names of parameters and modules, as recipes write them.

/// A pattern such as `encoder.layer.{0..3}` or `embeddings.*`.
///
/// `*` stands for any characters, dots included, `?` for one, `[0-3]` for one character of a set (`[!…]` for
/// one outside), `{a,b}` for one of several words, `{0..11}` for a whole number of a range. A pattern always
/// matches whole parts between dots: `layer.1` is not found in `layer.11`.
package struct NamePattern: Sendable, Hashable {
    private enum Element: Sendable, Hashable {
        case literal(UInt8)
        case any
        case run
        case set([ClosedRange<UInt8>], isNegated: Bool)
        case numbers(ClosedRange<Int>)
        case words([[UInt8]])
    }

    package let text: String
    private let elements: [Element]

    /// Throws what is wrong with the pattern.
    package init(_ text: String) throws(NamePatternError) {
        self.text = text
        var elements: [Element] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): elements.append(.run)
            case UInt8(ascii: "?"): elements.append(.any)
            case UInt8(ascii: "["):
                elements.append(try Self.set(Self.body(&rest, until: "]", of: text), text))
            case UInt8(ascii: "{"):
                elements.append(try Self.words(Self.body(&rest, until: "}", of: text), text))
            default: elements.append(.literal(byte))
            }
        }
        guard !elements.isEmpty else { throw NamePatternError("a pattern must not be empty") }
        self.elements = elements
    }

    private static func body(
        _ rest: inout ArraySlice<UInt8>, until end: Unicode.Scalar, of text: String
    ) throws(NamePatternError) -> ArraySlice<UInt8> {
        guard let close = rest.firstIndex(of: UInt8(ascii: end)), close > rest.startIndex else {
            throw NamePatternError("the pattern \"\(text)\" lacks a closing \(end)")
        }
        defer { rest = rest[(close + 1)...] }
        return rest[..<close]
    }

    private static func set(
        _ body: ArraySlice<UInt8>, _ text: String
    ) throws(NamePatternError) -> Element {
        let isNegated = body.first == UInt8(ascii: "!") || body.first == UInt8(ascii: "^")
        let members = Array(isNegated ? body.dropFirst() : body)
        var ranges: [ClosedRange<UInt8>] = []
        var index = 0
        while index < members.count {
            if index + 2 < members.count, members[index + 1] == UInt8(ascii: "-"),
                members[index] <= members[index + 2]
            {
                ranges.append(members[index]...members[index + 2])
                index += 3
            } else {
                ranges.append(members[index]...members[index])
                index += 1
            }
        }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let isNumber = members.contains(UInt8(ascii: "-")) && members.count > 3
        if isNumber, members.allSatisfy({ digits.contains($0) || $0 == UInt8(ascii: "-") }) {
            let words = String(decoding: members, as: UTF8.self).split(separator: "-")
            throw NamePatternError(
                "the pattern \"\(text)\" has [\(words.joined(separator: "-"))], which stands for one character; "
                    + "write {\(words.joined(separator: ".."))} for a range of numbers")
        }
        return .set(ranges, isNegated: isNegated)
    }

    private static func words(
        _ body: ArraySlice<UInt8>, _ text: String
    ) throws(NamePatternError) -> Element {
        let content = String(decoding: body, as: UTF8.self)
        let ends = content.split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
        if ends.count == 2, let first = ends[0], let last = ends[1] {
            guard first <= last else {
                throw NamePatternError("the pattern \"\(text)\" has the empty range {\(content)}")
            }
            return .numbers(first...last)
        }
        return .words(content.split(separator: ",", omittingEmptySubsequences: false).map { Array($0.utf8) })
    }

    /// Whether the pattern matches whole parts anywhere in `name`: `encoder` does in
    /// `bert.encoder.layer.0.bias`.
    package func matches(partsOf name: String) -> Bool {
        isFound(in: name) { $0.isEmpty || $0.first == UInt8(ascii: ".") }
    }

    /// Whether the pattern matches the whole name or whole parts at its end, as PEFT's `target_modules`.
    package func matches(endOf name: String) -> Bool { isFound(in: name) { $0.isEmpty } }

    private func isFound(in name: String, _ isEnd: (ArraySlice<UInt8>) -> Bool) -> Bool {
        let bytes = Array(name.utf8)
        return bytes.indices.contains { start in
            (start == 0 || bytes[start - 1] == UInt8(ascii: "."))
                && matches(bytes[start...], elements[...], isEnd)
        }
    }

    private func matches(
        _ name: ArraySlice<UInt8>, _ pattern: ArraySlice<Element>, _ isEnd: (ArraySlice<UInt8>) -> Bool
    ) -> Bool {
        guard let first = pattern.first else { return isEnd(name) }
        let rest = pattern.dropFirst()
        func follows(_ accepts: (UInt8) -> Bool) -> Bool {
            name.first.map(accepts) == true && matches(name.dropFirst(), rest, isEnd)
        }
        switch first {
        case .literal(let byte): return follows { $0 == byte }
        case .any: return follows { _ in true }
        case .set(let ranges, let isNegated):
            return follows { byte in ranges.contains { $0.contains(byte) } != isNegated }
        case .run:
            return (name.startIndex...name.endIndex).contains { matches(name[$0...], rest, isEnd) }
        case .words(let words):
            return words.contains { word in
                name.starts(with: word) && matches(name.dropFirst(word.count), rest, isEnd)
            }
        case .numbers(let range):
            let digits = name.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return false }
            return range.contains(number) && matches(name.dropFirst(digits.count), rest, isEnd)
        }
    }
}

/// A pattern that cannot be read; the message says why.
package struct NamePatternError: Error, CustomStringConvertible, Sendable, Equatable {
    package let description: String

    init(_ description: String) { self.description = description }
}
