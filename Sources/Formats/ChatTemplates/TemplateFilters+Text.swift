// The filters of Jinja that cut and encode text, and what Python reads as numbers.

extension TemplateFilters {
    static func applyOfText(
        _ name: String, to value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        switch name {
        case "e", "escape":
            if case .markup = value { return value }
            return .markup(value.text.escaped)
        case "truncate": return .string(try truncated(value, arguments))
        case "urlencode": return .string(try urlEncoded(value))
        case "pprint": return .string(try prettyPrinted(value, arguments.budget))
        case "attr":
            guard let name = arguments.value(0, "name")?.string else {
                throw EvaluationFault("'attr' needs the name of an attribute")
            }
            if case .undefined(let what) = value { throw EvaluationFault("\(what) is undefined") }
            return try value.attributeOnly(name) ?? .undefined("'\(name)'")
        default:
            let texts = [arguments.value(0, "old"), arguments.value(1, "new")].map {
                RuntimeValue.string($0?.text ?? "")
            }
            guard arguments.value(0, "old") != nil, arguments.value(1, "new") != nil else {
                throw EvaluationFault("'replace' needs two strings")
            }
            let count = arguments.value(2, "count").map { [$0] } ?? []
            return .string(try value.text.replaced(arguments.with(positional: texts + count)))
        }
    }

    /// `truncate(length, killwords, end, leeway)`.
    static func truncated(
        _ value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> String {
        if value.isUndefined { return "" }
        guard let text = value.string else {
            throw EvaluationFault("'truncate' needs a string, not \(value.typeName)")
        }
        let length = try arguments.integer(0, "length") ?? 255
        let end = arguments.value(2, "end")?.text ?? "..."
        let leeway = try arguments.integer(3, "leeway") ?? 5
        let kept = max(-1, length) - end.unicodeScalars.count
        guard kept >= 0, leeway >= 0 else {
            throw EvaluationFault(
                "'truncate' needs a length of at least that of its end, and a leeway from 0")
        }
        let scalars = text.unicodeScalars
        let (longest, overflows) = length.addingReportingOverflow(leeway)
        if overflows || scalars.count <= longest { return text }
        let start = scalars.prefix(kept)
        if arguments.value(1, "killwords")?.isTrue == true { return String(start) + end }
        return String(start.lastIndex(of: " ").map { start[..<$0] } ?? start) + end
    }

    /// `urlencode`: of a string, or of the pairs of a mapping or list.
    static func urlEncoded(_ value: RuntimeValue) throws(EvaluationFault) -> String {
        switch value {
        case .mapping(let members):
            return members.map { encodedPair($0.key, $0.value) }.joined(separator: "&")
        case .list, .tuple, .view, .iterator:
            var parts: [String] = []
            for pair in try value.elements() {
                let halves = try pair.elements()
                guard halves.count == 2 else { throw EvaluationFault("'urlencode' needs pairs") }
                parts.append(encodedPair(halves[0], halves[1]))
            }
            return parts.joined(separator: "&")
        default: return percentEncoded(value.text, keepsSlash: true)
        }
    }

    private static func encodedPair(_ key: RuntimeValue, _ value: RuntimeValue) -> String {
        [key, value].map { percentEncoded($0.text, keepsSlash: false).replacing("%20", with: "+") }
            .joined(separator: "=")
    }

    private static func percentEncoded(_ text: String, keepsSlash: Bool) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x2D, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x2F where keepsSlash: result += "/"
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }

    /// `pprint`, for what fits on one line: keys are sorted.
    static func prettyPrinted(
        _ value: RuntimeValue, _ budget: TemplateBudget
    ) throws(EvaluationFault) -> String {
        let text = try sorted(value, budget).quotedText
        guard text.unicodeScalars.count <= 80 else {
            throw EvaluationFault("'pprint' of what needs more than one line is not supported")
        }
        return text
    }

    private static func sorted(
        _ value: RuntimeValue, _ budget: TemplateBudget
    ) throws(EvaluationFault) -> RuntimeValue {
        func all(_ elements: [RuntimeValue]) throws(EvaluationFault) -> [RuntimeValue] {
            var result: [RuntimeValue] = []
            for element in elements { result.append(try sorted(element, budget)) }
            return result
        }
        switch value {
        case .list(let elements): return .list(try all(elements))
        case .tuple(let elements): return .tuple(try all(elements))
        case .mapping(let members):
            let order = try order(members.map(\.key), isReversed: false, budget)
            var result: [RuntimeValue.Member] = []
            for index in order {
                let value = try sorted(members[index].value, budget)
                result.append(.init(key: members[index].key, value: value))
            }
            return .mapping(result)
        default: return value
        }
    }
}

extension String {
    /// What Python's `float` reads: digits may have underscores between.
    var pythonNumber: Double? {
        let text = stripped().withASCIIDigits.lowercased()
        switch text.drop(while: { $0 == "+" || $0 == "-" }) {
        case "inf", "infinity", "nan": break
        default:
            guard text.utf8.allSatisfy({ Set("0123456789+-._e".utf8).contains($0) }) else { return nil }
        }
        return text.withoutUnderscores.flatMap { Double($0) }
    }

    /// What Python's `int` reads in a base, with the prefix of the base or without.
    func pythonInteger(base: Int) throws(EvaluationFault) -> Int? {
        var text = stripped().withASCIIDigits.lowercased()
        let sign = text.first == "-" ? "-" : ""
        if text.first == "-" || text.first == "+" { text.removeFirst() }
        let prefixes = [16: "0x", 8: "0o", 2: "0b"]
        if let prefix = prefixes[base], text.hasPrefix(prefix) {
            text.removeFirst(2)
            if text.first == "_" { text.removeFirst() }
        }
        guard let digits = text.withoutUnderscores, digits.first != "-", digits.first != "+" else {
            return nil
        }
        if let integer = Int(sign + digits, radix: base) { return integer }
        let allowed = "0123456789abcdefghijklmnopqrstuvwxyz".prefix(base)
        guard !digits.isEmpty, digits.allSatisfy({ allowed.contains($0) }) else { return nil }
        throw EvaluationFault("a number is too large")
    }

    /// With 0 to 9 in place of the decimal digits of other scripts.
    private var withASCIIDigits: String {
        unicodeScalars.map { scalar in
            guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
                return String(scalar)
            }
            return String(Int(value))
        }.joined()
    }

    /// Without underscores, each of which must stand between two digits; nil if one does not.
    private var withoutUnderscores: String? {
        guard contains("_") else { return self }
        let parts = split(separator: "_", omittingEmptySubsequences: false)
        let isBetween = zip(parts, parts.dropFirst()).allSatisfy { left, right in
            left.last?.isHexDigit == true && right.first?.isHexDigit == true
        }
        return isBetween ? parts.joined() : nil
    }
}
