// The filters of Jinja over numbers and groups: round, sum, min, max, groupby, batch, slice and their kin.

import Foundation

extension TemplateFilters {
    static let ofNumbers: Set<String> = [
        "round", "sum", "min", "max", "groupby", "batch", "slice", "wordcount", "center", "format",
    ]

    static func applyOfNumbers(
        _ name: String, to value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        if name != "wordcount", name != "center", name != "format" {
            try arguments.budget.spend(listing: value)
        }
        switch name {
        case "round": return try rounded(value, arguments)
        case "sum":
            var elements = try value.elements()
            if let attribute = arguments.value(0, "attribute"), attribute.isTrue {
                elements = try attributes(elements, attribute.text, initial: nil, arguments.budget)
            }
            var total = arguments.value(1, "start") ?? .integer(0)
            guard total.string == nil else { throw EvaluationFault("'sum' adds no strings; use 'join'") }
            for element in elements { total = try total.combined("+", element, arguments.budget) }
            return total
        case "min", "max": return try extreme(name, value.elements(), arguments)
        case "groupby": return try grouped(value.elements(), arguments)
        case "batch", "slice": return try cut(name, value.elements(), arguments)
        case "wordcount":
            var count = 0
            var isInside = false
            for scalar in value.text.unicodeScalars {
                let isWord =
                    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                if isWord, !isInside { count += 1 }
                isInside = isWord
            }
            return .integer(count)
        case "center":
            let width = try arguments.integer(0, "width") ?? 80
            try arguments.budget.spend(width, copiesOf: " ")
            return .string(value.text.centered(width, fill: " "))
        default:
            guard arguments.named.isEmpty || arguments.positional.isEmpty else {
                throw EvaluationFault("'format' takes values or names, not both")
            }
            let names = arguments.members
            return .string(
                try PythonFormat.percent(
                    value.text, arguments.positional, names: names.isEmpty ? nil : .mapping(names),
                    isWhole: !names.isEmpty, arguments.budget))
        }
    }

    private static func rounded(
        _ value: RuntimeValue, _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        let digits = try arguments.integer(0, "precision") ?? 0
        let method = arguments.value(1, "method")?.text ?? "common"
        guard ["common", "ceil", "floor"].contains(method), -300...300 ~= digits else {
            throw EvaluationFault("'round' takes the methods common, ceil and floor")
        }
        guard let number = value.number else {
            throw EvaluationFault("'round' needs a number, not \(value.typeName)")
        }
        guard method == "common" else {
            let scale = pow(10, Double(digits))
            let rule: FloatingPointRoundingRule = method == "ceil" ? .up : .down
            return .number((number * scale).rounded(rule) / scale)
        }
        if let integer = value.integer, digits >= 0 { return .integer(integer) }
        var result = number
        if digits >= 0 {
            // The decimal form is rounded exactly, and to even at a tie, as Python rounds.
            result = Double(String(format: "%.\(digits)f", number)) ?? number
        } else {
            let scale = pow(10, Double(-digits))
            result = (number / scale).rounded(.toNearestOrEven) * scale
        }
        return value.integer == nil ? .number(result) : .integer(Int(exactly: result) ?? 0)
    }

    /// Keys by which elements are compared: an attribute of them, in lower case unless the call says no.
    static func keys(
        _ elements: [RuntimeValue], attribute: RuntimeValue?, isExact: Bool, initial: RuntimeValue? = nil,
        _ budget: TemplateBudget
    ) throws(EvaluationFault) -> [RuntimeValue] {
        var keys = elements
        if let attribute { keys = try attributes(elements, attribute.text, initial: initial, budget) }
        return isExact ? keys : keys.map { key in key.string.map { .string($0.lowercasedAsPython) } ?? key }
    }

    private static func extreme(
        _ name: String, _ elements: [RuntimeValue], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        let keys = try keys(
            elements, attribute: arguments.value(1, "attribute"),
            isExact: arguments.value(0, "case_sensitive")?.isTrue == true, arguments.budget)
        guard var best = elements.indices.first else {
            return .undefined("the \(name == "min" ? "least" : "greatest") of nothing")
        }
        for index in elements.indices.dropFirst() {
            let isBetter =
                name == "min"
                ? try keys[index].isLess(than: keys[best]) : try keys[best].isLess(than: keys[index])
            if isBetter { best = index }
        }
        return elements[best]
    }

    private static func grouped(
        _ elements: [RuntimeValue], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        guard let attribute = arguments.value(0, "attribute") else {
            throw EvaluationFault("'groupby' needs the name of an attribute")
        }
        let isExact = arguments.value(2, "case_sensitive")?.isTrue == true
        let initial = arguments.value(1, "default")
        let budget = arguments.budget
        let names = try keys(elements, attribute: attribute, isExact: true, initial: initial, budget)
        let keys = try keys(elements, attribute: attribute, isExact: isExact, initial: initial, budget)
        let order = try order(keys, isReversed: false, budget)
        var groups: [(name: RuntimeValue, key: RuntimeValue, elements: [RuntimeValue])] = []
        for index in order {
            if let last = groups.last, last.key.equals(keys[index]) {
                groups[groups.count - 1].elements.append(elements[index])
            } else {
                groups.append((names[index], keys[index], [elements[index]]))
            }
        }
        return .list(groups.map { .group($0.name, $0.elements) })
    }

    private static func cut(
        _ name: String, _ elements: [RuntimeValue], _ arguments: TemplateCallArguments
    ) throws(EvaluationFault) -> RuntimeValue {
        let isBatch = name == "batch"
        guard let count = try arguments.integer(0, isBatch ? "linecount" : "slices"), 1...100_000 ~= count
        else {
            throw EvaluationFault("'\(name)' needs a whole number above 0")
        }
        let fill = arguments.value(1, "fill_with").flatMap { value -> RuntimeValue? in
            if case .none = value { nil } else { value }
        }
        var parts: [RuntimeValue] = []
        if isBatch {
            if fill != nil { try arguments.budget.spend(steps: count) }
            for start in stride(from: 0, to: elements.count, by: count) {
                var part = Array(elements[start..<min(start + count, elements.count)])
                if let fill { part += Array(repeating: fill, count: count - part.count) }
                parts.append(.list(part))
            }
            return .iterator(TemplateIterator(parts))
        }
        let (size, longer) = (elements.count / count, elements.count % count)
        var start = 0
        try arguments.budget.spend(steps: count)
        for index in 0..<count {
            let end = start + size + (index < longer ? 1 : 0)
            var part = Array(elements[start..<end])
            if let fill, index >= longer { part.append(fill) }
            parts.append(.list(part))
            start = end
        }
        return .iterator(TemplateIterator(parts))
    }
}
