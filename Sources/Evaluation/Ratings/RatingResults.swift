// What the ratings say: means, agreement of the raters, and which system is preferred, each with its
// interval.

package import Metrics

/// What a figure is of: one criterion, or all three taken together.
package enum RatingAspect: String, Sendable, CaseIterable {
    case naturalness, correctness, helpfulness
    /// The mean of the three criteria, where all three were rated.
    case overall

    /// The aspect's rating as an integer in units of 1 / `divisor`.
    func score(_ scores: [Int?]?) -> Int64? {
        guard let scores else { return nil }
        switch self {
        case .naturalness, .correctness, .helpfulness:
            return criterion.flatMap { scores[$0.index] }.map(Int64.init)
        case .overall:
            let given = scores.compactMap { $0 }
            return given.count == scores.count ? Int64(given.reduce(0, +)) : nil
        }
    }

    var criterion: Criterion? { Criterion(rawValue: rawValue) }
    var divisor: Double { self == .overall ? Double(Criterion.allCases.count) : 1 }
}

/// The result of a human evaluation.
///
/// Ratings of one item hang together, so intervals come from a bootstrap that draws items, 1,000 times. With
/// fewer than two items, bounds are NaN.
package struct RatingResults: Sendable {
    package static let replicateCount = 1000
    package static let level = 0.95

    /// The mean rating of a system.
    package struct Mean: Sendable {
        package let system: Int
        package let aspect: RatingAspect
        /// Ratings that the mean is of.
        package let ratings: Int
        /// Items that these are of.
        package let items: Int
        package let mean: ConfidenceInterval
    }

    /// How far raters agree on outputs that two or more have rated.
    package struct Agreement: Sendable {
        package let criterion: Criterion
        /// Outputs with two or more ratings.
        package let outputs: Int
        /// Krippendorff's alpha; NaN when no output has two ratings or all ratings are alike.
        package let ordinal: ConfidenceInterval
        package let interval: ConfidenceInterval
    }

    /// Two systems on the items where one rater rated both.
    package struct Comparison: Sendable {
        package let aspect: RatingAspect
        package let system: Int
        package let other: Int
        package let wins: Int
        package let losses: Int
        package let ties: Int
        /// Items that the comparisons are of.
        package let items: Int
        /// Share of comparisons that `system` wins, a tie being half a win.
        package let winRate: ConfidenceInterval
        /// Mean rating of `system` less that of `other`.
        package let difference: ConfidenceInterval
        /// The probability of such a difference, if the systems were equally good; NaN for fewer than two
        /// items.
        package let pValue: Double
    }

    /// How often raters could not judge a system by a criterion.
    package struct Unjudged: Sendable, Equatable {
        package let system: Int
        package let criterion: Criterion
        package let count: Int
    }

    /// What a rater wrote beside the ratings of an output.
    package struct Remark: Sendable, Equatable {
        package let rater: Rater
        package let item: Int
        package let row: Int
        package let system: Int
        package let text: String
    }

    package let systems: [String]
    package let raters: [Rater]
    /// Indices of the items with at least one rating.
    package let rated: [Int]
    package let itemCount: Int
    /// "Cannot judge" is no rating.
    package let ratingCount: Int
    package let cannotJudgeCount: Int
    /// Of each system and criterion that some rater could not judge.
    package let unjudged: [Unjudged]
    /// By item, system and rater.
    package let remarks: [Remark]
    /// Of each system and aspect that was rated.
    package let means: [Mean]
    /// Of each criterion, where two raters rated the same output.
    package let agreements: [Agreement]
    /// Of each pair of systems and each aspect.
    package let comparisons: [Comparison]

    /// Number of items with at least one rating.
    package var ratedItems: Int { rated.count }

    package init(_ ratings: FinalRatings, of items: RatingItems) {
        let table = RatingTable(ratings, items)
        systems = items.systems
        raters = table.raters
        itemCount = items.items.count
        ratingCount = ratings.count
        rated = table.ratedItems
        cannotJudgeCount = ratings.cannotJudgeCount
        unjudged = table.unjudged
        remarks = table.remarks(items)
        let aspects = RatingAspect.allCases
        means = aspects.flatMap { aspect in
            items.systems.indices.compactMap { table.mean(of: $0, aspect) }
        }
        agreements = Criterion.allCases.compactMap(table.agreement(on:))
        let pairs = items.systems.indices.flatMap { first in
            items.systems.indices.dropFirst(first + 1).map { (first, $0) }
        }
        comparisons = aspects.flatMap { aspect in
            pairs.compactMap { table.comparison($0.0, $0.1, aspect) }
        }
    }
}

/// Sums the ratings item by item.
private struct RatingTable {
    let ratings: FinalRatings
    let raters: [Rater]
    let systemCount: Int
    let seed: UInt64
    private let allItems: Range<Int>
    /// Items with a rating.
    let ratedItems: [Int]

    init(_ ratings: FinalRatings, _ items: RatingItems) {
        let (raters, systemCount) = (ratings.raters, items.systems.count)
        self.ratings = ratings
        self.raters = raters
        self.systemCount = systemCount
        seed = items.seed
        allItems = items.items.indices
        ratedItems = items.items.indices.filter { item in
            raters.contains { rater in
                (0..<systemCount).contains { ratings.scores(rater, item: item, system: $0) != nil }
            }
        }
    }

