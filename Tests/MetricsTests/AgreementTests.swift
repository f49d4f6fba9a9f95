// Krippendorff's alpha against the package krippendorff, and pairwise win rates.

import Metrics
import Testing

@Suite struct AgreementTests {
    private let goldens: StatisticsGoldens

    init() throws { goldens = try StatisticsGoldens.loaded.get() }

    private func coincidences(_ items: [[Int?]], values: [Double]) -> RatingCoincidences {
        items.reduce(into: RatingCoincidences(values: values, maximumRaters: 6)) { $0.add($1) }
    }

    @Test("nominal, ordinal and interval alpha equal the package's in 202 cases with missing ratings")
    func alpha() {
        #expect(goldens.alphas.count == 202)
        for golden in goldens.alphas {
            let found = coincidences(golden.items, values: golden.values)
            for (level, expected) in zip(RatingCoincidences.Level.allCases, golden.alpha) {
                expectClose(found.alpha(level), expected, "\(level) of \(golden.ratings)")
            }
        }
    }

    @Test("coincidences of shards, merged or added as integers, equal those of the whole")
    func sharded() {
        for golden in goldens.alphas.prefix(40) {
            let whole = coincidences(golden.items, values: golden.values)
            for split in splits(golden.items) {
                let shards = split.map { coincidences($0, values: golden.values) }
                let empty = RatingCoincidences(values: golden.values, maximumRaters: 6)
                #expect(shards.reduce(into: empty) { $0.merge($1) } == whole)
                let words = allReduced(shards.map(\.words))
                #expect(RatingCoincidences(values: golden.values, maximumRaters: 6, words: words) == whole)
            }
        }
    }

    @Test("wins, ties and missing ratings are counted for each pair of systems")
    func preferences() {
        let ratings: [[Double?]] = [
            [5, 3, nil], [2, 2, 1], [nil, 4, 4], [1, 4, 2], [3, nil, nil], [5, 1, 4],
        ]
        let whole = ratings.reduce(into: PairwisePreferences(systemCount: 3)) { $0.add($1) }
        #expect(whole.wins(0, over: 1) == 2 && whole.wins(1, over: 0) == 1 && whole.ties(0, 1) == 1)
        #expect(whole.comparisons(0, 1) == 4 && whole.comparisons(1, 2) == 4 && whole.comparisons(0, 2) == 3)
        #expect(whole.winRate(0, over: 1) == 0.625 && whole.winRate(1, over: 0) == 0.375)
        #expect(whole.winRate(1, over: 2) == 0.625 && whole.ties(2, 1) == 1)
        for split in splits(ratings) {
            let shards = split.map { $0.reduce(into: PairwisePreferences(systemCount: 3)) { $0.add($1) } }
            #expect(shards.reduce(into: PairwisePreferences(systemCount: 3)) { $0.merge($1) } == whole)
        }
        #expect(PairwisePreferences(systemCount: 2).winRate(0, over: 1).isNaN)
    }
}
