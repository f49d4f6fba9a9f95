// `lockstep export`: the folder with its certificate, and the exports that fail and leave nothing.

import Arguments
import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct ExportCommandTests {
    private var python: String {
        ProcessInfo.processInfo.environment["LOCKSTEP_ONNX_PYTHON"]
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../.build-onnx/bin/python").standardized.path
    }

    private func export(_ workshop: Workshop, _ flags: [String]) throws -> JobOutcome {
        try workshop.lockstep(
            [
                "export", "--model_name_or_path", workshop.path + "/run", "--output_dir",
                workshop.path + "/exported", "--python", python, "--threads_per_rank", "1",
            ] + flags, seconds: 120)
    }

    @Test("a classifier is exported with its int8 model and a certificate of all files")
    func classifier() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "150"])
        let rows = ["--validation_file", workshop.path + "/validation.jsonl"]
        let outcome = try export(workshop, rows + ["--variants", "int8", "--max_metric_loss", "0.2"])
        try #require(outcome.status == 0, "\(outcome.errors)")
        let names = try workshop.names("exported")
        #expect(Set(["model.onnx", "config.json", "certificate.json"]).isSubset(of: names))
        let certificate = try workshop.json("exported/certificate.json")
        let models = try #require(certificate["models"]?.array)
        #expect(models.map { $0["precision"]?.string } == ["fp32", "int8"])
        let difference = try #require(models[0]["largest_difference"]?.double)
        #expect(difference <= 1e-4 && models[0]["rows_with_another_argmax"]?.integer == 0)
        let accuracy = models[0]["metrics"]?.array?.first { $0["name"]?.string == "accuracy" }
        #expect(accuracy?["difference"]?.double == 0)
        #expect(certificate["validation_rows"]?.integer == 23)
        #expect(certificate["files"]?["model.onnx"]?["sha256"]?.string?.count == 64)
        // A second export does not replace it unless it is told to.
        let again = try export(workshop, rows)
        #expect(again.status != 0 && again.errors.contains("--replace_output_dir"))
        #expect(try export(workshop, rows + ["--replace_output_dir"]).status == 0)
        #expect(try workshop.names("exported").contains("int8") == false)
        #expect(try workshop.names("").allSatisfy { !$0.contains("partial") })
    }

    @Test("an int8 that loses more than it may, and a bound that nothing holds, leave no folder")
    func refusals() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "20"])
        let rows = ["--validation_file", workshop.path + "/validation.jsonl"]
        let strict = try export(workshop, rows + ["--max_logit_difference", "1e-12"])
        #expect(strict.status != 0 && strict.errors.contains("largest difference"), "\(strict.errors)")
        #expect(try workshop.names("exported") == [])
        // The loss is never the same to the last bit in int8; it may be lower by chance in one variant only.
        let lossy = try export(workshop, rows + ["--variants", "int8,fp16", "--max_metric_loss", "0"])
        #expect(lossy.status != 0 && lossy.errors.contains("--max_metric_loss"), "\(lossy.errors)")
        #expect(try workshop.names("exported") == [])
        #expect(try workshop.names("").allSatisfy { !$0.contains("partial") })
    }

    @Test(
        "every task's model is exported with equal answers, and one that writes with equal texts",
        arguments: ModelArguments.TaskName.allCases.filter { $0 != .textClassification })
    func tasks(task: ModelArguments.TaskName) throws {
        let workshop = try Workshop()
        let (keys, flags) = try workshop.prepare(task)
        try workshop.train("run", keys, flags: flags + ["--max_steps", "2"])
        let named = flags.firstIndex(of: "--validation_file").map { flags[$0 + 1] }
        let file = named ?? workshop.path + "/validation.jsonl"
        let outcome = try export(workshop, ["--validation_file", file])
        try #require(outcome.status == 0, "\(outcome.errors)")
        let certificate = try workshop.json("exported/certificate.json")
        #expect(certificate["task"]?.string == task.rawValue)
        let model = try #require(certificate["models"]?.array?.first)
        #expect(try #require(model["largest_difference"]?.double) <= 1e-4)
        #expect(model["rows_with_another_argmax"]?.integer == 0)
        let writers: [ModelArguments.TaskName] = [.causalLM, .chat, .summarization, .imageCaptioning]
        #expect((model["greedy_tokens"]?.integer != nil) == writers.contains(task))
        #expect(model["greedy_tokens"]?.integer == model["greedy_tokens_equal"]?.integer)
        let names = try workshop.names("exported")
        let pair = ["encoder_model.onnx", "decoder_model.onnx", "decoder_with_past_model.onnx"]
        let isPair = [.summarization, .imageCaptioning].contains(task)
        #expect(Set(isPair ? pair : ["model.onnx"]).isSubset(of: names), "\(names)")
        #expect(names.contains("genai_config.json") == [.causalLM, .chat].contains(task))
    }
}
