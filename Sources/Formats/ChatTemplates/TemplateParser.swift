// From the tokens of a chat template to its tree: statements. Expressions are in TemplateParser+Expressions.

/// A recursive-descent parser of Jinja's grammar.
struct TemplateParser {
    /// Deeper nesting is refused.
    private static let maximumDepth = 200
    /// More operators, filters, attributes and calls in one tag are refused: each makes the tree deeper.
    private static let maximumLinks = 1_000

    let path: String
    private let tokens: [TemplateToken]
    private var index = 0
    private var depth = 0
    private var links = 0
    /// The special names that the macros around this place name, from outside to inside.
    private var specials: [Set<String>] = []
    /// Where the blocks around this place begin.
    private var opened: [TemplatePlace] = []

    static func parse(_ source: String, path: String) throws(ChatTemplateError) -> [TemplateStatement] {
        var parser = TemplateParser(path: path, tokens: try TemplateLexer.tokens(source, path: path))
        return try parser.statements(until: []).body
    }

    private init(path: String, tokens: [TemplateToken]) {
        self.path = path
        self.tokens = tokens
    }

    var current: TemplateToken { tokens[index] }
    var place: TemplatePlace { current.place }

    mutating func advance() { if index + 1 < tokens.count { index += 1 } }

    func failure(_ reason: String, _ place: TemplatePlace? = nil) -> ChatTemplateError {
        let place = place ?? current.place
        return .malformed(path: path, line: place.line, column: place.column, reason: reason)
    }

