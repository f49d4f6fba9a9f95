// Cuts a chat template into text and the tokens of its tags: the lexical rules of Jinja 3.1 with trim_blocks
// and lstrip_blocks on, as transformers sets them.

/// A place in a template, counted from 1.
struct TemplatePlace: Sendable, Equatable {
    var line: Int
    var column: Int
}

/// A piece of a template.
struct TemplateToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Text outside tags.
        case text(String)
        case outputBegin, outputEnd, blockBegin, blockEnd
        case name(String)
        case string(String)
        case integer(Int)
        case float(Double)
        /// An operator or a bracket.
        case symbol(String)
        case end
    }

    var kind: Kind
    var place: TemplatePlace
}

/// Reads a template from front to back.
struct TemplateLexer {
    private let path: String
    private let source: [Unicode.Scalar]
    private var position = 0
    private var tokens: [TemplateToken] = []
    /// Whether the text begins a line.
    private var startsLine = true
    /// The last place that was asked for, and its position: counting goes on from there.
    private var counted = (position: 0, place: TemplatePlace(line: 1, column: 1))

    /// The tokens of a template; line ends are made `\n`, and one at the end is left out.
    static func tokens(_ source: String, path: String) throws(ChatTemplateError) -> [TemplateToken] {
        var lexer = TemplateLexer(source, path: path)
        try lexer.run()
        return lexer.tokens
    }

    private init(_ source: String, path: String) {
        self.path = path
        var scalars: [Unicode.Scalar] = []
        for scalar in source.unicodeScalars {
            if scalar == "\n", scalars.last == "\r" { scalars.removeLast() }
            scalars.append(scalar)
        }
        scalars = scalars.map { $0 == "\r" ? "\n" : $0 }
        if scalars.last == "\n" { scalars.removeLast() }
        self.source = scalars
    }

    private func place(_ position: Int) -> TemplatePlace {
        let before = source[..<min(position, source.count)]
        let lineStart = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
        return TemplatePlace(line: before.count { $0 == "\n" } + 1, column: before.count - lineStart + 1)
    }

    private func failure(_ reason: String, at position: Int) -> ChatTemplateError {
        let place = place(position)
        return .malformed(path: path, line: place.line, column: place.column, reason: reason)
    }

    private func scalar(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < source.count ? source[position + offset] : nil
    }

    private func starts(_ text: String, at start: Int) -> Bool {
        source[min(start, source.count)...].starts(with: text.unicodeScalars)
    }

    private mutating func add(_ kind: TemplateToken.Kind, at start: Int) {
        if start < counted.position { counted = (0, TemplatePlace(line: 1, column: 1)) }
        while counted.position < start {
            counted.place.column += 1
            if source[counted.position] == "\n" {
                counted.place = TemplatePlace(line: counted.place.line + 1, column: 1)
            }
            counted.position += 1
        }
        tokens.append(TemplateToken(kind: kind, place: counted.place))
    }

    private mutating func run() throws(ChatTemplateError) {
        while position < source.count {
            let start = position
            var stop = position
            while stop < source.count, !["{{", "{%", "{#"].contains(where: { starts($0, at: stop) }) {
                stop += 1
            }
            position = stop
            guard stop < source.count else {
                addText(start..<stop)
                break
            }
            let sign = scalar(2)
            let isOutput = starts("{{", at: stop)
            addText(start..<strippedEnd(start..<stop, sign: sign, isOutput: isOutput))
            position += sign == "-" || (sign == "+" && !isOutput) ? 3 : 2
            if starts("{#", at: stop) {
                try skipComment(from: stop)
            } else if !isOutput, let rawEnd = rawTag("raw", at: position) {
                try addRaw(from: rawEnd, opened: stop)
            } else {
                add(isOutput ? .outputBegin : .blockBegin, at: stop)
                try lexTag(isOutput: isOutput, opened: stop)
            }
        }
        add(.end, at: source.count)
    }

    private mutating func addText(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        add(.text(String(String.UnicodeScalarView(source[range]))), at: range.lowerBound)
    }

    /// Where the text before a tag ends: a minus strips all whitespace, a block or comment that begins its
    /// line what stands before it there.
    private func strippedEnd(_ text: Range<Int>, sign: Unicode.Scalar?, isOutput: Bool) -> Int {
        var end = text.upperBound
        if sign == "-" {
            while end > text.lowerBound, source[end - 1].isPythonWhitespace { end -= 1 }
            return end
        }
        if isOutput || sign == "+" { return end }
        let lineBreak = source[text].lastIndex(of: "\n")
        guard lineBreak != nil || startsLine else { return end }
        let lineStart = lineBreak.map { $0 + 1 } ?? text.lowerBound
        return source[lineStart..<end].allSatisfy(\.isPythonWhitespace) ? lineStart : end
    }

