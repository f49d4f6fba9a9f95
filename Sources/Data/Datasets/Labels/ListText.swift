// Lists in cells of CSV and TSV files, as Python programs write them.

internal import JSON

extension Row {
    /// The label in a column: of a file without types also a list that stands in a cell as text.
    func label(in column: String, key: String) throws(DatasetsError) -> JSONValue {
        let value = try value(in: column, key: key)
        guard !hasTypes, case .string(let text) = value, let list = ListText.values(text) else {
            return value
        }
        return .array(list)
    }
}

/// The text of a list: JSON's `["a", "b"]`, Python's `['a', 'b']` and `[True, False]`, numpy's `[1 0 1]`.
enum ListText {
    /// The values; nil if the text is no list.
    static func values(_ text: String) -> [JSONValue]? {
        guard text.first == "[", text.last == "]", text.utf8.count >= 2 else { return nil }
        if case .array(let values)? = try? JSONValue(parsing: Array(text.utf8)) { return values }
        return pythonValues(text.dropFirst().dropLast()) ?? arrayValues(text.dropFirst().dropLast())
    }

    /// Numbers between spaces.
    private static func arrayValues(_ text: Substring) -> [JSONValue]? {
        var values: [JSONValue] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            // numpy writes 1. for 1.0.
            guard let value = plainValue(word.last == "." ? word + "0" : word[...]) else { return nil }
            values.append(value)
        }
        return values.isEmpty ? nil : values
    }

    /// Quoted texts, numbers, True, False and None between commas.
    private static func pythonValues(_ text: Substring) -> [JSONValue]? {
        var values: [JSONValue] = []
        var rest = text.drop(while: \.isWhitespace)
        while let first = rest.first {
            if first == "'" || first == "\"" {
                guard let (value, end) = quoted(rest) else { return nil }
                values.append(.string(value))
                rest = rest[end...]
            } else {
                let word = rest.prefix { $0 != "," && !$0.isWhitespace }
                guard let value = plainValue(word) else { return nil }
                values.append(value)
                rest = rest[word.endIndex...]
            }
            rest = rest.drop(while: \.isWhitespace)
            guard let comma = rest.first else { break }
            guard comma == "," else { return nil }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
        }
        return values
    }

    /// The text behind an opening quote, and where it ends behind the closing one.
    private static func quoted(_ text: Substring) -> (value: String, end: Substring.Index)? {
        var value = ""
        var index = text.index(after: text.startIndex)
        while index < text.endIndex {
            let character = text[index]
            index = text.index(after: index)
            if character == text.first { return (value, index) }
            guard character == "\\" else {
                value.append(character)
                continue
            }
            guard index < text.endIndex else { return nil }
            switch text[index] {
            case "n": value.append("\n")
            case "t": value.append("\t")
            case "\\", "'", "\"": value.append(text[index])
            default: return nil
            }
            index = text.index(after: index)
        }
        return nil
    }

    private static func plainValue(_ word: Substring) -> JSONValue? {
        switch word {
        case "True": return .bool(true)
        case "False": return .bool(false)
        case "None": return .null
        default:
            guard case .number(let number)? = try? JSONValue(parsing: Array(word.utf8)) else { return nil }
            return .number(number)
        }
    }
}