    func unsupported(_ construct: String, _ place: TemplatePlace) -> ChatTemplateError {
        .unsupported(path: path, line: place.line, column: place.column, construct: construct)
    }

    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }
    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    mutating func skip(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skipName(_ name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String) throws(ChatTemplateError) {
        guard skip(symbol) else { throw failure("expected '\(symbol)'") }
    }

    mutating func expectName() throws(ChatTemplateError) -> String {
        guard case .name(let name) = current.kind else { throw failure("expected a name") }
        advance()
        return name
    }

    /// A name that a value can be given to.
    private mutating func expectTarget() throws(ChatTemplateError) -> String {
        let start = place
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw failure("'\(name)' cannot be given another value", start)
        }
        return name
    }

    mutating func nested<Result>(
        _ body: (inout TemplateParser) throws(ChatTemplateError) -> Result
    ) throws(ChatTemplateError) -> Result {
        depth += 1
        guard depth < Self.maximumDepth else { throw failure("nested too deeply") }
        let result = try body(&self)
        depth -= 1
        return result
    }

    /// Counts what makes the tree of a tag deeper without nesting.
    mutating func link() throws(ChatTemplateError) {
        links += 1
        guard links < Self.maximumLinks else { throw failure("an expression is too long") }
    }

    private mutating func endBlock() throws(ChatTemplateError) {
        guard current.kind == .blockEnd else { throw failure("expected the end of the tag") }
        advance()
    }

    /// Statements up to a block that begins with one of `ends`, whose name is taken too; up to the end if
    /// there are none.
    private mutating func statements(
        until ends: [String]
    ) throws(ChatTemplateError) -> (body: [TemplateStatement], end: String) {
        var body: [TemplateStatement] = []
        while true {
            switch current.kind {
            case .text(let text):
                body.append(.text(text))
                advance()
            case .outputBegin:
                let start = place
                links = 0
                advance()
                let value = try tuple()
                guard current.kind == .outputEnd else { throw failure("expected '}}'") }
                advance()
                body.append(.output(value, start))
            case .blockBegin:
                links = 0
                advance()
                let start = place
                let name = try expectName()
                if ends.contains(name) { return (body, name) }
                opened.append(start)
                body.append(
                    try nested { parser throws(ChatTemplateError) in try parser.statement(name, start) })
                opened.removeLast()
            default:
                guard ends.isEmpty else {
                    throw failure("a block has no '\(ends[ends.count - 1])'", opened.last)
                }
                return (body, "")
            }
        }
    }

    /// The body of a block up to `end`.
    private mutating func body(until end: String) throws(ChatTemplateError) -> [TemplateStatement] {
        let body = try statements(until: [end]).body
        try endBlock()
        return body
    }

    private mutating func statement(
        _ name: String, _ start: TemplatePlace
    ) throws(ChatTemplateError) -> TemplateStatement {
        switch name {
        case "if": return try branches()
        case "for": return try loop(start)
        case "set": return try set(start)
        case "macro": return .macro(try macro(start))
        case "generation":
            try endBlock()
            return .generation(try body(until: "endgeneration"))
        case "filter":
            let filters = try filterChain(start)
            try endBlock()
            return .filterBlock(filters: filters, body: try body(until: "endfilter"), start)
        case "with": return try with(start)
        case "break", "continue":
            try endBlock()
            return name == "break" ? .breakLoop : .continueLoop
        case "call": return try call(start)
        case "block":
            _ = try expectName()
            try endBlock()
            return .with([], body: try body(until: "endblock"), start)
        case "extends", "include", "import", "from", "do", "autoescape", "trans", "debug":
            throw unsupported("the statement '\(name)'", start)
        default: throw failure("an unknown statement '\(name)'", start)
        }
    }

    private mutating func branches() throws(ChatTemplateError) -> TemplateStatement {
        var branches: [(condition: TemplateExpression, body: [TemplateStatement])] = []
        while true {
            let condition = try tuple()
            try endBlock()
            let (body, end) = try statements(until: ["elif", "else", "endif"])
            branches.append((condition, body))
            if end == "elif" { continue }
            try endBlock()
            return .branches(branches, otherwise: end == "else" ? try self.body(until: "endif") : [])
        }
    }

    private mutating func loop(_ start: TemplatePlace) throws(ChatTemplateError) -> TemplateStatement {
        let target = try target(start)
        if case .name("loop") = target { throw failure("'loop' cannot be the name of an element", start) }
        guard skipName("in") else { throw failure("expected 'in'") }
        let sequence = try tuple(allowsCondition: false)
        let condition = skipName("if") ? try expression() : nil
        let isRecursive = skipName("recursive")
        try endBlock()
        let (body, end) = try statements(until: ["else", "endfor"])
        try endBlock()
        let otherwise = end == "else" ? try self.body(until: "endfor") : []
        let loop = TemplateForLoop(
            target: target, condition: condition, body: body, otherwise: otherwise, isRecursive: isRecursive,
            place: start)
        return .loop(loop, over: sequence)
    }

    /// Names, or attributes of namespaces, with commas between.
    private mutating func target(_ start: TemplatePlace) throws(ChatTemplateError) -> TemplateTarget {
        func one(_ parser: inout TemplateParser) throws(ChatTemplateError) -> TemplateTarget {
            if parser.skip("(") {
                let inner = try parser.nested { parser throws(ChatTemplateError) in try parser.target(start) }
                try parser.expect(")")
                return inner
            }
            let name = try parser.expectTarget()
            guard parser.skip(".") else { return .name(name) }
            return .attribute(name, try parser.expectName(), start)
        }
        let first = try one(&self)
        guard isSymbol(",") else { return first }
        var targets = [first]
        while skip(",") {
            if !isSymbol("(") { guard case .name(let name) = current.kind, name != "in" else { break } }
            targets.append(try one(&self))
        }
        return .several(targets)
    }

    private mutating func set(_ start: TemplatePlace) throws(ChatTemplateError) -> TemplateStatement {
        let target = try target(start)
        if skip("=") {
            let value = try tuple()
            try endBlock()
            return .set(target, value, start)
        }
        let filters = isSymbol("|") ? try filterChain(start) : []
        try endBlock()
        return .setBlock(target, filters: filters, body: try body(until: "endset"), start)
    }

    /// Filters to be applied one after the other to the text of a block.
    private mutating func filterChain(_ start: TemplatePlace) throws(ChatTemplateError)
        -> [TemplateExpression]
    {
        var filters: [TemplateExpression] = []
        if !isSymbol("|") { filters.append(try filter(nil)) }
        while skip("|") { filters.append(try filter(nil)) }
        return filters
    }

    private mutating func with(_ start: TemplatePlace) throws(ChatTemplateError) -> TemplateStatement {
        var values: [(name: TemplateTarget, value: TemplateExpression)] = []
        while current.kind != .blockEnd {
            if !values.isEmpty { try expect(",") }
            let name = TemplateTarget.name(try expectName())
            try expect("=")
            values.append((name, try expression()))
        }
        try endBlock()
        return .with(values, body: try body(until: "endwith"), start)
    }

    private mutating func macro(_ start: TemplatePlace) throws(ChatTemplateError) -> TemplateMacro {
        let name = try expectTarget()
        let parameters = try parameters()
        try endBlock()
        let (body, special) = try macroBody(until: "endmacro")
        return TemplateMacro(
            name: name, parameters: parameters, body: body, place: start, special: special)
    }

    /// The body of a macro, and which special names it has.
    private mutating func macroBody(
        until end: String
    ) throws(ChatTemplateError) -> (body: [TemplateStatement], special: Set<String>) {
        specials.append([])
        let body = try body(until: end)
        let special = specials.removeLast()
        return (body, special)
    }

    /// Takes note of a name that a macro may have to provide.
    mutating func note(name: String) {
        guard ["varargs", "kwargs", "caller"].contains(name) else { return }
        for index in specials.indices { specials[index].insert(name) }
    }

    private mutating func call(_ start: TemplatePlace) throws(ChatTemplateError) -> TemplateStatement {
        let parameters = isSymbol("(") ? try parameters() : []
        guard case .call(let callee, let arguments, let place) = try expression() else {
            throw failure("expected a call of a macro", start)
        }
        try endBlock()
        let (body, special) = try macroBody(until: "endcall")
        let caller = TemplateMacro(
            name: "caller", parameters: parameters, body: body, place: start, special: special)
        return .call(caller, callee: callee, arguments, place)
    }

    private mutating func parameters()
        throws(ChatTemplateError) -> [(name: String, initial: TemplateExpression?)]
    {
        try expect("(")
        var parameters: [(name: String, initial: TemplateExpression?)] = []
        while !isSymbol(")") {
            if !parameters.isEmpty { try expect(",") }
            let parameter = try expectTarget()
            let initial = skip("=") ? try expression() : nil
            guard parameter != "caller" || initial != nil else {
                throw failure("the parameter 'caller' needs a value")
            }
            guard initial != nil || parameters.last?.initial == nil else {
                throw failure("a parameter without a value follows one with a value")
            }
            parameters.append((parameter, initial))
        }
        try expect(")")
        return parameters
    }
}
