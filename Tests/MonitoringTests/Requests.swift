// A service that is simulated: rows of known difficulty, answers with calibrated confidences, labels.

import Monitoring
import Tensors

/// Rows of two labels whose classifier is right as often as it says.
struct SimulatedService {
    static let labels = ["negative", "positive"]
    /// How much surer the model says it is than it may be: logits are multiplied by it.
    var overconfidence = 1.0
    /// The spread of the logits; the smaller, the harder the rows.
    var spread = 3.0

    struct Row {
        var tokens: Int
        var unknown: Int
        var language: String
        var answer: Int
        var truth: Int
        var probabilities: [Double]

        var record: RequestRecord { record(id: nil) }

        func record(id: String?) -> RequestRecord {
            RequestRecord(
                time: 1_800_000_000, id: id, tokenCount: tokens, unknownTokenCount: unknown,
                language: language, label: SimulatedService.labels[answer],
                confidence: probabilities[answer],
                probabilities: probabilities, seconds: 0.01)
        }
    }

    func row(_ key: RandomKey) -> Row {
        let length = 12 + Int(8 * abs(key.normal(0)) + 30 * key.uniform(10) * key.uniform(11))
        let unknown = (0..<length).count { key.derived(7).uniform(UInt64($0)) < 0.01 }
        let logit = spread * key.normal(1) + 0.3
        let positive = 1 / (1 + Self.power(-logit))
        let said = 1 / (1 + Self.power(-logit * overconfidence))
        let word = key.uniform(5)
        return Row(
            tokens: length, unknown: unknown, language: word < 0.9 ? "en" : word < 0.97 ? "de" : "und",
            answer: said > 0.5 ? 1 : 0, truth: key.uniform(6) < positive ? 1 : 0,
            probabilities: [1 - said, said])
    }

    private static func power(_ value: Double) -> Double {
        // e to a moderate power, by halving and squaring.
        var result = 1 + value / 4_096 + value * value / 33_554_432
        for _ in 0..<12 { result *= result }
        return result
    }

    func rows(_ count: Int, seed: UInt64) -> [Row] {
        let key = RandomKey(seed: seed)
        return (0..<count).map { row(key.derived(UInt64($0))) }
    }

    func reference(training: Int, validation: Int, seed: UInt64) -> ReferenceStatistics {
        var builder = ReferenceBuilder(version: "test", labels: Self.labels)
        for row in rows(training, seed: seed) {
            builder.add(
                tokenCount: row.tokens, unknownTokenCount: row.unknown, language: row.language,
                label: Self.labels[row.truth])
        }
        for (number, row) in rows(validation, seed: seed &+ 1_000_003).enumerated() {
            builder.add(row: number, answer: row.answer, truth: row.truth, probabilities: row.probabilities)
        }
        return builder.finish()
    }

    static func comparison(
        _ rows: [Row], _ reference: ReferenceStatistics, rate: Double = 0.05
    ) -> WindowComparison {
        var window = ServiceWindow(reference)
        for row in rows { window.add(row.record) }
        return WindowComparison(window, reference: reference, falseAlarmRate: rate)
    }
}
