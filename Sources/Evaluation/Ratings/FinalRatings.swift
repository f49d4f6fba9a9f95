// What counts of all lines of ratings.jsonl: the last word of each rater on each output.

/// The last rating of each rater, output and criterion, and the last comment of each rater and output.
package struct FinalRatings: Sendable, Equatable {
    private struct Key: Hashable {
        let rater: Rater
        let item: Int
        let system: Int
    }

    private var judgements: [Key: [Judgement?]] = [:]
    private var comments: [Key: String] = [:]
    private var knownRaters: Set<Rater> = []
    /// How many ratings there are; "cannot judge" is none.
    package private(set) var count = 0
    /// How many times a rater could not judge.
    package private(set) var cannotJudgeCount = 0

    package init() {}

    /// The raters of whom there is a line, by name.
    package var raters: [Rater] { knownRaters.sorted() }
    package var commentCount: Int { comments.count }

    package mutating func add(_ record: RatingRecord) {
        switch record {
        case .rating(let rating): add(rating)
        case .comment(let comment): add(comment)
        }
    }

    /// A later rating takes the place of an earlier one.
    package mutating func add(_ rating: Rating) {
        let key = Key(rater: rating.rater, item: rating.item, system: rating.system)
        knownRaters.insert(rating.rater)
        var row = judgements[key] ?? [Judgement?](repeating: nil, count: Criterion.allCases.count)
        count(row[rating.criterion.index], by: -1)
        count(rating.judgement, by: 1)
        row[rating.criterion.index] = rating.judgement
        judgements[key] = row
    }

    private mutating func count(_ judgement: Judgement?, by step: Int) {
        switch judgement {
        case .score: count += step
        case .cannotJudge: cannotJudgeCount += step
        case nil: break
        }
    }

    /// A later comment takes the place of an earlier one, an empty one takes it back.
    package mutating func add(_ comment: RatingComment) {
        knownRaters.insert(comment.rater)
        let key = Key(rater: comment.rater, item: comment.item, system: comment.system)
        comments[key] = comment.text.isEmpty ? nil : comment.text
    }

    /// What a rater said of an output, one for each criterion, nil where missing; nil when nothing was said.
    package func judgements(_ rater: Rater, item: Int, system: Int) -> [Judgement?]? {
        judgements[Key(rater: rater, item: item, system: system)]
    }

    package func judgement(
        _ rater: Rater, item: Int, system: Int, _ criterion: Criterion
    ) -> Judgement? {
        judgements(rater, item: item, system: system)?[criterion.index]
    }

    /// What a rater wrote beside the ratings of an output.
    package func comment(_ rater: Rater, item: Int, system: Int) -> String? {
        comments[Key(rater: rater, item: item, system: system)]
    }

    /// The ratings that a rater gave an output, one for each criterion, nil where there is none; nil when
    /// there is none at all.
    package func scores(_ rater: Rater, item: Int, system: Int) -> [Int?]? {
        let scores = judgements(rater, item: item, system: system)?.map { $0?.score }
        return scores?.contains { $0 != nil } == true ? scores : nil
    }

    package func score(_ rater: Rater, item: Int, system: Int, _ criterion: Criterion) -> Int? {
        judgement(rater, item: item, system: system, criterion)?.score
    }

    /// Whether a rater has said something of all outputs of an item by all criteria.
    package func isComplete(_ rater: Rater, item: Int, systemCount: Int) -> Bool {
        (0..<systemCount).allSatisfy { system in
            judgements(rater, item: item, system: system)?.allSatisfy { $0 != nil } ?? false
        }
    }

    /// Whether a record says something else than what counts already.
    func isChanged(by record: RatingRecord) -> Bool {
        switch record {
        case .rating(let rating):
            judgement(rating.rater, item: rating.item, system: rating.system, rating.criterion)
                != rating.judgement
        case .comment(let comment):
            self.comment(comment.rater, item: comment.item, system: comment.system) ?? "" != comment.text
        }
    }
}
