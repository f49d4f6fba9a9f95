// The goldens of schedules.py as values.

import Foundation
import Optimizers

/// Rates of transformers' schedules with options, and of torch's plateaus.
struct ScheduleGoldens: Decodable {
    /// `lr_scheduler_kwargs`.
    struct Options: Decodable {
        private let values: [String: Value]

        private enum Value: Decodable {
            case number(Double)
            case text(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                do {
                    self = .number(try container.decode(Double.self))
                } catch { self = .text(try container.decode(String.self)) }
            }
        }

        init(from decoder: any Decoder) throws { values = try [String: Value](from: decoder) }

        var names: [String] { values.keys.sorted() }

        private func number(_ name: String) -> Double? {
            if case .number(let value) = values[name] { value } else { nil }
        }

        private func ramp(_ name: String) -> ScheduleOptions.Ramp? {
            if case .text(let text) = values[name] { .init(rawValue: text) } else { nil }
        }

        func scheduleOptions() throws -> ScheduleOptions {
            var options = ScheduleOptions()
            options.numCycles = number("num_cycles")
            options.lrEnd = number("lr_end")
            options.power = number("power")
            options.timescale = number("timescale").map { Int($0) }
            options.minLR = number("min_lr")
            options.minLRRate = number("min_lr_rate")
            options.warmupLRRate = number("warmup_lr_rate")
            options.numStableSteps = number("num_stable_steps").map { Int($0) }
            options.numDecaySteps = number("num_decay_steps").map { Int($0) }
            options.warmupType = ramp("warmup_type")
            options.decayType = ramp("decay_type")
            options.minLRRatio = number("min_lr_ratio")
            options.factor = number("factor")
            options.patience = number("patience").map { Int($0) }
            options.threshold = number("threshold")
            options.cooldown = number("cooldown").map { Int($0) }
            return options
        }
    }

    struct Schedule: Decodable {
        let kind: String
        let options: Options
        let peak: Double
        let warmup: Int
        let total: Int
        let rates: [Double]
    }

    struct Plateau: Decodable {
        let mode: String
        let options: Options
        let peak: Double
        let metrics: [Double]
        let rates: [Double]
    }

    let schedules: [Schedule]
    let plateaus: [Plateau]

    static func load() throws -> ScheduleGoldens {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appendingPathComponent("Goldens/schedules.json"))
        return try JSONDecoder().decode(ScheduleGoldens.self, from: data)
    }
}
