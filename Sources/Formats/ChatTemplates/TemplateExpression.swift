// The tree of a parsed chat template.

/// An expression with its place.
indirect enum TemplateExpression: Sendable {
    case literal(TemplateValue)
    case name(String, TemplatePlace)
    case list([TemplateExpression])
    case tuple([TemplateExpression])
    /// Keys and values.
    case mapping([(key: TemplateExpression, value: TemplateExpression)], TemplatePlace)
    case attribute(TemplateExpression, String, TemplatePlace)
    case item(TemplateExpression, TemplateExpression, TemplatePlace)
    case slice(TemplateExpression, [TemplateExpression?], TemplatePlace)
    case call(TemplateExpression, TemplateArguments, TemplatePlace)
    case filter(TemplateExpression?, String, TemplateArguments, TemplatePlace)
    case test(TemplateExpression, String, TemplateArguments, isNegated: Bool, TemplatePlace)
    case not(TemplateExpression)
    case negative(TemplateExpression, TemplatePlace)
    case and(TemplateExpression, TemplateExpression)
    case or(TemplateExpression, TemplateExpression)
    case binary(String, TemplateExpression, TemplateExpression, TemplatePlace)
    /// `a < b < c`: operators and right sides.
    case comparison(TemplateExpression, [(symbol: String, value: TemplateExpression)], TemplatePlace)
    case conditional(TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression?)
}

/// What stands between the brackets of a call.
struct TemplateArguments: Sendable {
    var positional: [TemplateExpression] = []
    var named: [(name: String, value: TemplateExpression)] = []
    /// What stands behind `*`: further positional arguments.
    var spread: TemplateExpression?
    /// What stands behind `**`: further named ones.
    var spreadNames: TemplateExpression?
}

/// What a value is assigned to.
enum TemplateTarget: Sendable {
    case name(String)
    case attribute(String, String, TemplatePlace)
    case several([TemplateTarget])
}

/// A macro with its parameters.
struct TemplateMacro: Sendable {
    var name: String
    var parameters: [(name: String, initial: TemplateExpression?)]
    var body: [TemplateStatement]
    var place: TemplatePlace
    /// Which of `varargs`, `kwargs` and `caller` the body names.
    var special: Set<String> = []
}

/// A for statement.
struct TemplateForLoop: Sendable {
    var target: TemplateTarget
    var condition: TemplateExpression?
    var body: [TemplateStatement]
    var otherwise: [TemplateStatement]
    var isRecursive: Bool
    var place: TemplatePlace
}

/// A statement or a piece of text.
indirect enum TemplateStatement: Sendable {
    case text(String)
    case output(TemplateExpression, TemplatePlace)
    case branches(
        [(condition: TemplateExpression, body: [TemplateStatement])], otherwise: [TemplateStatement])
    case loop(TemplateForLoop, over: TemplateExpression)
    case set(TemplateTarget, TemplateExpression, TemplatePlace)
    case setBlock(TemplateTarget, filters: [TemplateExpression], body: [TemplateStatement], TemplatePlace)
    case filterBlock(filters: [TemplateExpression], body: [TemplateStatement], TemplatePlace)
    case with([(name: TemplateTarget, value: TemplateExpression)], body: [TemplateStatement], TemplatePlace)
    case macro(TemplateMacro)
    /// A call of a macro that gets the block as `caller`.
    case call(TemplateMacro, callee: TemplateExpression, TemplateArguments, TemplatePlace)
    case generation([TemplateStatement])
    case breakLoop, continueLoop
}
