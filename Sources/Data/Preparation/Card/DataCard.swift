// The data card as a value: what went in, what became of it, what came out. Pages are made of it elsewhere.

internal import JSON

/// All that a preparation tells. It names neither times nor ranks, so that equal data have equal cards.
struct DataCard {
    let settings: PreparationSettings
    let settingWords: [(key: String, value: String)]
    let inputs: [RawInput]
    let tally: PreparationTally
    let result: SecondPassResult
    let hasTokens: Bool

    /// The rule that removed the most records, or the reason why most were of no use.
    var strongestRule: String {
        let counts =
            rules.filter { $0.rule.removes }.map { ($0.rule.rawValue, $0.count) }
            + tally.unusable.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return counts.max { $0.1 < $1.1 }?.0 ?? "nothing"
    }

    private struct RuleLine {
        let rule: CleaningRule
        let isOn: Bool
        let count: Int
        let examples: [PreparationTally.Example]
    }

    private var rules: [RuleLine] {
        let on = (try? CleaningRule.chosen(by: settings)) ?? []
        return CleaningRule.allCases.map { rule in
            let count = tally.rules[rule]
            let removed =
                rule == .exactDuplicates
                ? result.exactDuplicates : rule == .nearDuplicates ? result.nearDuplicates : 0
            return RuleLine(
                rule: rule, isOn: on.contains(rule), count: (count?.count ?? 0) + removed,
                examples: (count?.examples ?? []) + (result.examples[rule] ?? []))
        }
    }

    var json: JSONValue {
        guard let certificate = result.certificate else { return .object(members) }
        return .object(members.merging(["privacy_proof": certificate.json]))
    }

    private var members: JSONObject {
        [
            "data_card": 1,
            "records": .integer(tally.records),
            "texts": .integer(tally.texts),
            "text_bytes": .integer(tally.bytes),
            "splits": .object(
                JSONObject(result.statistics.map { ($0.0.rawValue, $0.1.json(hasTokens: hasTokens)) })),
            "rules": .array(rules.map(line)),
            "unusable": .object(JSONObject(tally.unusable.mapValues(JSONValue.integer))),
            "personal_data": .object(JSONObject(tally.personalData.mapValues(JSONValue.integer))),
            "duplicates": [
                "exact": .integer(result.exactDuplicates), "near": .integer(result.nearDuplicates),
                "leakage": .integer(result.leakage), "moved": .integer(result.moved),
                "conflicting_labels": .integer(result.conflictingLabels),
            ],
            "inputs": .array(inputs.map(\.json)),
            "outputs": .array(result.files),
            "settings": settingsJSON,
        ]
    }

    /// What another program needs to check the files: their sizes and checksums, and those of the raw files.
    var manifest: JSONValue {
        [
            "manifest": 1,
            "inputs": .array(
                inputs.map { input in
                    [
                        "file": .string(input.entry.path), "bytes": .integer(input.survey.byteCount),
                        "xxh64": .string(input.survey.checksum),
                    ]
                }),
            "outputs": .array(result.files), "settings": settingsJSON,
        ]
    }

    private var settingsJSON: JSONValue {
        .object(JSONObject(settingWords.map { ($0.key, .string($0.value)) }))
    }

    private func line(_ line: RuleLine) -> JSONValue {
        [
            "rule": .string(line.rule.rawValue), "does": .string(line.rule.words), "on": .bool(line.isOn),
            "removes": .bool(line.rule.removes), "count": .integer(line.count),
            "examples": .array(line.examples.map(example)),
        ]
    }

    private func example(_ example: PreparationTally.Example) -> JSONValue {
        let file = Int(example.position >> 48)
        return [
            "file": .string(inputs[file].entry.path),
            "record": .integer(Int(example.position & (1 << 48 - 1)) + 1), "before": .string(example.before),
            "after": example.after.map(JSONValue.string) ?? .null,
        ]
    }
}
