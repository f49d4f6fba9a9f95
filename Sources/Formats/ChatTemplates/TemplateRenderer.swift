// Runs a parsed chat template. Expressions are in TemplateRenderer+Expressions.

import Foundation

/// One run of a template.
struct TemplateRenderer {
    /// Macros that call macros deeper than this are refused.
    private static let maximumDepth = 100
    /// Expressions inside expressions, over all macros that are running, deeper than this are refused.
    private static let maximumExpressionDepth = 5_000

    /// What makes a loop end early.
    enum Flow {
        case next
        case leavesLoop
        case nextRound
    }

    let path: String
    let now: Date
    let budget = TemplateBudget()
    /// Where the statement stands that runs.
    private(set) var place = TemplatePlace(line: 1, column: 1)
    private var expressionDepth = 0
    /// Scopes that macros keep, and that keep the macros.
    private var macroScopes: [TemplateScope] = []
    private var scope: TemplateScope
    private var text = ""
    /// Scalars of the text outside all inner blocks, while such a block runs.
    private var outerText: Int?
    /// How much of the text outside of blocks has been counted.
    private var counted = (bytes: 0, scalars: 0)
    private var depth = 0
    /// Stretches of the text, counted in scalars, that generation blocks made.
    private(set) var generated: [Range<Int>] = []

    init(path: String, variables: [(name: String, value: RuntimeValue)], now: Date) {
        self.path = path
        self.now = now
        let globals = TemplateScope(parent: nil)
        for name in [
            "range", "namespace", "dict", "raise_exception", "strftime_now", "cycler", "joiner", "lipsum",
            "self",
        ] {
            globals[name] = .function(name)
        }
        for (name, value) in variables { globals[name] = value }
        scope = TemplateScope(parent: globals)
    }

    /// The text of the template.
    mutating func render(_ statements: [TemplateStatement]) throws(ChatTemplateError) -> String {
        defer { for scope in macroScopes { scope.removeAll() } }
        _ = try run(statements)
        return text
    }

    /// Begins an expression; `leave` ends it.
    mutating func enter() throws(ChatTemplateError) {
        expressionDepth += 1
        guard expressionDepth < Self.maximumExpressionDepth else { throw fault("nested too deeply", place) }
        try located(place) { [budget] () throws(EvaluationFault) in try budget.spend(steps: 1) }
    }

    mutating func leave() { expressionDepth -= 1 }

    func fault(_ reason: String, _ place: TemplatePlace) -> ChatTemplateError {
        .evaluation(path: path, line: place.line, column: place.column, reason: reason)
    }

    /// Gives a fault of `body` its place.
    func located<Result>(
        _ place: TemplatePlace, _ body: () throws(EvaluationFault) -> Result
    ) throws(ChatTemplateError) -> Result {
        do {
            return try body()
        } catch {
            throw fault(error.reason, place)
        }
    }

    /// The value of a name, which is looked for in one scope after the other.
    func value(of name: String, _ place: TemplatePlace) throws(ChatTemplateError) -> RuntimeValue {
        try located(place) { [budget] () throws(EvaluationFault) in try budget.spend(steps: scope.depth / 8) }
        return scope[name] ?? .undefined("'\(name)'")
    }

    private mutating func run(_ statements: [TemplateStatement]) throws(ChatTemplateError) -> Flow {
        for statement in statements {
            let flow = try run(statement)
            if flow != .next { return flow }
        }
        return .next
    }

    /// Runs statements in a scope of their own.
    private mutating func runInside(
        _ statements: [TemplateStatement], of parent: TemplateScope? = nil,
        binding: (inout TemplateRenderer) throws(ChatTemplateError) -> Void = { _ in }
    ) throws(ChatTemplateError) -> Flow {
        let outer = scope
        scope = TemplateScope(parent: parent ?? outer)
        try binding(&self)
        let flow = try run(statements)
        scope = outer
        return flow
    }

    /// The text that statements make, apart from the text so far.
    private mutating func captured(
        _ body: (inout TemplateRenderer) throws(ChatTemplateError) -> Void
    ) throws(ChatTemplateError) -> String {
        let outer = outerScalars()
        let before = text
        let wasOutermost = outerText == nil
        if wasOutermost { outerText = outer }
        text = ""
        try body(&self)
        let made = text
        text = before
        if wasOutermost { outerText = nil }
        return made
    }

