// Expressions of a chat template, in the precedence of Jinja 3.1.

extension TemplateParser {
    /// An expression, or several with commas between, which make a list.
    mutating func tuple(allowsCondition: Bool = true) throws(ChatTemplateError) -> TemplateExpression {
        let first = allowsCondition ? try expression() : try disjunction()
        guard isSymbol(",") else { return first }
        var elements = [first]
        while skip(",") {
            if current.kind == .blockEnd || current.kind == .outputEnd || isSymbol(")") { break }
            elements.append(allowsCondition ? try expression() : try disjunction())
        }
        return .tuple(elements)
    }

    mutating func expression() throws(ChatTemplateError) -> TemplateExpression {
        try nested { parser throws(ChatTemplateError) in
            var value = try parser.disjunction()
            while parser.skipName("if") {
                try parser.link()
                let condition = try parser.disjunction()
                let otherwise = parser.skipName("else") ? try parser.expression() : nil
                value = .conditional(condition, then: value, otherwise: otherwise)
            }
            return value
        }
    }

    private mutating func disjunction() throws(ChatTemplateError) -> TemplateExpression {
        var left = try conjunction()
        while skipName("or") {
            try link()
            left = .or(left, try conjunction())
        }
        return left
    }

    private mutating func conjunction() throws(ChatTemplateError) -> TemplateExpression {
        var left = try negation()
        while skipName("and") {
            try link()
            left = .and(left, try negation())
        }
        return left
    }

    private mutating func negation() throws(ChatTemplateError) -> TemplateExpression {
        guard skipName("not") else { return try comparison() }
        return .not(try nested { parser throws(ChatTemplateError) in try parser.negation() })
    }

    private mutating func comparison() throws(ChatTemplateError) -> TemplateExpression {
        let start = place
        let left = try sum()
        var rest: [(symbol: String, value: TemplateExpression)] = []
        while true {
            if case .symbol(let symbol) = current.kind, ["==", "!=", "<", "<=", ">", ">="].contains(symbol) {
                advance()
                rest.append((symbol, try sum()))
            } else if skipName("in") {
                rest.append(("in", try sum()))
            } else if isName("not"), isNext("in") {
                advance()
                advance()
                rest.append(("not in", try sum()))
            } else {
                return rest.isEmpty ? left : .comparison(left, rest, start)
            }
        }
    }

    /// Whether the token after this one is a name.
    private func isNext(_ name: String) -> Bool {
        var next = self
        next.advance()
        return next.isName(name)
    }

    private mutating func sum() throws(ChatTemplateError) -> TemplateExpression {
        try operators(["+", "-"]) { parser throws(ChatTemplateError) in
            try parser.operators(["~"]) { parser throws(ChatTemplateError) in
                try parser.operators(["*", "/", "//", "%"]) { parser throws(ChatTemplateError) in
                    try parser.operators(["**"]) { parser throws(ChatTemplateError) in try parser.unary() }
                }
            }
        }
    }

    private mutating func operators(
        _ symbols: [String],
        _ operand: (inout TemplateParser) throws(ChatTemplateError) -> TemplateExpression
    ) throws(ChatTemplateError) -> TemplateExpression {
        var left = try operand(&self)
        while case .symbol(let symbol) = current.kind, symbols.contains(symbol) {
            let start = place
            try link()
            advance()
            left = .binary(symbol, left, try operand(&self), start)
        }
        return left
    }

    private mutating func unary(takesFilters: Bool = true) throws(ChatTemplateError) -> TemplateExpression {
        let start = place
        var value: TemplateExpression
        if skip("-") {
            value = .negative(
                try nested { parser throws(ChatTemplateError) in try parser.unary(takesFilters: false) },
                start)
        } else if skip("+") {
            // Two minuses: a truth value becomes a number, and a string is refused.
            let operand = try nested { parser throws(ChatTemplateError) in
                try parser.unary(takesFilters: false)
            }
            value = .negative(.negative(operand, start), start)
        } else {
            value = try postfix(primary())
        }
        guard takesFilters else { return value }
        while true {
            if isSymbol("|") || isName("is") || isSymbol("(") { try link() }
            if skip("|") {
                value = try filter(value)
            } else if isName("is") {
                value = try test(value)
            } else if isSymbol("(") {
                value = try postfix(value)
            } else {
                return value
            }
        }
    }

