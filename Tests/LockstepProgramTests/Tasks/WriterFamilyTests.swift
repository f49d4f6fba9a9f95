// Models that were pretrained to write as whole runs: ranks, resume, adapters, frozen parameters,
// evaluation and prediction.

import Foundation
import JSON
import Safetensors
import TestSupport
import Testing

@Suite(.serialized) struct WriterFamilyTests {
    @Test(
        "the losses are those of one rank, the model learns, and evaluates and predicts alike on 1 and 2 ranks",
        arguments: ToyWriters.names)
    func use(name: String) throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareWriter(
            name, ["max_steps": "30", "eval_strategy": "steps", "eval_steps": "30"])
        try workshop.train("one", ranks: 1, flags: flags + ["--per_device_train_batch_size", "12"])
        try workshop.train("two", ranks: 2, flags: flags + ["--per_device_train_batch_size", "6"])
        let losses = try workshop.values("one")
        let others = try workshop.values("two")
        #expect(losses.count == 30 && losses[25...].max() ?? 9 < 0.8 * losses[0], "\(losses)")
        #expect(largestRelativeDifference(losses.prefix(5), others.prefix(5)) <= 1e-5)
        #expect(largestRelativeDifference(losses, others) <= 1e-3)
        let use = ["--task", "summarization", "--num_beams", "2", "--max_target_length", "20"]
        let files = ["--validation_file", workshop.path + "/documents-validation.jsonl"]
        let reference = try workshop.evaluation("two", ranks: 1, flags: use + files)
        #expect(reference["eval_samples"] == .integer(21) && reference["eval_rouge1"]?.double != nil)
        #expect(try workshop.evaluation("two", ranks: 2, flags: use + files) == reference)
        #expect(try workshop.predictions("two", ranks: 2, flags: use).count == 21)
    }

    @Test("a resumed run gives every bit, in bf16 too")
    func resume() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareWriter("flan-t5", ["bf16": "true"])
        try workshop.expectExactResume([:], files: ["model.safetensors"], flags: flags)
    }

    @Test("computing activations again writes the same bytes")
    func recomputation() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareWriter(
            "t5", ["max_steps": "4", "bf16": "true", "per_device_train_batch_size": "3"])
        try workshop.train("kept", ranks: 2, flags: flags)
        try workshop.train("again", ranks: 2, flags: flags + ["--gradient_checkpointing"])
        #expect(try workshop.records("again") == workshop.records("kept"))
        #expect(
            try workshop.bytes("again/model.safetensors") == workshop.bytes("kept/model.safetensors"))
    }

    @Test(
        "adapters without named targets sit where PEFT has them, and predict as the merged model does",
        arguments: zip(["bart", "t5"], ["q_proj", "q"]))
    func adapters(name: String, target: String) throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareWriter(
            name, ["max_steps": "4", "lora_r": "3", "learning_rate": "1e-2"])
        try workshop.train("run", ranks: 2, flags: flags)
        let configuration = try workshop.json("run/adapter/adapter_config.json")
        #expect(configuration["task_type"] == .string("SEQ_2_SEQ_LM"))
        let file = try SafetensorsFile(path: workshop.path + "/run/adapter/adapter_model.safetensors")
        // Two of each of six attentions, with two matrices each.
        #expect(file.tensorNames.count == 2 * 2 * 6)
        #expect(file.tensorNames.contains { $0.hasSuffix(".\(target).lora_A.weight") })
        let use = ["--task", "summarization", "--max_target_length", "20"]
        let merged = try workshop.predictions("run", ranks: 1, flags: use)
        #expect(try workshop.predictions("run/adapter", ranks: 1, flags: use) == merged)
    }

    @Test("what is frozen keeps every bit, the words that encoder and decoder share among it")
    func freezing() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareWriter("flan-t5", ["max_steps": "3"])
        try workshop.train("run", ranks: 2, ["freeze": "[shared, \"encoder.*\"]"], flags: flags)
        let before = try SafetensorsFile(path: workshop.path + "/flan-t5/model.safetensors")
        let after = try SafetensorsFile(path: workshop.path + "/run/model.safetensors")
        for tensor in before.tensorNames {
            let isFrozen = tensor.hasPrefix("shared") || tensor.hasPrefix("encoder.")
            #expect(try (before.readBytes(tensor) == after.readBytes(tensor)) == isFrozen, "\(tensor)")
        }
    }

    @Test("what is wrong with a folder is said in a sentence")
    func refusals() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareWriter("t5")
        let folder = workshop.path + "/t5"
        let json = try workshop.json("t5/config.json").object ?? [:]
        func expect(_ change: JSONObject, _ sentence: String) throws {
            try workshop.write(JSONValue.object(json.merging(change)).json, to: "t5/config.json")
            try workshop.expectRefusal(training: [:], flags: flags, saying: sentence)
        }
        try expect(
            ["decoder_start_token_id": .null], "\(folder)/config.json has no \"decoder_start_token_id\"")
        try expect(
            ["relative_attention_num_buckets": .integer(16)],
            "\(folder): the weights do not fit config.json: encoder.block.0.layer.0.SelfAttention."
                + "relative_attention_bias.weight expected shape [16, 2], found [8, 2]")
        try workshop.write(JSONValue.object(json).json, to: "t5/config.json")
        try workshop.write((ToyModel.vocabulary + ["more"]).joined(separator: "\n"), to: "t5/vocab.txt")
        let count = ToyModel.vocabulary.count
        try workshop.expectRefusal(
            training: [:], flags: flags,
            saying: "\(folder): the decoder's tokenizer has \(count + 1) tokens, but the decoder has a "
                + "vocabulary of \(count); use the tokenizer files of the decoder's own folder")
        try FileManager.default.removeItem(atPath: folder + "/vocab.txt")
        try workshop.write(#"{"tokenizer_class": "T5Tokenizer"}"#, to: "t5/tokenizer_config.json")
        try workshop.write("no model", to: "t5/spiece.model")
        try workshop.expectRefusal(
            training: [:], flags: flags,
            saying: "'\(folder)/spiece.model' is not a SentencePiece model: ")
    }
}
