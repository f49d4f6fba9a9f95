// The rotary embedding of a config.json, in the old form (rope_theta, rope_scaling) and the new
// (rope_parameters).

internal import Foundation
internal import JSON
internal import Layers

extension RotaryScaling {
    /// Base and scaling. `positions` is `max_position_embeddings`.
    static func read(
        _ json: JSONValue, positions: Int, file: String
    ) throws(ModelError) -> (base: Double, scaling: RotaryScaling) {
        let parameters = json["rope_parameters"] ?? json["rope_scaling"] ?? .null
        let base = parameters["rope_theta"]?.double ?? json["rope_theta"]?.double ?? 10_000
        guard base > 1, base.isFinite else {
            throw .badValue("rope_theta", found: "\(base)", expected: "a number above 1", in: file)
        }
        if let part = (parameters["partial_rotary_factor"] ?? json["partial_rotary_factor"])?.double,
            part != 1
        {
            throw .badValue("partial_rotary_factor", found: "\(part)", expected: "1", in: file)
        }
        let type = (parameters["rope_type"] ?? parameters["type"])?.string ?? "default"
        func number(_ key: String) throws(ModelError) -> Double {
            guard let value = parameters[key]?.double, value > 0, value.isFinite else {
                throw .badValue(
                    "\(key) of the \(type) rotary scaling", found: parameters[key]?.summary ?? "missing",
                    expected: "a positive number", in: file)
            }
            return value
        }
        func length(default fallback: Int?) throws(ModelError) -> Int {
            let key = "original_max_position_embeddings"
            let stated = parameters[key]?.double ?? fallback.map(Double.init)
            guard let length = stated, length >= 1, length < Double(1 << 31) else {
                throw .badValue(
                    "\(key) of the \(type) rotary scaling", found: parameters[key]?.summary ?? "missing",
                    expected: "a positive whole number", in: file)
            }
            return Int(length)
        }
        switch type {
        // Dynamic scaling starts beyond max_position_embeddings, where no sequence goes.
        case "default", "dynamic": return (base, .none)
        case "linear": return (base, .linear(factor: try number("factor")))
        case "llama3":
            return (
                base,
                .llama3(
                    factor: try number("factor"), lowFactor: try number("low_freq_factor"),
                    highFactor: try number("high_freq_factor"),
                    originalLength: try length(default: nil))
            )
        case "yarn":
            let length = try length(default: positions)
            let factor = try number("factor")
            return (
                base,
                .yarn(
                    factor: factor, attentionFactor: yarnAttention(parameters, factor: factor),
                    betaFast: parameters["beta_fast"]?.double ?? 32,
                    betaSlow: parameters["beta_slow"]?.double ?? 1, originalLength: length,
                    isTruncated: parameters["truncate"]?.bool ?? true)
            )
        default:
            throw .badValue(
                "rope_type", found: "\"\(type)\"",
                expected: "one of default, dynamic, linear, llama3, yarn", in: file)
        }
    }

    /// Section 3.4 of Peng et al. 2023, with the optional scales of DeepSeek.
    private static func yarnAttention(_ parameters: JSONValue, factor: Double) -> Double {
        if let given = parameters["attention_factor"]?.double { return given }
        func scale(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
        if let scaled = parameters["mscale"]?.double, let all = parameters["mscale_all_dim"]?.double,
            scaled != 0, all != 0
        {
            return scale(scaled) / scale(all)
        }
        return scale(1)
    }
}
