// What became of the records: counts and first examples by rule, summed over the ranks.

internal import JSON

/// Counts of a rank, or of all. Examples are those of the first records, so that the sum does not depend on
/// how records were divided.
struct PreparationTally: Equatable {
    /// A text before a rule and after it; records that a rule removes have no text after it.
    struct Example: Equatable {
        let position: UInt64
        let before: String
        let after: String?
    }

    struct RuleCount: Equatable {
        var count = 0
        var examples: [Example] = []
    }

    static let exampleCount = 3

    var records = 0
    var texts = 0
    /// Bytes of the texts before they were cleaned.
    var bytes = 0
    var rules: [CleaningRule: RuleCount] = [:]
    /// Personal data by type.
    var personalData: [String: Int] = [:]
    /// Records that are no pair or row, by reason.
    var unusable: [String: Int] = [:]

    /// Whether an example of a rule is still wanted. Records come in the order of their positions.
    func wantsExample(_ rule: CleaningRule) -> Bool {
        (rules[rule]?.examples.count ?? 0) < Self.exampleCount
    }

    mutating func count(_ rule: CleaningRule, _ example: @autoclosure () -> Example?) {
        if wantsExample(rule), let example = example() {
            rules[rule, default: RuleCount()].examples.append(example)
        }
        rules[rule, default: RuleCount()].count += 1
    }

    mutating func add(_ other: PreparationTally) {
        records += other.records
        texts += other.texts
        bytes += other.bytes
        for (rule, count) in other.rules {
            var sum = rules[rule] ?? RuleCount()
            sum.count += count.count
            sum.examples = Array(
                (sum.examples + count.examples).sorted { $0.position < $1.position }.prefix(Self.exampleCount)
            )
            rules[rule] = sum
        }
        for (type, count) in other.personalData { personalData[type, default: 0] += count }
        for (reason, count) in other.unusable { unusable[reason, default: 0] += count }
    }
}

extension PreparationTally {
    /// As a message from rank to rank.
    var message: JSONValue {
        let rules = rules.sorted { $0.key.rawValue < $1.key.rawValue }.map { rule, count in
            (
                rule.rawValue,
                JSONValue.array([
                    .integer(count.count),
                    .array(
                        count.examples.map { example in
                            .array([
                                .string(String(example.position)), .string(example.before),
                                example.after.map(JSONValue.string) ?? .null,
                            ])
                        }),
                ])
            )
        }
        return [
            "records": .integer(records), "texts": .integer(texts), "bytes": .integer(bytes),
            "rules": .object(JSONObject(rules)),
            "personal_data": .object(JSONObject(personalData.mapValues(JSONValue.integer))),
            "unusable": .object(JSONObject(unusable.mapValues(JSONValue.integer))),
        ]
    }

    /// - Parameter message: what `message` of a rank of this version made.
    init(message: JSONValue) {
        func counts(_ name: String) -> [String: Int] {
            Dictionary(
                uniqueKeysWithValues: (message[name]?.object ?? [:]).compactMap { name, value in
                    value.integer.map { (name, $0) }
                })
        }
        records = message["records"]?.integer ?? 0
        texts = message["texts"]?.integer ?? 0
        bytes = message["bytes"]?.integer ?? 0
        personalData = counts("personal_data")
        unusable = counts("unusable")
        for (name, value) in message["rules"]?.object ?? [:] {
            guard let rule = CleaningRule(rawValue: name), let parts = value.array, parts.count == 2 else {
                continue
            }
            let examples = (parts[1].array ?? []).compactMap { part -> Example? in
                guard let members = part.array, members.count == 3,
                    let position = members[0].string.flatMap({ UInt64($0) }), let before = members[1].string
                else { return nil }
                return Example(position: position, before: before, after: members[2].string)
            }
            rules[rule] = RuleCount(count: parts[0].integer ?? 0, examples: examples)
        }
    }
}
