// Summarization by a causal language model as whole runs: ranks, resume, caches, evaluation and prediction.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct PromptedSummaryTests {
    /// The flags of a run over the documents with a toy Llama, whose prompt is of the toy vocabulary.
    private func prepare(
        _ workshop: Workshop, hasTemplate: Bool = true, _ keys: [String: String] = [:]
    ) throws -> [String] {
        try ToyLanguageModel.write(to: workshop.path + "/llama", hasTemplate: hasTemplate)
        return try workshop.prepareDocuments(
            "summarization",
            [
                "model_name_or_path": workshop.path + "/llama", "max_source_length": "60",
                "summary_prompt": "{document} here it was",
            ].merging(keys) { $1 })
    }

    @Test(
        "ranks agree, the model learns, and what it writes is scored while it trains as evaluate scores it",
        arguments: [true, false])
    func use(hasTemplate: Bool) throws {
        let workshop = try Workshop()
        let flags = try prepare(
            workshop, hasTemplate: hasTemplate,
            [
                "max_steps": "60", "eval_strategy": "steps", "eval_steps": "30", "save_strategy": "steps",
                "save_steps": "30", "predict_with_generate": "true", "load_best_model_at_end": "true",
                "metric_for_best_model": "rouge1", "per_device_eval_batch_size": "4",
            ])
        let one = flags + ["--per_device_train_batch_size", "12"]
        try workshop.train("one", ranks: 1, flags: one)
        let cached = ["--per_device_train_batch_size", "6", "--cache_dir", workshop.path + "/cache"]
        try workshop.train("two", ranks: 2, flags: flags + cached)
        let losses = try workshop.values("one")
        #expect(losses.count == 60 && losses[55...].max() ?? 9 < 0.7 * losses[0], "\(losses)")
        #expect(largestRelativeDifference(losses.prefix(5), try workshop.values("two").prefix(5)) <= 1e-5)
        let rouge = try workshop.values("two", "eval_rouge1")
        // The toy tokenizer ends each text, a prompt that is a text of its own among them.
        #expect(rouge.count == 2 && (rouge[1] > 0.2 || !hasTemplate), "\(rouge)")
        let files = ["--validation_file", workshop.path + "/documents-validation.jsonl"]
        // The prompt and the lengths come from the recipe in the model's folder.
        let found = try workshop.evaluation("two", ranks: 1, flags: files)
        #expect(abs(try #require(found["eval_rouge1"]?.double) - (rouge.max() ?? 0)) < 1e-9)
        #expect(try workshop.evaluation("two", ranks: 2, flags: files) == found)
        #expect(found["eval_perplexity"]?.double != nil && found["eval_samples"] == .integer(21))
        let lines = try workshop.predictions("two", ranks: 1, flags: [])
        #expect(try lines.count == 21 && workshop.predictions("two", ranks: 2, flags: []) == lines)
        let losses2 = try workshop.evaluation(
            "two", ranks: 2, flags: files + ["--predict_with_generate", "false"])
        #expect(losses2["eval_rouge1"] == nil)
        let both = try [losses2, found].map { try #require($0["eval_loss"]?.double) }
        #expect(abs(both[0] - both[1]) <= 1e-6 * both[1])
    }

    @Test("a resumed run gives every bit, with adapters too")
    func resume() throws {
        let workshop = try Workshop()
        let flags = try prepare(workshop, ["predict_with_generate": "true", "lora_r": "2"])
        try workshop.expectExactResume(
            [:], files: ["model.safetensors", "adapter/adapter_model.safetensors"], flags: flags)
    }

    @Test("long documents lose their ends, which is said, and what cannot be is refused")
    func limits() throws {
        let workshop = try Workshop()
        let flags = try prepare(workshop, ["max_steps": "2", "max_source_length": "36"])
        let outcome = try workshop.train("cut", ranks: 2, flags: flags)
        #expect(outcome.errors.contains("training rows ("), "\(outcome.errors)")
        #expect(outcome.errors.contains("longer than max_source_length 36 and lose their ends"))
        try workshop.expectRefusal(
            training: [:], flags: flags + ["--summary_prompt", "it was"],
            saying:
                "summary_prompt: the prompt does not hold {document}, so the model would not see the text; write it "
                + "where the document belongs")
        try workshop.expectRefusal(
            training: [:], flags: flags + ["--max_target_length", "70"],
            saying:
                "max_source_length 36 and max_target_length 70 are more than the 96 positions that the model has for "
                + "prompt and summary together; lower them")
        try workshop.expectRefusal(
            training: workshop.pair(),
            flags: workshop.prepareDocuments("summarization", ["summary_prompt": "{document}"]),
            saying: "summary_prompt shapes the prompt of a causal language model, and this model is an "
                + "encoder–decoder, which reads the document itself; leave it out")
    }
}
