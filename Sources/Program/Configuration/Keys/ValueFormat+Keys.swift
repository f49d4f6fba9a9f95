// The ranges and forms of value that several recipe keys share.
internal import Arguments
internal import Files

extension ValueFormat<Double> {
    static let nonNegative = number("a number of at least 0") { $0 >= 0 }
    static let share = number("a number from 0 to 1") { (0...1).contains($0) }
    static let dropout = number("a number from 0 to below 1") { $0 >= 0 && $0 < 1 }
    static let beta = dropout
}

extension ValueFormat<UInt8> {
    /// What stands between fields: one ASCII character, or `tab`.
    static let separator = Self(
        typeName: "text", expected: "one character, or tab",
        parse: { (text) throws(ValueProblem) in
            if ["tab", "\\t", "\t"].contains(text) { return 0x09 }
            guard let byte = text.utf8.first, text.utf8.count == 1, (0x20..<0x7F).contains(byte), byte != 0x22
            else { throw .mismatch }
            return byte
        },
        render: { .scalar($0 == 0x09 ? "tab" : String(UnicodeScalar($0))) })
}

extension ValueFormat<TextEncoding> {
    /// An encoding, by any of its usual names.
    static let encoding = Self(
        typeName: "choice",
        expected: "one of \(TextEncoding.allCases.map(\.rawValue).joined(separator: ", "))",
        allowedValues: TextEncoding.allCases.map(\.rawValue),
        parse: { (text) throws(ValueProblem) in
            switch text.lowercased() {
            case "utf-8", "utf8", "utf-8-sig": return .utf8
            case "windows-1252", "cp1252", "latin-1", "latin1", "iso-8859-1", "ansi": return .windows1252
            case "utf-16", "utf16", "utf-16-le", "utf-16-be": return .utf16
            default: throw .mismatch
            }
        },
        render: { .scalar($0.rawValue) })
}

extension ValueFormat<StepCount> {
    /// Whole steps of at least `minimum`, or a share of all steps, which is below 1.
    static func stepCount(atLeast minimum: Int) -> Self {
        let steps = ValueFormat<Int>.integer(atLeast: minimum, upTo: ValueFormat<Int>.largestCount)
        let share = ValueFormat<Double>.number("a share") { $0 > 0 && $0 < 1 }
        return Self(
            typeName: "number", expected: "\(steps.expected), or a share of all steps above 0 and below 1",
            parse: { (text) throws(ValueProblem) in
                do throws(ValueProblem) { return .steps(try steps.parse(text)) } catch {
                    if case .refused = error { throw error }
                    return .share(try share.parse(text))
                }
            },
            render: { count in
                switch count {
                case .steps(let count): .scalar("\(count)")
                case .share(let share): .scalar("\(share)")
                }
            })
    }
}

extension ValueFormat<ClosedRange<Int>> {
    /// A step or a range of steps: `20` or `20-22`.
    static let stepRange = Self(
        typeName: "text", expected: "a step, or a range of at most \(longestTrace) steps such as 20-22",
        parse: { (text) throws(ValueProblem) in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count) else { throw .mismatch }
            let step = ValueFormat<Int>.integer(atLeast: 1)
            let first = try step.parse(String(parts[0]))
            let last = try parts.count == 2 ? step.parse(String(parts[1])) : first
            guard last >= first, last - first < longestTrace else { throw .mismatch }
            return first...last
        },
        render: { .scalar($0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)") })

    /// A trace is kept in memory until its end.
    private static let longestTrace = 100
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
