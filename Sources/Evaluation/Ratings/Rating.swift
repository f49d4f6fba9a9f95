// One rating, and the last ratings of all raters.

import Datasets
import Foundation
import JSON

/// What one rater gave one output by one criterion.
package struct Rating: Sendable, Equatable {
    package let rater: Rater
    /// The item's place in the set.
    package let item: Int
    /// The system's place in the set.
    package let system: Int
    package let criterion: Criterion
    /// 1 to 5; higher is better.
    package let score: Int
    /// When it was given, in UTC (ISO 8601).
    package let time: String

    /// - Parameter time: now when nil.
    package init(
        rater: Rater, item: Int, system: Int, criterion: Criterion, score: Int,
        time: String? = nil
    ) {
        precondition(Criterion.scale.contains(score), "a rating of \(score)")
        (self.rater, self.item, self.system) = (rater, item, system)
        (self.criterion, self.score) = (criterion, score)
        self.time = time ?? Date().ISO8601Format()
    }
}

extension Rating {
    /// The rating as a line of ratings.jsonl, with its line feed.
    func line(of items: RatingItems) -> String {
        JSONValue.members([
            ("rater", .string(rater.name)), ("item", .integer(items.items[item].row)),
            ("system", .string(items.systems[system])), ("criterion", .string(criterion.rawValue)),
            ("rating", .integer(score)), ("time", .string(time)),
        ]).json + "\n"
    }

    /// Reads a line of ratings.jsonl. Throws a phrase without the place.
    init(line: JSONValue, of items: RatingItems) throws(RatingsError) {
        guard let name = line["rater"]?.string, let row = line["item"]?.wholeNumber,
            let systemName = line["system"]?.string, let criterionName = line["criterion"]?.string,
            let score = line["rating"]
        else { throw RatingsError("rater, item, system, criterion or rating is missing") }
        let rater = try Rater(name)
        guard let item = items.index(ofRow: row) else { throw .unknownItem(String(row)) }
        guard let system = items.systems.firstIndex(of: systemName) else {
            throw .unknownSystem(systemName, known: items.systems)
        }
        guard let criterion = Criterion(rawValue: criterionName) else {
            throw .unknownCriterion(criterionName)
        }
        guard let score = score.wholeNumber, Criterion.scale.contains(score) else {
            throw .badScore(score.json, criterion)
        }
        self.init(
            rater: rater, item: item, system: system, criterion: criterion, score: score,
            time: line["time"]?.string ?? "")
    }
}

/// The last rating of each rater, output and criterion.
package struct FinalRatings: Sendable, Equatable {
    private struct Key: Hashable {
        let rater: Rater
        let item: Int
        let system: Int
    }

    private var scores: [Key: [Int?]] = [:]
    private var knownRaters: Set<Rater> = []
    /// How many ratings there are.
    package private(set) var count = 0

    package init() {}

    /// The raters with at least one rating, by name.
    package var raters: [Rater] { knownRaters.sorted() }

    /// A later rating takes the place of an earlier one.
    package mutating func add(_ rating: Rating) {
        let key = Key(rater: rating.rater, item: rating.item, system: rating.system)
        knownRaters.insert(rating.rater)
        var row = scores[key] ?? [Int?](repeating: nil, count: Criterion.allCases.count)
        if row[rating.criterion.index] == nil { count += 1 }
        row[rating.criterion.index] = rating.score
        scores[key] = row
    }

    /// What a rater gave an output, one for each criterion, nil where missing; nil when nothing was given.
    package func scores(_ rater: Rater, item: Int, system: Int) -> [Int?]? {
        scores[Key(rater: rater, item: item, system: system)]
    }

    package func score(_ rater: Rater, item: Int, system: Int, _ criterion: Criterion) -> Int? {
        scores(rater, item: item, system: system)?[criterion.index]
    }

    /// Whether a rater has rated all outputs of an item by all criteria.
    package func isComplete(_ rater: Rater, item: Int, systemCount: Int) -> Bool {
        (0..<systemCount).allSatisfy { system in
            scores(rater, item: item, system: system)?.allSatisfy { $0 != nil } ?? false
        }
    }
}