    /// Goes past the end of a tag of which the closing braces stand at `position` after `sign`.
    private mutating func close(_ width: Int, sign: Unicode.Scalar?, trims: Bool) {
        position += width
        let end = position
        if sign == "-" {
            while let next = scalar(), next.isPythonWhitespace { position += 1 }
        } else if trims, sign == nil, scalar() == "\n" {
            position += 1
        }
        startsLine = position > end && source[position - 1] == "\n"
    }

    /// The sign before closing braces at `position`, if they stand there.
    private func closing(_ braces: String) -> (sign: Unicode.Scalar?, width: Int)? {
        if starts(braces, at: position) { return (nil, 2) }
        guard let sign = scalar(), sign == "-" || (sign == "+" && braces != "}}"),
            starts(braces, at: position + 1)
        else { return nil }
        return (sign, 3)
    }

    private mutating func skipComment(from opened: Int) throws(ChatTemplateError) {
        while position < source.count {
            if let (sign, width) = closing("#}") {
                close(width, sign: sign, trims: true)
                return
            }
            position += 1
        }
        throw failure("a comment has no end", at: opened)
    }

    /// The end of the inside of a tag at `start` that holds just `name`, before its closing braces.
    private func rawTag(_ name: String, at start: Int) -> Int? {
        var end = start
        while end < source.count, source[end].isPythonWhitespace { end += 1 }
        guard starts(name, at: end) else { return nil }
        end += name.unicodeScalars.count
        while end < source.count, source[end].isPythonWhitespace { end += 1 }
        return starts("%}", at: end) || starts("-%}", at: end) || starts("+%}", at: end) ? end : nil
    }

    private mutating func addRaw(from inside: Int, opened: Int) throws(ChatTemplateError) {
        position = inside
        if let (sign, width) = closing("%}") { close(width, sign: sign, trims: false) }
        let start = position
        while position < source.count {
            guard starts("{%", at: position) else {
                position += 1
                continue
            }
            let sign = scalar(2)
            let hasSign = sign == "-" || sign == "+"
            if let end = rawTag("endraw", at: position + (hasSign ? 3 : 2)) {
                addText(start..<strippedEnd(start..<position, sign: sign, isOutput: false))
                position = end
                if let (sign, width) = closing("%}") { close(width, sign: sign, trims: true) }
                return
            }
            position += 1
        }
        throw failure("'raw' has no 'endraw'", at: opened)
    }

    private mutating func lexTag(isOutput: Bool, opened: Int) throws(ChatTemplateError) {
        var brackets: [Unicode.Scalar] = []
        let braces = isOutput ? "}}" : "%}"
        while let next = scalar() {
            if brackets.isEmpty, let (sign, width) = closing(braces) {
                add(isOutput ? .outputEnd : .blockEnd, at: position)
                close(width, sign: sign, trims: !isOutput)
                return
            }
            if next.isPythonWhitespace {
                position += 1
            } else if next == "'" || next == "\"" {
                try lexString(quote: next)
            } else if next.isDigit {
                try lexNumber()
            } else if next == "_" || next.properties.isXIDStart {
                let start = position
                while let next = scalar(), next.properties.isXIDContinue { position += 1 }
                add(.name(String(String.UnicodeScalarView(source[start..<position]))), at: start)
            } else {
                try lexSymbol(&brackets)
            }
        }
        throw failure("a tag has no end", at: opened)
    }

    private mutating func lexSymbol(_ brackets: inout [Unicode.Scalar]) throws(ChatTemplateError) {
        let symbols = [
            "**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{", "}",
            ">", "<",
            "=", ".", ":", "|", ",",
        ]
        guard let symbol = symbols.first(where: { starts($0, at: position) }) else {
            throw failure("an unexpected character '\(source[position])'", at: position)
        }
        switch symbol {
        case "(": brackets.append(")")
        case "[": brackets.append("]")
        case "{": brackets.append("}")
        case ")", "]", "}":
            guard let expected = brackets.popLast(), String(expected) == symbol else {
                throw failure("an unexpected '\(symbol)'", at: position)
            }
        default: break
        }
        add(.symbol(symbol), at: position)
        position += symbol.unicodeScalars.count
    }