    /// Scalars of the text outside of blocks, counted on from where they were counted last: that text only
    /// grows.
    private mutating func outerScalars() -> Int {
        if let outerText { return outerText }
        let new = text.utf8.dropFirst(counted.bytes).count { $0 & 0xC0 != 0x80 }
        counted = (text.utf8.count, counted.scalars + new)
        return counted.scalars
    }

    private mutating func run(_ statement: TemplateStatement) throws(ChatTemplateError) -> Flow {
        try located(place) { [budget] () throws(EvaluationFault) in try budget.spend(steps: 1) }
        switch statement {
        case .text(let literal):
            try located(place) { [budget] () throws(EvaluationFault) in
                try budget.spend(bytes: literal.utf8.count)
            }
            text += literal
        case .output(let expression, let place):
            self.place = place
            let value = try evaluate(expression)
            try located(place) { [budget] () throws(EvaluationFault) in try budget.spend(printing: value) }
            text += value.text
        case .branches(let branches, let otherwise):
            for (condition, body) in branches where try evaluate(condition).isTrue { return try run(body) }
            return try run(otherwise)
        case .loop(let loop, let sequence):
            place = loop.place
            let recursion = loop.isRecursive ? TemplateRecursion(loop, in: scope) : nil
            if recursion != nil { macroScopes.append(scope) }
            try run(loop, over: try evaluate(sequence), recursion, depth: 0)
        case .set(let target, let expression, let place):
            self.place = place
            try assign(try evaluate(expression), to: target, place)
        case .setBlock(let target, let filters, let body, let place):
            let made = try captured { renderer throws(ChatTemplateError) in _ = try renderer.runInside(body) }
            try assign(try filtered(.string(made), filters), to: target, place)
        case .filterBlock(let filters, let body, _):
            let made = try captured { renderer throws(ChatTemplateError) in _ = try renderer.runInside(body) }
            text += try filtered(.string(made), filters).text
        case .with(let values, let body, let place):
            let results = try values.map { pair throws(ChatTemplateError) in try evaluate(pair.value) }
            return try runInside(body) { renderer throws(ChatTemplateError) in
                for (pair, result) in zip(values, results) {
                    try renderer.assign(result, to: pair.name, place)
                }
            }
        case .macro(let macro):
            macroScopes.append(scope)
            scope[macro.name] = .macro(macro, scope)
        case .call(let caller, let callee, let arguments, let place):
            try run(caller, callee, arguments, place)
        case .generation(let body):
            let start = outerScalars()
            let made = try captured { renderer throws(ChatTemplateError) in _ = try renderer.runInside(body) }
            generated.append(start..<start + made.unicodeScalars.count)
            text += made
        case .breakLoop: return .leavesLoop
        case .continueLoop: return .nextRound
        }
        return .next
    }

    /// Runs a macro that gets a block as its caller.
    private mutating func run(
        _ caller: TemplateMacro, _ callee: TemplateExpression, _ arguments: TemplateArguments,
        _ place: TemplatePlace
    ) throws(ChatTemplateError) {
        guard case .macro(let macro, let definition) = try evaluate(callee) else {
            throw fault("'call' needs a macro", place)
        }
        var values = try evaluate(arguments)
        macroScopes.append(scope)
        try located(place) { [scope] () throws(EvaluationFault) in
            try values.set("caller", .macro(caller, scope))
        }
        text += try call(macro, definition, values, place).text
    }

    private mutating func filtered(
        _ value: RuntimeValue, _ filters: [TemplateExpression]
    ) throws(ChatTemplateError) -> RuntimeValue {
        var value = value
        for case .filter(_, let name, let arguments, let place) in filters {
            value = try filter(name, value, arguments, place)
        }
        return value
    }

    private mutating func run(
        _ loop: TemplateForLoop, over sequence: RuntimeValue, _ recursion: TemplateRecursion?, depth: Int
    ) throws(ChatTemplateError) {
        var items = try located(loop.place) { [budget] () throws(EvaluationFault) in
            // A round costs a scope.
            try budget.spend(listing: sequence)
            let items = try sequence.elements()
            try budget.spend(steps: 4 * items.count)
            return items
        }
        if let condition = loop.condition {
            var kept: [RuntimeValue] = []
            for item in items {
                var holds = false
                _ = try runInside([]) { renderer throws(ChatTemplateError) in
                    try renderer.assign(item, to: loop.target, loop.place)
                    holds = try renderer.evaluate(condition).isTrue
                }
                if holds { kept.append(item) }
            }
            items = kept
        }
        if items.isEmpty { _ = try runInside(loop.otherwise) }
        var round = TemplateLoop(items: items, index: 0, depth: depth, recursion: recursion)
        for (index, item) in items.enumerated() {
            round.index = index
            let flow = try runInside(loop.body) { renderer throws(ChatTemplateError) in
                renderer.scope["loop"] = .loop(round)
                try renderer.assign(item, to: loop.target, loop.place)
            }
            if flow == .leavesLoop {
                if case .iterator(let iterator) = sequence { iterator.abandon() }
                break
            }
        }
    }

