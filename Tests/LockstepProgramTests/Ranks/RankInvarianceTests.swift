// The number of ranks changes where rows are computed, not what comes out.

import TestSupport
import Testing

@Suite(.serialized) struct RankInvarianceTests {
    /// 100 steps of 12 rows, with dropout, on so many ranks.
    private func losses(
        _ workshop: Workshop, ranks: Int, perRank: Int, accumulating: Int = 1
    ) throws -> [Double] {
        let output = "\(ranks)x\(perRank)x\(accumulating)"
        try workshop.train(
            output, ranks: ranks,
            [
                "per_device_train_batch_size": "\(perRank)", "max_steps": "100",
                "gradient_accumulation_steps": "\(accumulating)",
            ])
        return try workshop.values(output)
    }

    @Test("1, 2, 3 and 4 ranks with the same global batch give the same losses, dropout included")
    func ranks() throws {
        let workshop = try Workshop(trainRows: 100)
        let reference = try losses(workshop, ranks: 1, perRank: 12)
        try #require(reference.count == 100)
        #expect(reference[90...].max() ?? 1 < 0.5 * reference[0], "the model learns")
        for (ranks, perRank, accumulating) in [(2, 6, 1), (3, 4, 1), (4, 3, 1), (2, 3, 2), (1, 4, 3)] {
            let others = try losses(workshop, ranks: ranks, perRank: perRank, accumulating: accumulating)
            let first = largestRelativeDifference(others.prefix(20), reference.prefix(20))
            let all = largestRelativeDifference(others, reference)
            let name = "\(ranks) ranks × \(perRank) rows × \(accumulating)"
            #expect(first <= 1e-5, "first 20 losses of \(name)")
            #expect(all <= 1e-3, "100 losses of \(name)")
        }
    }

    @Test("dropout is at work: without it the losses differ from the first step on")
    func dropout() throws {
        let workshop = try Workshop()
        try workshop.train("with", ["max_steps": "3"])
        try workshop.train(
            "without",
            ["max_steps": "3", "hidden_dropout_prob": "0", "attention_probs_dropout_prob": "0"])
        #expect(try workshop.values("with")[0] != workshop.values("without")[0])
    }

    @Test("a token budget takes every row once an epoch on 1 and 2 ranks")
    func tokenBudget() throws {
        let workshop = try Workshop()
        for ranks in [1, 2] {
            let outcome = try workshop.train(
                "budget-\(ranks)", ranks: ranks,
                [
                    "per_device_train_batch_size": nil, "max_tokens_per_device": "64",
                    "max_seq_length": "24", "num_train_epochs": "2",
                ])
            #expect(outcome.errors.contains("trained 120 rows in"))
            #expect(try workshop.values("budget-\(ranks)", "epoch").last == 2)
        }
    }
}