    /// A whole number in base 16, 8 or 2, if one stands at `position`.
    private mutating func lexPrefixed() throws(ChatTemplateError) -> Bool {
        let bases: [Unicode.Scalar: Int] = ["x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2]
        guard scalar() == "0", let base = scalar(1).flatMap({ bases[$0] }) else { return false }
        func isDigit(_ offset: Int) -> Bool {
            scalar(offset).map { Int(String($0), radix: base) != nil } ?? false
        }
        guard isDigit(2) || (scalar(2) == "_" && isDigit(3)) else { return false }
        let start = position
        position += 2
        while isDigit(0) || (scalar() == "_" && isDigit(1)) { position += 1 }
        let digits = String(String.UnicodeScalarView(source[(start + 2)..<position].filter { $0 != "_" }))
        guard let number = Int(digits, radix: base) else {
            throw failure("a whole number of more than 64 bits is not supported", at: start)
        }
        add(.integer(number), at: start)
        return true
    }

    private mutating func lexNumber() throws(ChatTemplateError) {
        if try lexPrefixed() { return }
        let start = position
        var isFloat = false
        func digits() -> Bool {
            scalar()?.isDigit == true || (scalar() == "_" && scalar(1)?.isDigit == true)
        }
        while digits() { position += 1 }
        if scalar() == ".", scalar(1)?.isDigit == true {
            isFloat = true
            position += 1
            while digits() { position += 1 }
        }
        if scalar() == "e" || scalar() == "E" {
            let signs = scalar(1) == "+" || scalar(1) == "-" ? 1 : 0
            if scalar(1 + signs)?.isDigit == true {
                isFloat = true
                position += 1 + signs
                while digits() { position += 1 }
            }
        }
        let text = String(String.UnicodeScalarView(source[start..<position].filter { $0 != "_" }))
        if !isFloat {
            guard text.first != "0" || text.allSatisfy({ $0 == "0" }) else {
                throw failure("a number begins with 0", at: start)
            }
            guard let number = Int(text) else {
                throw failure("a whole number of more than 64 bits is not supported", at: start)
            }
            add(.integer(number), at: start)
        } else {
            add(.float(Double(text) ?? 0), at: start)
        }
    }

    private mutating func lexString(quote: Unicode.Scalar) throws(ChatTemplateError) {
        let start = position
        var text = String.UnicodeScalarView()
        position += 1
        while let next = scalar(), next != quote {
            position += 1
            guard next == "\\" else {
                text.append(next)
                continue
            }
            guard let letter = scalar() else { break }
            position += 1
            switch letter {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "r": text.append("\r")
            case "b": text.append("\u{8}")
            case "f": text.append("\u{C}")
            case "v": text.append("\u{B}")
            case "a": text.append("\u{7}")
            case "0"..."7":
                var value = letter.value - 0x30
                for _ in 0..<2 {
                    guard let digit = scalar(), "0"..."7" ~= digit else { break }
                    value = value * 8 + digit.value - 0x30
                    position += 1
                }
                guard let scalar = Unicode.Scalar(value) else { break }
                text.append(scalar)
            case "N": throw failure("an escape by the name of a character is not supported", at: start)
            case "\n": break
            case "\\", "'", "\"": text.append(letter)
            case "x": text.append(try hexadecimal(2, from: start))
            case "u": text.append(try hexadecimal(4, from: start))
            case "U": text.append(try hexadecimal(8, from: start))
            default: text.append(contentsOf: ["\\", letter])
            }
        }
        guard scalar() == quote else { throw failure("a string has no end", at: start) }
        position += 1
        add(.string(String(text)), at: start)
    }

    private mutating func hexadecimal(_ count: Int, from start: Int) throws(ChatTemplateError)
        -> Unicode.Scalar
    {
        let digits = String(String.UnicodeScalarView(source[position..<min(position + count, source.count)]))
        guard digits.unicodeScalars.count == count, let value = UInt32(digits, radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw failure("an escape of no character in a string", at: start) }
        position += count
        return scalar
    }
}

extension Unicode.Scalar {
    var isDigit: Bool { 0x30...0x39 ~= value }

    /// What Python's `str.isspace` and `\s` take for whitespace.
    var isPythonWhitespace: Bool { properties.isWhitespace || 0x1C...0x1F ~= value }
}
