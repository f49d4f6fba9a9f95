// The labelled sentences and numbers that packages of Python made.

import Foundation
import Preparation
import TestSupport

enum PersonalDataGoldens {
    /// A sentence with the places of its personal data.
    struct Sentence: Decodable {
        let text: String
        let spans: [(range: Range<Int>, type: String)]

        init(from decoder: any Decoder) throws {
            var parts = try decoder.unkeyedContainer()
            text = try parts.decode(String.self)
            var list = try parts.nestedUnkeyedContainer()
            var spans: [(Range<Int>, String)] = []
            while !list.isAtEnd {
                var span = try list.nestedUnkeyedContainer()
                let start = try span.decode(Int.self)
                let end = try span.decode(Int.self)
                spans.append((start..<end, try span.decode(String.self)))
            }
            self.spans = spans
        }
    }

    /// A number and whether its country's rules hold for it.
    struct National: Decodable {
        let type: String
        let text: String
        let isValid: Bool

        init(from decoder: any Decoder) throws {
            var parts = try decoder.unkeyedContainer()
            type = try parts.decode(String.self)
            text = try parts.decode(String.self)
            isValid = try parts.decode(Bool.self)
        }
    }

    struct Checks: Decodable {
        let national: [National]
        let phones: [String]
        let accounts: [String]
        /// Successes, trials, and both ends of the interval.
        let intervals: [[Double]]
    }

    private static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: expandedGolden("Goldens/\(name)"))
    }

    static let sentences = Result { try load("sentences.json.gz", as: [Sentence].self) }
    static let checks = Result { try load("checks.json", as: Checks.self) }
}

/// What a cleaner finds of labelled data, by type.
struct DetectionTable {
    struct Counts {
        var found = 0
        var missed = 0
        var mistaken = 0

        var recall: Double { Double(found) / Double(max(1, found + missed)) }
        var precision: Double { Double(found) / Double(max(1, found + mistaken)) }
    }

    private(set) var counts: [PersonalDataType: Counts] = [:]
    private(set) var errors: [String] = []

    /// All types that have a form of their own, together.
    var structured: Counts {
        counts.filter { $0.key.isStructured }.values.reduce(into: Counts()) { sum, one in
            sum.found += one.found
            sum.missed += one.missed
            sum.mistaken += one.mistaken
        }
    }

    /// A value is found if a span of its type covers it: intersection over union of 0.8, of 0.5 for names and
    /// places.
    mutating func add(_ sentence: PersonalDataGoldens.Sentence, found: [PersonalDataSpan]) {
        var used: Set<Int> = []
        let bytes = Array(sentence.text.utf8)
        for (range, name) in sentence.spans {
            guard let type = PersonalDataType(rawValue: name) else {
                errors.append("no type is named \(name)")
                continue
            }
            let bound = type.isStructured ? 0.8 : 0.5
            let match = found.indices.first {
                found[$0].type == type && Self.overlap(found[$0].range, range) >= bound
            }
            if let match {
                used.insert(match)
                counts[type, default: Counts()].found += 1
            } else {
                counts[type, default: Counts()].missed += 1
                errors.append("\(name) missed: \(String(decoding: bytes[range], as: UTF8.self))")
            }
        }
        for (index, span) in found.enumerated() where !used.contains(index) {
            counts[span.type, default: Counts()].mistaken += 1
            errors.append(
                "\(span.type.rawValue) mistaken: \(String(decoding: bytes[span.range], as: UTF8.self))")
        }
    }

    private static func overlap(_ first: Range<Int>, _ second: Range<Int>) -> Double {
        let common = first.clamped(to: second).count
        return Double(common) / Double(first.count + second.count - common)
    }
}
