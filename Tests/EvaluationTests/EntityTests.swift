// Entities of tags and their figures against seqeval (see Goldens/entities/generate.py), and on several
// ranks.

import DataParallel
import Datasets
import Evaluation
import Foundation
import JSON
import Metrics
import Models
import Synchronization
import Testing

/// One sentence of a golden case.
private struct Sentence {
    let truth, prediction: [EntityTag]
    let entities: [Entity]

    init(_ json: JSONValue) throws {
        func tags(_ key: String) throws -> [EntityTag] {
            try #require(json[key]?.array).map { try #require(EntityTag($0.string ?? "")) }
        }
        (truth, prediction) = (try tags("truth"), try tags("prediction"))
        entities = try #require(json["entities"]?.array).map { entity in
            let parts = try #require(entity.array)
            return Entity(
                label: try #require(parts[0].string),
                range: try #require(parts[1].integer)..<(try #require(parts[2].integer)))
        }
    }

    func row(_ number: Int) -> PredictedRow {
        let right = zip(truth, prediction).filter { $0 == $1 }.count
        return PredictedRow(
            number: number, prediction: list(prediction.entities), references: [list(truth.entities).json],
            loss: RowLoss(sum: Double(number + 1) / 8, count: truth.count, correct: right))
    }

    private func list(_ entities: [Entity]) -> JSONValue { .array(entities.map { $0.value() }) }
}

@Suite struct EntityTests {
    private static func cases() throws -> [JSONValue] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/entities/entities.json")
        return try #require(try JSONValue(parsing: [UInt8](Data(contentsOf: file))).array)
    }

    private static func sentences(_ json: JSONValue) throws -> [Sentence] {
        try #require(json["sentences"]?.array).map(Sentence.init)
    }

    @Test("random tags of every scheme stand for the entities that seqeval finds")
    func entities() throws {
        let sentences = try Self.cases().flatMap(Self.sentences)
        #expect(sentences.count >= 200)
        for sentence in sentences {
            #expect(sentence.prediction.entities == sentence.entities, "\(sentence.prediction.map(\.name))")
        }
    }

    @Test("precision, recall, F1 and accuracy, and those of each label, are seqeval's to the last bit")
    func figures() throws {
        for (number, json) in try Self.cases().enumerated() {
            let labels = try #require(json["labels"]?.object)
            let scorer = EntityScorer(labels: Array(labels.names))
            var sums = [Int64](repeating: 0, count: scorer.width)
            for (row, sentence) in try Self.sentences(json).enumerated() {
                sums = zip(sums, scorer.counts(of: sentence.row(row))).map { $0 + $1 }
            }
            let metrics = Dictionary(
                uniqueKeysWithValues: scorer.metrics.map { ($0.name, $0.value(sums)) })
            let overall = try #require(json["overall"]?.array)
            for (name, expected) in zip(["precision", "recall", "f1"], overall) {
                #expect(metrics[name] == expected.double, "case \(number): \(name)")
            }
            #expect(metrics["accuracy"] == json["accuracy"]?.double, "case \(number)")
            for (label, values) in labels {
                let found = ["_precision", "_recall", "_f1", "_number"].map { metrics[label + $0] }
                #expect(found == values.array?.map(\.double), "case \(number): \(label)")
            }
        }
    }

    @Test("all figures have the same bits on 1 to 4 ranks, and lie in their intervals")
    func ranks() throws {
        let sentences = try Self.cases().flatMap(Self.sentences)
        func result(ranks: Int) throws -> [MetricValue] {
            let found = Mutex<[MetricValue]>([])
            try ThreadProcessGroup.run(size: ranks) { group in
                let evaluation = RowEvaluation(
                    .entities(labels: ["LOC", "ORG-X", "PER", "e"]), group: group, seed: 11)
                for (number, sentence) in sentences.enumerated()
                where number / 8 % group.size == group.rank {
                    try evaluation.add(sentence.row(number))
                }
                let estimates = try evaluation.finish().estimates
                if group.rank == 0 { found.withLock { $0 = estimates } }
            }
            return found.withLock { $0 }
        }
        let alone = try result(ranks: 1)
        #expect(alone.prefix(5).map(\.name) == ["loss", "precision", "recall", "f1", "accuracy"])
        #expect(alone.count == 5 + 4 * 4)
        for value in alone {
            let interval = try #require(value.interval)
            #expect(interval.lower <= value.value && value.value <= interval.upper, "\(value)")
        }
        for ranks in 2...4 { #expect(try result(ranks: ranks) == alone) }
        #expect(
            RowEvaluation.descriptions(.entities(labels: ["LOC"])).map(\.name)
                == ["loss", "precision", "recall", "f1", "accuracy"])
    }

    @Test("a name is a tag in the four forms of seqeval's schemes and no other")
    func names() {
        for name in ["O", "B-PER", "I-A-B", "E-x", "S-1", "L-é", "U-PER"] {
            #expect(EntityTag(name)?.name == name)
        }
        for name in ["", "o", "B", "B-", "PER", "-PER", "X-PER", "O-PER", "BI-PER"] {
            #expect(EntityTag(name) == nil, "\(name)")
        }
    }
}
