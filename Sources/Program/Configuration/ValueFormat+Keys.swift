// The ranges and forms of value that several recipe keys share.
internal import Arguments

extension ValueFormat<Double> {
    static let nonNegative = number("a number of at least 0") { $0 >= 0 }
    static let share = number("a number from 0 to 1") { (0...1).contains($0) }
    static let dropout = number("a number from 0 to below 1") { $0 >= 0 && $0 < 1 }
    static let beta = dropout
}

extension ValueFormat<TrainingArguments.ResumePoint> {
    /// `auto`, `none` or a checkpoint directory; `true` and `false` mean `auto` and `none`, as for HF's
    /// users.
    static let resumePoint = Self(
        typeName: "path", expected: "auto, none or a checkpoint directory", allowedValues: [],
        parse: { (text) throws(ValueProblem) in
            switch text {
            case "auto", "true", "True": return .auto
            case "none", "false", "False": return .none
            default: return .path(try ValueFormat<String>.path.parse(text))
            }
        },
        render: { point in
            switch point {
            case .none: .scalar("none")
            case .auto: .scalar("auto")
            case .path(let path): .scalar(path)
            }
        })
}
