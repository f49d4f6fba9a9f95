// Python's format specifications: what `format` of a string and the operator `%` make of one value.

import Foundation

/// A format specification such as `>10`, `05d` or `.2f`.
struct PythonFormat {
    var fill: Unicode.Scalar = " "
    /// `<`, `>`, `^` or `=`; nil is the default of the value's type.
    var alignment: Unicode.Scalar?
    /// `+`, `-` or a space.
    var sign: Unicode.Scalar = "-"
    var isAlternate = false
    var width = 0
    /// `,` or `_` between thousands.
    var grouping: Unicode.Scalar?
    var precision: Int?
    /// The presentation, such as `d` or `f`; nil if there is none.
    var kind: Unicode.Scalar?

    private static let longest = 1_000

    init() {}

    /// Parses what stands behind the colon of a replacement field.
    init(_ text: String) throws(EvaluationFault) {
        var rest = Array(text.unicodeScalars)[...]
        let alignments = Array("<>=^".unicodeScalars)
        if rest.count > 1, alignments.contains(rest[rest.startIndex + 1]) {
            fill = rest.removeFirst()
            alignment = rest.removeFirst()
        } else if let first = rest.first, alignments.contains(first) {
            alignment = rest.removeFirst()
        }
        if let first = rest.first, first == "+" || first == "-" || first == " " { sign = rest.removeFirst() }
        if rest.first == "#" {
            isAlternate = true
            rest.removeFirst()
        }
        if rest.first == "0" {
            rest.removeFirst()
            if alignment == nil { (fill, alignment) = ("0", "=") }
        }
        width = try Self.number(&rest) ?? 0
        if let first = rest.first, first == "," || first == "_" { grouping = rest.removeFirst() }
        if rest.first == "." {
            rest.removeFirst()
            precision = try Self.number(&rest) ?? 0
        }
        kind = rest.popFirst()
        guard rest.isEmpty else { throw EvaluationFault("the format '\(text)' is not one of Python's") }
    }

    /// The digits at the start of `rest`; nil if there are none.
    static func number(_ rest: inout ArraySlice<Unicode.Scalar>) throws(EvaluationFault) -> Int? {
        var number: Int?
        while let digit = rest.first, "0"..."9" ~= digit {
            rest.removeFirst()
            number = (number ?? 0) * 10 + Int(digit.value - 0x30)
            guard number ?? 0 <= longest else {
                throw EvaluationFault("a width or precision above \(longest) in a format")
            }
        }
        return number
    }

    /// The value as text.
    func text(_ value: RuntimeValue) throws(EvaluationFault) -> String {
        switch (value, kind) {
        case (.string(let text), nil), (.string(let text), "s"): return padded("", cut(text), "<")
        case (.boolean, nil), (.none, nil), (.list, nil), (.mapping, nil), (.tuple, nil), (.group, nil),
            (.view, nil), (.namespace, nil), (.loop, nil), (.macro, nil), (.markup, nil):
            return padded("", cut(value.text), "<")
        case (.integer, nil), (.integer, "d"), (.integer, "n"), (.boolean, "d"):
            return whole(value, radix: 10)
        case (.integer, "b"), (.boolean, "b"): return whole(value, radix: 2)
        case (.integer, "o"), (.boolean, "o"): return whole(value, radix: 8)
        case (.integer, "x"), (.integer, "X"), (.boolean, "x"), (.boolean, "X"):
            return whole(value, radix: 16)
        case (.integer(let code), "c"):
            guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
                throw EvaluationFault("\(code) is no character")
            }
            return padded("", String(scalar), "<")
        default: break
        }
        guard let number = value.number else {
            throw EvaluationFault(
                "the format '\(kind.map { String($0) } ?? "")' is not one of \(value.typeName)")
        }
        return try real(number)
    }

    private func cut(_ text: String) -> String {
        guard let precision else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
    }

    private func whole(_ value: RuntimeValue, radix: Int) -> String {
        let number = value.integer ?? 0
        let digits = String(number.magnitude, radix: radix, uppercase: kind == "X")
        let mark = isAlternate && radix != 10 ? "0" + (kind.map { String($0) } ?? "") : ""
        return padded(signText(number < 0) + mark, grouped(digits, every: radix == 10 ? 3 : 4), ">")
    }

    private func signText(_ isNegative: Bool) -> String {
        isNegative ? "-" : sign == "-" ? "" : String(sign)
    }

    private func real(_ number: Double) throws(EvaluationFault) -> String {
        let magnitude = number.magnitude
        var digits: String
        switch kind {
        case nil where precision == nil: digits = RuntimeValue.number(magnitude).text
        case nil: digits = Self.printed("g", precision ?? 6, magnitude, isAlternate)
        case "f", "F", "e", "E", "g", "G":
            digits = Self.printed(kind.map { String($0) } ?? "g", precision ?? 6, magnitude, isAlternate)
        case "n": digits = Self.printed("g", precision ?? 6, magnitude, isAlternate)
        case "%": digits = Self.printed("f", precision ?? 6, magnitude * 100, isAlternate) + "%"
        default: throw EvaluationFault("the format '\(kind.map { String($0) } ?? "")' is not one of numbers")
        }
        if kind == nil, precision != nil, magnitude.isFinite, !digits.contains("."), !digits.contains("e") {
            digits += ".0"
        }
        let isNegative = number.sign == .minus && !number.isNaN
        let first = digits.unicodeScalars.prefix { "0"..."9" ~= $0 }.count
        let rest = String(digits.unicodeScalars.dropFirst(first))
        return padded(
            signText(isNegative), grouped(String(digits.unicodeScalars.prefix(first)), every: 3) + rest, ">")
    }

    private static func printed(_ kind: String, _ precision: Int, _ number: Double, _ isAlternate: Bool)
        -> String
    {
        String(format: "%\(isAlternate ? "#" : "").\(precision)\(kind)", number)
    }

    private func grouped(_ digits: String, every count: Int) -> String {
        guard let grouping else { return digits }
        var result = String.UnicodeScalarView()
        let scalars = Array(digits.unicodeScalars)
        for (index, digit) in scalars.enumerated() {
            if index > 0, (scalars.count - index) % count == 0 { result.append(grouping) }
            result.append(digit)
        }
        return String(result)
    }

    /// `text` behind `mark`, a sign or prefix, filled up to the width.
    private func padded(_ mark: String, _ text: String, _ usual: Unicode.Scalar) -> String {
        let missing = width - mark.unicodeScalars.count - text.unicodeScalars.count
        guard missing > 0 else { return mark + text }
        func fills(_ count: Int) -> String { String(repeating: String(fill), count: count) }
        switch alignment ?? usual {
        case "<": return mark + text + fills(missing)
        case "^": return fills(missing / 2) + mark + text + fills(missing - missing / 2)
        case "=": return mark + fills(missing) + text
        default: return fills(missing) + mark + text
        }
    }
}
