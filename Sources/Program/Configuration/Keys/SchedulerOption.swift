// The section lr_scheduler_kwargs: one option of a schedule a line.
internal import Arguments
internal import Foundation
internal import Optimizers

/// An option of a learning-rate schedule: its name, and how it is read into and written from
/// `ScheduleOptions`.
struct SchedulerOption: Sendable {
    let name: String
    let expected: String
    let read: @Sendable (ScheduleOptions) -> YAMLValue?
    let write: @Sendable (inout ScheduleOptions, String) throws(ValueProblem) -> Void

    private init<Value>(
        _ name: String, _ path: any WritableKeyPath<ScheduleOptions, Value?> & Sendable,
        _ format: ValueFormat<Value>
    ) {
        self.name = name
        expected = format.expected
        read = { $0[keyPath: path].map(format.render) }
        write = { (options, text) throws(ValueProblem) in options[keyPath: path] = try format.parse(text) }
    }

    static let all: [SchedulerOption] = [
        SchedulerOption("num_cycles", \.numCycles, .number("a number above 0") { $0 > 0 }),
        SchedulerOption("lr_end", \.lrEnd, .nonNegative),
        SchedulerOption("power", \.power, .number("a number above 0") { $0 > 0 }),
        SchedulerOption("timescale", \.timescale, .integer(atLeast: 1)),
        SchedulerOption("min_lr", \.minLR, .nonNegative), SchedulerOption("min_lr_rate", \.minLRRate, .share),
        SchedulerOption("warmup_lr_rate", \.warmupLRRate, .share),
        SchedulerOption("num_stable_steps", \.numStableSteps, .integer(atLeast: 0)),
        SchedulerOption("num_decay_steps", \.numDecaySteps, .integer(atLeast: 0)),
        SchedulerOption("warmup_type", \.warmupType, .choice()),
        SchedulerOption("decay_type", \.decayType, .choice()),
        SchedulerOption("min_lr_ratio", \.minLRRatio, .share),
        SchedulerOption("factor", \.factor, .number("a number above 0 and below 1") { $0 > 0 && $0 < 1 }),
        SchedulerOption("patience", \.patience, .integer(atLeast: 0)),
        SchedulerOption("threshold", \.threshold, .nonNegative),
        SchedulerOption("cooldown", \.cooldown, .integer(atLeast: 0)),
    ]

    /// Names of the options that have a value.
    static func set(in options: ScheduleOptions) -> [String] {
        all.filter { $0.read(options) != nil }.map(\.name)
    }

    /// Reads one option into `options`.
    static func write(_ name: String, _ text: String, into options: inout ScheduleOptions)
        throws(ValueProblem)
    {
        guard let option = all.first(where: { $0.name == name }) else {
            throw .refused("\(name) is none of \(all.map(\.name).joined(separator: ", ")).")
        }
        do throws(ValueProblem) {
            try option.write(&options, text)
        } catch {
            guard error == .mismatch else { throw error }
            throw .refused("\(name) must be \(option.expected), but is \(text).")
        }
    }
}

extension RecipeKey {
    /// A key that takes a section of a schedule's options; as text `name=value` between commas.
    static func schedulerOptions(
        _ name: String, _ path: Path<ScheduleOptions>, _ help: String
    ) -> RecipeKey {
        RecipeKey(
            name: name, help: help, typeName: "options", expected: "a section of options of the schedule",
            allowedValues: [], scope: .all, commands: .training,
            read: { configuration in
                let entries = SchedulerOption.all.compactMap { option in
                    option.read(configuration[keyPath: path]).map {
                        YAMLEntry(key: option.name, value: $0, line: 0)
                    }
                }
                return entries.isEmpty ? .null : .mapping(entries)
            },
            write: { (configuration, value) throws(ValueProblem) in
                var options = ScheduleOptions()
                switch value {
                case .null: break
                case .mapping(let section):
                    for entry in section where entry.value != .null {
                        guard case .scalar(let text) = entry.value else { throw .mismatch }
                        try SchedulerOption.write(entry.key, text, into: &options)
                    }
                case .scalar(let text):
                    for entry in text.split(separator: ",") {
                        let parts = entry.split(separator: "=", maxSplits: 1).map {
                            $0.trimmingCharacters(in: .whitespaces)
                        }
                        guard parts.count == 2 else { throw .mismatch }
                        try SchedulerOption.write(parts[0], parts[1], into: &options)
                    }
                case .list: throw .mismatch
                }
                configuration[keyPath: path] = options
            })
    }
}
