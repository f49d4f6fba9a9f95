// One rating or comment as a line of ratings.jsonl.

import Datasets
import Foundation
package import JSON

/// What a rater said of an output by one criterion.
package enum Judgement: Sendable, Equatable {
    /// 1 to 5; higher is better.
    case score(Int)
    /// The rater cannot tell. It is an answer, so that the item counts as done, but no rating.
    case cannotJudge

    /// How `cannotJudge` stands in files, in sheets and in the page's requests.
    package static let cannotJudgeWords = "cannot judge"

    /// Nil for what is neither a whole number of the scale nor the words.
    package init?(_ value: JSONValue?) {
        if let score = value?.wholeNumber, Criterion.scale.contains(score) {
            self = .score(score)
        } else if value?.string?.lowercased() == Self.cannotJudgeWords {
            self = .cannotJudge
        } else {
            return nil
        }
    }

    package var score: Int? { if case .score(let score) = self { score } else { nil } }

    package var value: JSONValue {
        switch self {
        case .score(let score): .integer(score)
        case .cannotJudge: .string(Self.cannotJudgeWords)
        }
    }
}

/// What one rater gave one output by one criterion.
package struct Rating: Sendable, Equatable {
    package let rater: Rater
    /// The item's place in the set.
    package let item: Int
    /// The system's place in the set.
    package let system: Int
    package let criterion: Criterion
    package let judgement: Judgement
    /// When it was given, in UTC (ISO 8601).
    package let time: String

    /// - Parameter time: now when nil.
    package init(
        rater: Rater, item: Int, system: Int, criterion: Criterion, score: Int,
        time: String? = nil
    ) {
        self.init(
            rater: rater, item: item, system: system, criterion: criterion, judgement: .score(score),
            time: time)
    }

    /// - Parameter time: now when nil.
    package init(
        rater: Rater, item: Int, system: Int, criterion: Criterion, judgement: Judgement, time: String? = nil
    ) {
        if let score = judgement.score {
            precondition(Criterion.scale.contains(score), "a rating of \(score)")
        }
        (self.rater, self.item, self.system) = (rater, item, system)
        (self.criterion, self.judgement) = (criterion, judgement)
        self.time = time ?? Date().ISO8601Format()
    }
}

/// What a rater wrote beside the ratings of an output; an empty text takes an earlier one back.
package struct RatingComment: Sendable, Equatable {
    /// The longest comment, in characters.
    package static let limit = 2000

    package let rater: Rater
    /// The item's place in the set.
    package let item: Int
    /// The system's place in the set.
    package let system: Int
    package let text: String
    /// When it was written, in UTC (ISO 8601).
    package let time: String

    /// White space around the text does not count.
    /// - Parameter time: now when nil.
    /// - Throws: if the text is too long.
    package init(
        rater: Rater, item: Int, system: Int, text: String, time: String? = nil
    ) throws(RatingsError) {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.count <= Self.limit else { throw .longComment(trimmed.count) }
        (self.rater, self.item, self.system, self.text) = (rater, item, system, trimmed)
        self.time = time ?? Date().ISO8601Format()
    }
}

/// A line of ratings.jsonl.
package enum RatingRecord: Sendable, Equatable {
    case rating(Rating)
    case comment(RatingComment)

    /// The line with its line feed.
    func line(of items: RatingItems) -> String {
        func members(_ rater: Rater, _ item: Int, _ system: Int) -> [(String, JSONValue)] {
            [
                ("rater", .string(rater.name)), ("item", .integer(items.items[item].row)),
                ("system", .string(items.systems[system])),
            ]
        }
        let value: JSONValue
        switch self {
        case .rating(let rating):
            value = .members(
                members(rating.rater, rating.item, rating.system) + [
                    ("criterion", .string(rating.criterion.rawValue)), ("rating", rating.judgement.value),
                    ("time", .string(rating.time)),
                ])
        case .comment(let comment):
            value = .members(
                members(comment.rater, comment.item, comment.system) + [
                    ("comment", .string(comment.text)), ("time", .string(comment.time)),
                ])
        }
        return value.json + "\n"
    }

    /// Reads a line of ratings.jsonl. Throws a phrase without the place.
    init(line: JSONValue, of items: RatingItems) throws(RatingsError) {
        let comment = line["criterion"] == nil ? line["comment"]?.string : nil
        guard let name = line["rater"]?.string, let row = line["item"]?.wholeNumber,
            let systemName = line["system"]?.string,
            comment != nil || (line["criterion"]?.string != nil && line["rating"] != nil)
        else {
            throw RatingsError("rater, item, system, criterion or rating is missing, and there is no comment")
        }
        let rater = try Rater(name)
        guard let item = items.index(ofRow: row) else { throw .unknownItem(String(row)) }
        guard let system = items.systems.firstIndex(of: systemName) else {
            throw .unknownSystem(systemName, known: items.systems)
        }
        let time = line["time"]?.string ?? ""
        if let comment {
            self = .comment(
                try RatingComment(rater: rater, item: item, system: system, text: comment, time: time))
            return
        }
        let criterionName = line["criterion"]?.string ?? ""
        guard let criterion = Criterion(rawValue: criterionName) else {
            throw .unknownCriterion(criterionName)
        }
        guard let judgement = Judgement(line["rating"]) else {
            throw .badScore(line["rating"]?.json ?? "", criterion)
        }
        self = .rating(
            Rating(
                rater: rater, item: item, system: system, criterion: criterion, judgement: judgement,
                time: time))
    }
}
