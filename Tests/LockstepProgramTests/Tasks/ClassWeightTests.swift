// Weights of labels, focus and smoothing through train, and what is refused.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ClassWeightTests {
    private let keys: KeyValuePairs<String, String?> = [
        "class_weights": "balanced", "focal_loss_gamma": "1.5", "label_smoothing_factor": "0.1",
    ]

    /// A workshop whose rows are mostly of one label.
    private func workshop() throws -> Workshop {
        let workshop = try Workshop()
        for (name, count, seed) in [("train.jsonl", 90, UInt64(1)), ("validation.jsonl", 35, 2)] {
            let rows = ToyRow.rows(count, seed: seed).enumerated()
            let kept = rows.filter { $0 % 4 == 0 || $1.tone == "neutral" }.map(\.element)
            try workshop.write(kept.jsonLines, to: name)
        }
        return workshop
    }

    @Test("losses and evaluations do not depend on ranks and micro-batches, and a resumed run has every bit")
    func invariance() throws {
        let workshop = try workshop()
        try workshop.expectRankInvariance(keys)
        try workshop.expectExactResume(keys, files: ["model.safetensors"])
        let other = try Workshop()
        let tags = try other.prepareTags()
        try other.expectExactResume(keys, files: ["model.safetensors"], flags: tags)
    }

    @Test("balanced weights are those of scikit-learn, given by label they are the same run")
    func balanced() throws {
        let workshop = try workshop()
        let lines = try workshop.text("train.jsonl").split(separator: "\n")
        let counts = ["negative", "neutral", "positive"].map { label in
            lines.filter { $0.contains("\"label\": \"\(label)\"") }.count
        }
        let weights = counts.map { Double(lines.count) / (3 * Double($0)) }
        let outcome = try workshop.train("balanced", ["max_steps": "4", "class_weights": "balanced"])
        let shown = weights.map { "\(Float($0))" }
        #expect(
            outcome.errors.contains(
                "class weights: negative \(shown[0]), neutral \(shown[1]), positive \(shown[2])"),
            "\(outcome.errors)")
        let section = "{positive: \(weights[2]), negative: \(weights[0]), neutral: \(weights[1])}"
        try workshop.train("listed", ["max_steps": "4", "class_weights": section])
        #expect(try workshop.records("listed") == workshop.records("balanced"))
        try workshop.train("plain", ["max_steps": "4"])
        #expect(try workshop.records("plain") != workshop.records("balanced"))
    }

    @Test("labels that do not exist, labels without a weight, numbers and several labels")
    func refusals() throws {
        let workshop = try workshop()
        try workshop.expectRefusal(
            training: ["class_weights": "{positive: 2, bad: 1}"], ranks: 2,
            saying: "class_weights: there is no label \"bad\"; the labels are negative, neutral, positive.")
        try workshop.expectRefusal(
            training: [:], flags: ["--class_weights", "positive=2"],
            saying: "class_weights has no weight for negative, neutral; the labels are negative, neutral,"
                + " positive, and each needs one.")
        try workshop.write(
            (0..<24).map { "{\"text\": \"good \($0)\", \"label\": \(Double($0) / 8)}\n" }.joined(),
            to: "train.jsonl")
        try workshop.expectRefusal(
            training: ["focal_loss_gamma": "2"], ranks: 2,
            saying: "focal_loss_gamma shapes the loss of labels, but these rows hold numbers"
                + " (problem_type: regression); leave it out.")
        try workshop.write(
            (0..<24).map { "{\"text\": \"good \($0)\", \"label\": [\"a\", \"b\"]}\n" }.joined(),
            to: "train.jsonl")
        try workshop.expectRefusal(
            training: ["label_smoothing_factor": "0.1"],
            saying: "label_smoothing_factor shares out the one label of a row, but these rows have any number"
                + " of them (problem_type: multi_label_classification); leave it out.")
    }
}
