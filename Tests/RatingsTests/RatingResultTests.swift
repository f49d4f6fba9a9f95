// Means, agreement and win rates against figures computed apart from this code.

import Datasets
import JSON
import Metrics
import Ratings
import TestSupport
import Testing

@Suite struct RatingResultTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Three raters on eight items of two systems; a missing rating is 0.
    private static let table: [(rater: String, scores: [[[Int]]])] = [
        (
            "ann",
            [
                [[5, 4, 4], [3, 3, 2]], [[4, 4, 5], [4, 2, 2]], [[5, 5, 5], [2, 3, 3]],
                [[3, 4, 4], [3, 4, 4]],
                [[4, 3, 4], [5, 4, 4]], [[5, 5, 4], [1, 2, 1]], [[4, 4, 4], [3, 3, 3]],
                [[2, 3, 3], [2, 2, 3]],
            ]
        ),
        (
            "ben",
            [
                [[4, 4, 4], [3, 2, 2]], [[5, 4, 4], [3, 3, 2]], [[4, 5, 5], [3, 3, 3]],
                [[3, 3, 4], [4, 4, 4]],
                [[0, 0, 0], [0, 0, 0]], [[5, 4, 4], [2, 2, 2]], [[4, 0, 4], [3, 3, 2]],
                [[3, 3, 3], [2, 3, 3]],
            ]
        ),
        (
            "cho",
            [
                [[5, 5, 4], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]], [[5, 4, 5], [3, 4, 3]],
                [[4, 4, 4], [3, 3, 3]],
                [[4, 4, 4], [4, 4, 4]], [[0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]],
                [[3, 3, 2], [1, 2, 2]],
            ]
        ),
    ]

    private func results() throws -> RatingResults {
        var ratings = FinalRatings()
        for (rater, items) in Self.table {
            for (item, systems) in items.enumerated() {
                for (system, scores) in systems.enumerated() {
                    for (criterion, score) in zip(Criterion.allCases, scores) where score > 0 {
                        ratings.add(
                            Rating(
                                rater: try Rater(rater), item: item, system: system, criterion: criterion,
                                score: score))
                    }
                }
            }
        }
        return RatingResults(ratings, of: try folder.items(rows: 9))
    }

    private func close(_ found: Double, _ expected: Double, within tolerance: Double = 1e-12) -> Bool {
        abs(found - expected) <= tolerance
    }

    /// Computed with numpy 2 from the table above.
    @Test("means are over all ratings of a system, the overall one over outputs with all three")
    func means() throws {
        let results = try results()
        let expected: [(RatingAspect, Int, mean: Double, ratings: Int)] = [
            (.naturalness, 0, 4.05, 20), (.naturalness, 1, 2.8421052631578947, 19),
            (.correctness, 0, 3.9473684210526314, 19), (.correctness, 1, 2.9473684210526314, 19),
            (.helpfulness, 0, 4, 20), (.helpfulness, 1, 2.736842105263158, 19),
            (.overall, 0, 4, 19), (.overall, 1, 2.8421052631578942, 19),
        ]
        #expect(results.means.count == expected.count)
        for (found, (aspect, system, mean, ratings)) in zip(results.means, expected) {
            #expect(found.aspect == aspect && found.system == system)
            #expect(close(found.mean.estimate, mean), "\(aspect) \(system)")
            #expect(found.ratings == ratings && found.items == 8)
        }
        #expect(results.raters.map(\.name) == ["ann", "ben", "cho"])
        #expect(results.ratedItems == 8 && results.itemCount == 9 && results.ratingCount == 116)
    }

    /// Computed with the package krippendorff 0.8.
    @Test("alpha takes every output that two or three raters rated")
    func agreement() throws {
        let expected = [
            (0.7923219202731769, 0.7752688172043011, 16), (0.6806227780871204, 0.6654275092936803, 15),
            (0.8863247863247863, 0.8509803921568627, 16),
        ]
        let found = try results().agreements
        #expect(found.map(\.criterion) == Criterion.allCases)
        for (agreement, (ordinal, interval, outputs)) in zip(found, expected) {
            #expect(close(agreement.ordinal.estimate, ordinal))
            #expect(close(agreement.interval.estimate, interval))
            #expect(agreement.outputs == outputs)
            #expect(agreement.ordinal.lower < ordinal && ordinal < agreement.ordinal.upper)
        }
    }

    @Test("win rates count a rater's ratings of both systems, a tie as half a win")
    func comparisons() throws {
        let found = try results().comparisons
        #expect(found.map(\.aspect) == RatingAspect.allCases)
        let expected = [
            (13, 2, 4, 0.7894736842105263, 1.1578947368421053),
            (12, 2, 4, 0.7777777777777778, 0.9444444444444442),
            (12, 0, 7, 0.8157894736842105, 1.263157894736842),
            (14, 2, 2, 0.8333333333333334, 1.1111111111111112),
        ]
        for (pair, (wins, losses, ties, rate, difference)) in zip(found, expected) {
            #expect([pair.wins, pair.losses, pair.ties] == [wins, losses, ties])
            #expect(close(pair.winRate.estimate, rate) && close(pair.difference.estimate, difference))
            #expect(pair.items == 8)
        }
    }

    /// The bounds are those of 200,000 replicates of numpy over the same items; ours has 1,000.
    @Test("intervals are those of a bootstrap over items")
    func intervals() throws {
        let results = try results()
        let mean = results.means[0].mean
        #expect(close(mean.lower, 3.476, within: 0.1) && close(mean.upper, 4.579, within: 0.1))
        let overall = results.comparisons[3]
        #expect(close(overall.difference.lower, 0.463, within: 0.15))
        #expect(close(overall.difference.upper, 1.815, within: 0.15))
        #expect(close(overall.winRate.lower, 0.625, within: 0.06) && overall.winRate.upper <= 1)
        #expect(overall.pValue < 0.01)
        #expect(results.document.json == (try self.results().document.json))
    }

    @Test("one item, one rater and no rating at all give what can be had and null for the rest")
    func fewRatings() throws {
        let items = try folder.items(rows: 2)
        let one = RatingResults(try FinalRatings([("ann", 1, 0, [5, 4, 3])]), of: items)
        #expect(one.agreements.isEmpty && one.comparisons.isEmpty)
        #expect(one.means.map(\.mean.estimate) == [5, 4, 3, 4])
        #expect(one.means.allSatisfy { $0.mean.lower.isNaN && $0.mean.upper.isNaN })
        #expect(one.document.json.contains("\"mean\": 5, \"low\": null, \"high\": null, \"count\": 1"))
        let none = RatingResults(FinalRatings(), of: items)
        #expect(none.means.isEmpty && none.ratingCount == 0 && none.ratedItems == 0)
        let pair = RatingResults(
            try FinalRatings([("ann", 0, 0, [5, 5, 5]), ("ann", 0, 1, [1, 1, 1])]), of: items)
        #expect(pair.comparisons.allSatisfy { $0.winRate.estimate == 1 && $0.pValue.isNaN })
    }

    @Test("what could not be judged is counted and changes no figure; comments are listed")
    func withoutRating() throws {
        let items = try folder.items(rows: 3)
        let ann = try Rater("ann")
        var ratings = try FinalRatings([("ann", 0, 0, [5, 4, 3]), ("ann", 0, 1, [4, 4, 4])])
        let before = RatingResults(ratings, of: items)
        for criterion in [Criterion.correctness, .helpfulness] {
            ratings.add(
                Rating(rater: ann, item: 1, system: 1, criterion: criterion, judgement: .cannotJudge))
        }
        ratings.add(try RatingComment(rater: ann, item: 2, system: 0, text: "odd"))
        let results = RatingResults(ratings, of: items)
        #expect(results.ratingCount == 6 && results.rated == [0] && results.cannotJudgeCount == 2)
        #expect(results.means.map(\.mean.estimate) == before.means.map(\.mean.estimate))
        #expect(results.means.map(\.ratings) == before.means.map(\.ratings))
        #expect(results.unjudged.map(\.criterion) == [.correctness, .helpfulness])
        #expect(results.unjudged.allSatisfy { $0.system == 1 && $0.count == 1 })
        let json = results.document.json
        for part in [
            #""ratings": 6, "cannot_judge": 2"#, #""cannot_judge": {"correctness": 1, "helpfulness": 1}"#,
            #""comments": [{"item": 3, "system": "a", "rater": "ann", "comment": "odd"}]"#,
        ] { #expect(json.contains(part), "\(json)") }
    }

    @Test("where one system wins throughout, the win rate's interval is Wilson's over items, not a point")
    func certainWins() throws {
        let outputs = (0..<6).flatMap { item in
            [("ann", item, 0, [4, 5, 4]), ("ann", item, 1, [2, 3, 2])]
        }
        let pair = RatingResults(try FinalRatings(outputs), of: try folder.items(rows: 6)).comparisons[0]
        let wilson = ConfidenceInterval.wilson(successes: 6, trials: 6)
        #expect(pair.winRate == wilson)
        #expect(pair.winRate.lower < 0.7 && pair.difference.estimate == 2)
    }
}