    var unjudged: [RatingResults.Unjudged] {
        (0..<systemCount).flatMap { system in
            Criterion.allCases.compactMap { criterion in
                let count = raters.reduce(0) { sum, rater in
                    sum
                        + allItems.count {
                            ratings.judgement(rater, item: $0, system: system, criterion) == .cannotJudge
                        }
                }
                return count == 0 ? nil : .init(system: system, criterion: criterion, count: count)
            }
        }
    }

    func remarks(_ items: RatingItems) -> [RatingResults.Remark] {
        allItems.flatMap { item in
            (0..<systemCount).flatMap { system in
                raters.compactMap { rater in
                    ratings.comment(rater, item: item, system: system).map {
                        .init(rater: rater, item: item, row: items.items[item].row, system: system, text: $0)
                    }
                }
            }
        }
    }

    private func score(_ rater: Rater, _ item: Int, _ system: Int, _ aspect: RatingAspect) -> Int64? {
        aspect.score(ratings.scores(rater, item: item, system: system))
    }

    /// A figure of the items' sums; bounds are NaN when there is one item alone.
    private func interval(
        _ rows: [[Int64]], _ statistic: ([Int64]) -> Double
    ) -> ConfidenceInterval {
        guard rows.count >= 2 else {
            return ConfidenceInterval(
                estimate: statistic([Int64].sum(rows)), lower: .nan, upper: .nan, level: RatingResults.level)
        }
        return replicates(rows).interval(level: RatingResults.level, of: statistic)
    }

    private func replicates(_ rows: [[Int64]]) -> BootstrapReplicates {
        BootstrapReplicates(resampling: rows, replicateCount: RatingResults.replicateCount, seed: seed)
    }

    func mean(of system: Int, _ aspect: RatingAspect) -> RatingResults.Mean? {
        let rows = ratedItems.compactMap { item -> [Int64]? in
            let scores = raters.compactMap { score($0, item, system, aspect) }
            return scores.isEmpty ? nil : [scores.reduce(0, +), Int64(scores.count)]
        }
        if rows.isEmpty { return nil }
        return RatingResults.Mean(
            system: system, aspect: aspect, ratings: Int([Int64].sum(rows)[1]), items: rows.count,
            mean: interval(rows) { sums in Double(sums[0]) / (Double(sums[1]) * aspect.divisor) })
    }

    func agreement(on criterion: Criterion) -> RatingResults.Agreement? {
        let values = Criterion.scale.map(Double.init)
        var outputs = 0
        let units = ratedItems.map { item in
            (0..<systemCount).map { system in
                raters.compactMap { rater in
                    ratings.score(rater, item: item, system: system, criterion).map { $0 - 1 }
                }
            }.filter { $0.count >= 2 }
        }.filter { !$0.isEmpty }
        let most = units.joined().map(\.count).max() ?? 0
        if most < 2 { return nil }
        let rows = units.map { unit in
            var coincidences = RatingCoincidences(values: values, maximumRaters: most)
            for scores in unit { coincidences.add(scores) }
            outputs += unit.count
            return coincidences.words
        }
        func alpha(_ level: RatingCoincidences.Level) -> ConfidenceInterval {
            interval(rows) { words in
                RatingCoincidences(values: values, maximumRaters: most, words: words).alpha(level)
            }
        }
        return RatingResults.Agreement(
            criterion: criterion, outputs: outputs, ordinal: alpha(.ordinal), interval: alpha(.interval))
    }

    func comparison(_ system: Int, _ other: Int, _ aspect: RatingAspect) -> RatingResults.Comparison? {
        var total = PairwisePreferences(systemCount: 2)
        var preferences: [[Int64]] = []
        var sums: [[Int64]] = []
        for item in ratedItems {
            var counts = PairwisePreferences(systemCount: 2)
            var sum: [Int64] = [0, 0, 0, 0]
            for rater in raters {
                guard let first = score(rater, item, system, aspect),
                    let second = score(rater, item, other, aspect)
                else { continue }
                counts.add([Double(first), Double(second)])
                sum = [sum[0] + first, sum[1] + 1, sum[2] + second, sum[3] + 1]
            }
            if sum[1] == 0 { continue }
            total.merge(counts)
            preferences.append(counts.words)
            sums.append(sum)
        }
        if sums.isEmpty { return nil }
        let mean = { (sums: [Int64]) in Double(sums[0]) / (Double(sums[1]) * aspect.divisor) }
        let test = sums.count < 2 ? nil : replicates(sums).difference(level: RatingResults.level, of: mean)
        return RatingResults.Comparison(
            aspect: aspect, system: system, other: other, wins: Int(total.wins(0, over: 1)),
            losses: Int(total.wins(1, over: 0)), ties: Int(total.ties(0, 1)), items: sums.count,
            winRate: winRate(preferences),
            difference: test?.difference
                ?? interval(sums) { mean($0) - mean(Array($0[2...])) },
            pValue: test?.pValue ?? .nan)
    }

    /// Where all comparisons go the same way, resampling shows no spread: the interval is Wilson's over the
    /// items.
    private func winRate(_ rows: [[Int64]]) -> ConfidenceInterval {
        let found = interval(rows) { PairwisePreferences(systemCount: 2, words: $0).winRate(0, over: 1) }
        guard found.estimate == 0 || found.estimate == 1 else { return found }
        let items = Int64(rows.count)
        return .wilson(
            successes: found.estimate == 1 ? items : 0, trials: items, level: RatingResults.level)
    }
}

extension [Int64] {
    /// The element-wise sum of rows of one width.
    fileprivate static func sum(_ rows: [[Int64]]) -> [Int64] {
        rows.dropFirst().reduce(rows.first ?? []) { total, row in zip(total, row).map(+) }
    }
}
