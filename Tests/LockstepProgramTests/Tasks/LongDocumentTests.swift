// Documents that are longer than a writer reads: windows, and sentences that an extractive summarizer chose.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct LongDocumentTests {
    private func number(_ results: JSONObject, _ name: String) throws -> Double {
        try #require(results["eval_" + name]?.double, "\(name) of \(results)")
    }

    @Test("windows: each document's summaries are joined, and their figures stand apart, while training too")
    func windows() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareWriter(
            "t5",
            [
                "max_source_length": "20", "long_documents": "windows", "max_steps": "40",
                "eval_strategy": "steps", "eval_steps": "40", "predict_with_generate": "true",
                "per_device_eval_batch_size": "4",
            ])
        try workshop.train("run", ranks: 2, flags: flags)
        let files = ["--validation_file", workshop.path + "/documents-validation.jsonl"]
        let found = try workshop.evaluation("run", ranks: 1, flags: files)
        #expect(try workshop.evaluation("run", ranks: 2, flags: files) == found)
        let (rows, windows) = (try number(found, "windowed_rows"), try number(found, "windows"))
        #expect(rows > 4 && rows < 21 && windows >= 2 * rows, "\(found)")
        #expect(found["eval_windowed_rouge1_low"]?.double != nil)
        // What training found is what evaluate finds.
        for name in ["rouge1", "windowed_rouge1", "windows", "windowed_rows", "loss"] {
            let trained = try #require(workshop.values("run", "eval_" + name).last, "\(name)")
            #expect(abs(trained - (try number(found, name))) <= 1e-6 * abs(trained), "\(name)")
        }
        let lines = try workshop.predictions("run", ranks: 1, flags: [])
        #expect(try workshop.predictions("run", ranks: 2, flags: []) == lines)
        var counted = 0.0
        for line in lines {
            let row = try JSONValue(parsing: Array(line.utf8))
            let parts = try #require(row["prediction"]?.string).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(parts.count == row["windows"]?.integer ?? 1)
            counted += row["windows"]?.double ?? 0
        }
        #expect(counted == windows)
        let cut = try workshop.predictions("run", ranks: 1, flags: ["--long_documents", "cut"])
        #expect(cut.count == 21 && cut != lines && !cut.joined().contains("\"windows\""))
        let overlapping = try workshop.evaluation("run", ranks: 1, flags: files + ["--window_overlap", "2"])
        #expect(try number(overlapping, "windows") > windows)
    }

    @Test(
        "an extractive summarizer chooses what is read of long documents, in training, evaluation and prediction",
        arguments: ["bart", "llama"])
    func choice(writer: String) throws {
        let workshop = try Workshop()
        let extractive = try workshop.prepareDocuments("extractive-summarization", ["max_steps": "40"])
        try workshop.train("extractor", ranks: 2, flags: extractive)
        try ToyLanguageModel.write(to: workshop.path + "/llama")
        var flags = try workshop.prepareWriter(
            "bart",
            [
                "max_source_length": writer == "bart" ? "16" : "30", "max_steps": "30",
                "extractor_name_or_path": workshop.path + "/extractor", "eval_strategy": "steps",
                "eval_steps": "30", "predict_with_generate": "true", "per_device_eval_batch_size": "4",
            ])
        if writer == "llama" {
            flags += [
                "--model_name_or_path", workshop.path + "/llama", "--summary_prompt",
                "{document} here it was",
            ]
        }
        let outcome = try workshop.train("run", ranks: 2, flags: flags)
        #expect(outcome.errors.contains("are read as the sentences that"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("lose their ends"))
        let files = ["--validation_file", workshop.path + "/documents-validation.jsonl"]
        let found = try workshop.evaluation("run", ranks: 1, flags: files)
        #expect(try workshop.evaluation("run", ranks: 2, flags: files) == found)
        let rows = try number(found, "extracted_rows")
        #expect(rows > 4 && rows < 21)
        #expect(try number(found, "extracted_sentences") >= rows)
        for name in ["rouge1", "loss"] {
            let trained = try #require(workshop.values("run", "eval_" + name).last, "\(name)")
            #expect(abs(trained - (try number(found, name))) <= 1e-6 * abs(trained), "\(name)")
        }
        let lines = try workshop.predictions("run", ranks: 2, flags: [])
        #expect(lines.filter { $0.contains("\"extracted_sentences\"") }.count == Int(rows))
    }

    @Test("keys that contradict each other are refused, and so is a folder that chooses nothing")
    func refusals() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareWriter("t5")
        try workshop.expectRefusal(
            training: [:], flags: flags + ["--window_overlap", "2"],
            saying:
                "window_overlap is 2, but documents are not read in windows; set long_documents: windows, or "
                + "leave it out")
        let extractor = ["--extractor_name_or_path", workshop.path + "/model"]
        try workshop.expectRefusal(
            training: [:], flags: flags + extractor + ["--long_documents", "windows"],
            saying:
                "extractor_name_or_path chooses sentences that fit, which leaves nothing for long_documents: "
                + "windows; set one of both")
        try workshop.expectRefusal(
            training: [:], flags: flags + extractor,
            saying: "\(workshop.path)/model has no layers over sentences")
    }
}
