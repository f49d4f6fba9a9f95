// What a proof of privacy found: recall and precision a type with their intervals, and what leaked.

package import JSON

/// The result of a proof: how many of the planted values the cleaner found.
package struct PrivacyCertificate: Sendable, Equatable {
    /// How many leaks of a type are listed.
    static let shownLeaks = 20
    /// The two-sided confidence of the intervals.
    package static let confidence = 0.95

    package struct Counts: Sendable, Equatable {
        package internal(set) var planted = 0
        /// Values that were found, as their type and at their place.
        package internal(set) var found = 0
        /// Values of which a letter or a digit stayed in the text.
        package internal(set) var leaked = 0
        /// Spans of the type on values of another type or on decoys.
        package internal(set) var mistaken = 0

        package var recall: WilsonInterval { WilsonInterval(found, of: planted) }
        package var precision: WilsonInterval { WilsonInterval(found, of: found + mistaken) }
    }

    /// An invented value that stayed, in the sentence that carried it; nothing of the record is repeated.
    package struct Leak: Sendable, Equatable {
        package let type: PersonalDataType
        package let value: String
        package let sentence: String
    }

    package let seed: UInt64
    package let recordCount: Int
    package let counts: [PersonalDataType: Counts]
    package let leaks: [Leak]

    /// The types whose recall is not certain to reach a bound: the lower end of the interval lies below it.
    package func types(belowRecall bound: Double) -> [PersonalDataType] {
        counts.filter { $0.value.planted > 0 && $0.value.recall.lower < bound }.keys.sorted()
    }

    /// The types whose precision is not certain to reach a bound.
    package func types(belowPrecision bound: Double) -> [PersonalDataType] {
        counts.filter { $0.value.found + $0.value.mistaken > 0 && $0.value.precision.lower < bound }.keys
            .sorted()
    }

    /// The certificate as a file holds it.
    package var json: JSONValue {
        let rows = counts.sorted { $0.key < $1.key }.map { type, counts -> JSONValue in
            [
                "type": .string(type.rawValue), "planted": .integer(counts.planted),
                "found": .integer(counts.found),
                "leaked": .integer(counts.leaked), "mistaken": .integer(counts.mistaken),
                "recall": counts.recall.json, "precision": counts.precision.json,
            ]
        }
        let left = leaks.map { leak -> JSONValue in
            [
                "type": .string(leak.type.rawValue), "value": .string(leak.value),
                "sentence": .string(leak.sentence),
            ]
        }
        return [
            "seed": .string(String(seed)), "records": .integer(recordCount),
            "confidence": .figure(Self.confidence),
            "types": .array(rows), "leaks": .array(left),
        ]
    }
}