    /// The text of a recursive loop over another sequence.
    mutating func call(
        _ loop: TemplateLoop, _ arguments: TemplateCallArguments, _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        guard let recursion = loop.recursion else {
            throw fault("the loop must be 'recursive' to be called", place)
        }
        guard arguments.positional.count == 1, arguments.named.isEmpty else {
            throw fault("a recursive loop is called with one value", place)
        }
        depth += 1
        guard depth < Self.maximumDepth else { throw fault("loops call each other too deeply", place) }
        let outer = scope
        let made = try captured { renderer throws(ChatTemplateError) in
            renderer.scope = recursion.scope
            try renderer.run(recursion.loop, over: arguments[0], recursion, depth: loop.depth + 1)
        }
        scope = outer
        depth -= 1
        return .string(made)
    }

    private mutating func assign(
        _ value: RuntimeValue, to target: TemplateTarget, _ place: TemplatePlace
    ) throws(ChatTemplateError) {
        switch target {
        case .name(let name): scope[name] = value
        case .attribute(let name, let attribute, let place):
            let target = try self.value(of: name, place)
            guard case .namespace(let namespace) = target else {
                throw fault("'\(name)' is no namespace, so nothing can be set in it", place)
            }
            try located(place) { [budget] () throws(EvaluationFault) in
                try budget.spend(finding: .string(attribute), in: target)
            }
            namespace.members.set(.string(attribute), value)
        case .several(let targets):
            let elements = try located(place) { [budget] () throws(EvaluationFault) in
                try budget.spend(listing: value)
                return try value.elements()
            }
            guard elements.count == targets.count else {
                throw fault("\(elements.count) values for \(targets.count) names", place)
            }
            for (target, element) in zip(targets, elements) { try assign(element, to: target, place) }
        }
    }

    /// The text that a macro makes of its arguments.
    mutating func call(
        _ macro: TemplateMacro, _ definition: TemplateScope, _ arguments: TemplateCallArguments,
        _ place: TemplatePlace
    ) throws(ChatTemplateError) -> RuntimeValue {
        depth += 1
        guard depth < Self.maximumDepth else { throw fault("macros call each other too deeply", place) }
        let count = macro.parameters.count
        try located(place) { [budget] () throws(EvaluationFault) in
            try budget.spend(steps: (count + 1) * (arguments.members.count + 1))
        }
        let others = Array(arguments.positional.dropFirst(count))
        guard others.isEmpty || macro.special.contains("varargs") else {
            throw fault("the macro '\(macro.name)' takes no more than \(count) values", place)
        }
        var named = arguments.members
        func take(_ name: String) -> RuntimeValue? {
            guard let index = named.firstIndex(where: { $0.key.string == name }) else { return nil }
            return named.remove(at: index).value
        }
        var values: [RuntimeValue?] = Array(arguments.positional.prefix(count))
        for parameter in macro.parameters.dropFirst(values.count) { values.append(take(parameter.name)) }
        var special: [String: RuntimeValue] = [:]
        if macro.special.contains("caller"), !macro.parameters.contains(where: { $0.name == "caller" }) {
            special["caller"] = take("caller") ?? .undefined("'caller'")
        }
        if macro.special.contains("varargs") { special["varargs"] = .tuple(others) }
        if macro.special.contains("kwargs") {
            special["kwargs"] = .mapping(named)
        } else if let unknown = named.first?.key.text {
            throw fault(
                "the macro '\(macro.name)' has no parameter '\(unknown)', or it is given twice", place)
        }
        let made = try captured { renderer throws(ChatTemplateError) in
            _ = try renderer.runInside(macro.body, of: definition) { renderer throws(ChatTemplateError) in
                for (name, value) in special { renderer.scope[name] = value }
                for (parameter, given) in zip(macro.parameters, values) {
                    var value = given
                    if value == nil, let initial = parameter.initial {
                        value = try renderer.evaluate(initial)
                    }
                    renderer.scope[parameter.name] = value ?? .undefined("'\(parameter.name)'")
                }
            }
        }
        depth -= 1
        return .string(made)
    }
}
