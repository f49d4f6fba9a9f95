// Predictions and ratings that tests rate.

import Foundation
import Ratings
import TestSupport

extension TemporaryFolder {
    /// Predictions of a system on `rows` prompts.
    func predictions(_ system: String, rows: Int) throws -> String {
        let lines = (0..<rows).map { #"{"prompt": "question \#($0)", "prediction": "\#(system) on \#($0)"}"# }
        return try write(lines.joined(separator: "\n") + "\n", to: system + ".jsonl")
    }

    /// Items of these systems.
    func items(_ systems: [String] = ["a", "b"], rows: Int = 10, seed: UInt64 = 1) throws -> RatingItems {
        try RatingItems(predictions: systems.map { try predictions($0, rows: rows) }, seed: seed)
    }
}

extension FinalRatings {
    /// Ratings of whole outputs: naturalness, correctness and helpfulness of a rater, item and system.
    init(_ outputs: [(rater: String, item: Int, system: Int, scores: [Int])]) throws {
        self.init()
        for output in outputs {
            for (criterion, score) in zip(Criterion.allCases, output.scores) {
                add(
                    Rating(
                        rater: try Rater(output.rater), item: output.item, system: output.system,
                        criterion: criterion, score: score))
            }
        }
    }
}