    private mutating func primary() throws(ChatTemplateError) -> TemplateExpression {
        let start = place
        switch current.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return .literal(.boolean(true))
            case "false", "False": return .literal(.boolean(false))
            case "none", "None": return .literal(.none)
            default:
                note(name: name)
                return .name(name, start)
            }
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return .literal(.string(text))
        case .integer(let number):
            advance()
            return .literal(.integer(number))
        case .float(let number):
            advance()
            return .literal(.number(number))
        case .symbol("("):
            advance()
            if skip(")") { return .tuple([]) }
            let value = try nested { parser throws(ChatTemplateError) in try parser.tuple() }
            try expect(")")
            return value
        case .symbol("["):
            advance()
            var elements: [TemplateExpression] = []
            while !isSymbol("]") {
                if !elements.isEmpty { try expect(",") }
                if !isSymbol("]") { elements.append(try expression()) }
            }
            advance()
            return .list(elements)
        case .symbol("{"): return try mapping(start)
        default: throw failure("expected an expression")
        }
    }

    private mutating func mapping(_ start: TemplatePlace) throws(ChatTemplateError) -> TemplateExpression {
        advance()
        var members: [(key: TemplateExpression, value: TemplateExpression)] = []
        while !isSymbol("}") {
            if !members.isEmpty { try expect(",") }
            guard !isSymbol("}") else { break }
            let key = try expression()
            try expect(":")
            members.append((key, try expression()))
        }
        advance()
        return .mapping(members, start)
    }

    /// Attributes, items and calls behind a value.
    private mutating func postfix(_ value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression
    {
        var value = value
        while true {
            let start = place
            if [".", "[", "("].contains(where: isSymbol) { try link() }
            if skip(".") {
                if case .integer(let number) = current.kind {
                    advance()
                    value = .item(value, .literal(.integer(number)), start)
                } else {
                    value = .attribute(value, try expectName(), start)
                }
            } else if skip("[") {
                value = try subscripted(value, start)
                try expect("]")
            } else if isSymbol("(") {
                value = .call(value, try arguments(), start)
            } else {
                return value
            }
        }
    }

    private mutating func subscripted(
        _ value: TemplateExpression, _ start: TemplatePlace
    ) throws(ChatTemplateError) -> TemplateExpression {
        var parts: [TemplateExpression?] = []
        var isSlice = false
        var part: TemplateExpression?
        while !isSymbol("]") {
            if skip(":") {
                isSlice = true
                parts.append(part)
                part = nil
            } else {
                guard part == nil else { throw failure("expected ']'") }
                part = try expression()
            }
        }
        if isSlice {
            guard parts.count < 3 else { throw failure("a slice has at most three parts", start) }
            return .slice(value, parts + [part], start)
        }
        guard let part else { throw failure("expected an expression") }
        return .item(value, part, start)
    }

    private mutating func arguments() throws(ChatTemplateError) -> TemplateArguments {
        try expect("(")
        var arguments = TemplateArguments()
        var isFirst = true
        while !isSymbol(")") {
            if !isFirst { try expect(",") }
            isFirst = false
            if isSymbol(")") { break }
            guard arguments.spreadNames == nil else { throw failure("nothing may follow '**'") }
            if skip("**") {
                arguments.spreadNames = try expression()
            } else if isSymbol("*"), arguments.spread == nil {
                advance()
                arguments.spread = try expression()
            } else if case .name(let name) = current.kind, isAssignment {
                advance()
                advance()
                arguments.named.append((name, try expression()))
            } else {
                guard arguments.spread == nil, arguments.named.isEmpty else {
                    throw failure("a positional argument must stand before the others")
                }
                arguments.positional.append(try expression())
            }
        }
        advance()
        return arguments
    }

    private var isAssignment: Bool {
        var next = self
        next.advance()
        return next.isSymbol("=")
    }

    /// The filter at the current token, applied to `value` or, if that is nil, to the text of a block.
    mutating func filter(_ value: TemplateExpression?) throws(ChatTemplateError) -> TemplateExpression {
        let start = place
        let name = try expectName()
        guard TemplateFilters.names.contains(name) else { throw unsupported("the filter '\(name)'", start) }
        return .filter(value, name, isSymbol("(") ? try arguments() : TemplateArguments(), start)
    }

    private mutating func test(_ value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression {
        advance()
        let isNegated = skipName("not")
        let start = place
        let name = try expectName()
        guard TemplateTests.names.contains(name) else { throw unsupported("the test '\(name)'", start) }
        var arguments = TemplateArguments()
        if isSymbol("(") {
            arguments = try self.arguments()
        } else if isName("is") {
            throw failure("a test cannot follow a test; put the first into brackets")
        } else if startsArgument {
            arguments.positional.append(try postfix(primary()))
        }
        return .test(value, name, arguments, isNegated: isNegated, start)
    }

    /// Whether a test's argument without brackets begins here.
    private var startsArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and", "is", "if", "in", "not"].contains(name)
        case .string, .integer, .float, .symbol("["), .symbol("{"): true
        default: false
        }
    }
}
