// What a model directory says about generation, and what a recipe puts in its place.

import Arguments
import Foundation
import Generation
import Tasks
import Testing
import Training

/// A folder with generation files, gone with its last reference.
private final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("generation-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files {
            try Data(text.utf8).write(to: url.appendingPathComponent(name))
        }
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) could not be removed: \(error)")
        }
    }

    func options(
        defaultNewTokens: Int = 20, _ change: (inout GenerationArguments) -> Void = { _ in }
    ) throws -> GenerationOptions {
        var arguments = GenerationArguments()
        change(&arguments)
        return try GenerationConfigurationFile(directory: path).options(
            arguments, seed: 7, defaultNewTokens: defaultNewTokens)
    }
}

@Suite struct GenerationConfigurationTests {
    @Test("every key of the file is read")
    func keys() throws {
        let folder = try Folder([
            "generation_config.json": """
            {"max_length": 60, "min_length": 5, "eos_token_id": [2, 9], "do_sample": true, "temperature": 0.5,
             "top_k": 7, "top_p": 0.75, "repetition_penalty": 1.25, "no_repeat_ngram_size": 3, "num_beams": 1,
             "length_penalty": 2, "early_stopping": "never", "transformers_version": "5.24.0", "pad_token_id": 0}
            """
        ])
        var expected = GenerationOptions()
        expected.maximumLength = 60
        expected.minimumLength = 5
        expected.endIDs = [2, 9]
        expected.isSampling = true
        (expected.temperature, expected.topK, expected.topP) = (0.5, 7, 0.75)
        (expected.repetitionPenalty, expected.noRepeatNGramSize) = (1.25, 3)
        (expected.lengthPenalty, expected.earlyStopping) = (2, .never)
        expected.seed = 7
        #expect(try folder.options() == expected)
    }

    @Test("without files Hugging Face's defaults hold: 20 new tokens, greedy, top-k 50 when sampling")
    func absent() throws {
        let folder = try Folder([:])
        var expected = GenerationOptions()
        expected.seed = 7
        #expect(try folder.options() == expected)
        #expect(try folder.options().maximumNewTokens == 20 && folder.options().maximumLength == nil)
        #expect(try folder.options { $0.doSample = true }.topK == 50)
        #expect(try folder.options(defaultNewTokens: 9).maximumNewTokens == 9)
        #expect(try folder.options(defaultNewTokens: 9) { $0.maxNewTokens = 4 }.maximumNewTokens == 4)
    }

    @Test("older keys come from config.json, then from its decoder; null says nothing")
    func legacy() throws {
        let configuration = """
            {"eos_token_id": 4, "num_beams": 3, "early_stopping": true, "max_length": null,
             "decoder": {"max_length": 80, "num_beams": 5, "length_penalty": 0.5}}
            """
        var options = try Folder(["config.json": configuration]).options()
        #expect(options.endIDs == [4] && options.beamCount == 3 && options.earlyStopping == .whenFull)
        #expect(options.maximumLength == 80 && options.lengthPenalty == 0.5)
        // generation_config.json is the only place then, but for the end token.
        options = try Folder(["config.json": configuration, "generation_config.json": "{\"max_length\": 30}"])
            .options()
        #expect(options.endIDs == [4] && options.beamCount == 1 && options.maximumLength == 30)
    }

    @Test("new tokens go before whole lengths, and a recipe before the file")
    func lengths() throws {
        let folder = try Folder([
            "generation_config.json":
                "{\"max_length\": 60, \"max_new_tokens\": 9, \"min_length\": 8, \"min_new_tokens\": 4}"
        ])
        let options = try folder.options()
        #expect(options.maximumNewTokens == 9 && options.maximumLength == nil)
        #expect(options.minimumNewTokens == 4 && options.minimumLength == 0)
        let long = try Folder(["generation_config.json": "{\"max_length\": 60, \"min_length\": 8}"])
        #expect(try long.options(defaultNewTokens: 9).maximumLength == 60)
        let changed = try long.options {
            $0.maxNewTokens = 3
            $0.minNewTokens = 2
        }
        #expect(changed.maximumNewTokens == 3 && changed.maximumLength == nil)
        #expect(changed.minimumNewTokens == 2 && changed.minimumLength == 0)
    }

    @Test("forced, banned and suppressed tokens are read, and refused where they are no tokens")
    func tokens() throws {
        let options = try Folder([
            "generation_config.json": """
            {"forced_bos_token_id": 0, "forced_eos_token_id": [2, 3], "bad_words_ids": [[5], [6, 7]],
             "suppress_tokens": [8], "begin_suppress_tokens": [9, 10]}
            """
        ]).options()
        #expect(options.forcedBeginID == 0 && options.forcedEndIDs == [2, 3])
        #expect(options.badWords == [[5], [6, 7]])
        #expect(options.suppressedIDs == [8] && options.suppressedBeginIDs == [9, 10])
        for (wrong, key) in [
            ("{\"forced_bos_token_id\": [1, 2]}", "forced_bos_token_id"),
            ("{\"forced_eos_token_id\": \"</s>\"}", "forced_eos_token_id"),
            ("{\"bad_words_ids\": [5]}", "bad_words_ids"), ("{\"bad_words_ids\": [[]]}", "bad_words_ids"),
            ("{\"suppress_tokens\": [-1]}", "suppress_tokens"),
        ] {
            let folder = try Folder(["generation_config.json": wrong])
            let error = #expect(throws: TrainingError.self) { try folder.options() }
            #expect(error?.description.contains("\"\(key)\" must be") == true, "\(wrong)")
        }
    }

    @Test("what sampling alone knows is neutral in other searches")
    func greedy() throws {
        let folder = try Folder([
            "generation_config.json": "{\"temperature\": 0, \"top_k\": 3, \"top_p\": 0.5, \"min_p\": 0.1}"
        ])
        let options = try folder.options()
        #expect(options.temperature == 1 && options.topK == 0 && options.topP == 1)
        let message = #expect(throws: TrainingError.self) { try folder.options { $0.doSample = true } }
        #expect(
            message?.description
                == "\(folder.path)/generation_config.json sets \"min_p\", which Lockstep does not have, so that the "
                + "texts would not be those the model's makers want; remove the key from the file to generate "
                + "without it")
    }

    @Test(
        "keys that would change the text are refused, unless their value means none",
        arguments: [
            ("\"sequence_bias\": [[[5], 1.0]]", true), ("\"sequence_bias\": []", false),
            ("\"encoder_repetition_penalty\": 1.2", true), ("\"encoder_repetition_penalty\": 1.0", false),
            ("\"forced_decoder_ids\": [[1, 0]]", true), ("\"forced_decoder_ids\": null", false),
            ("\"stop_strings\": \"end\"", true),
            ("\"guidance_scale\": 3", true), ("\"guidance_scale\": 1", false),
            ("\"num_beam_groups\": 2", false),
            ("\"num_beams\": 4, \"num_beam_groups\": 2", true), ("\"use_cache\": false", false),
        ])
    func foreign(_ keys: String, isRefused: Bool) throws {
        let folder = try Folder(["generation_config.json": "{\(keys)}"])
        guard isRefused else {
            #expect(throws: Never.self) { try folder.options() }
            return
        }
        let error = #expect(throws: TrainingError.self) { try folder.options() }
        #expect(error?.description.contains("which Lockstep does not have") == true)
    }

    @Test("adapters have the options of their base model")
    func adapter() throws {
        let base = try Folder(["generation_config.json": "{\"max_new_tokens\": 33}"])
        let folder = try Folder([
            "adapter_config.json":
                "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"target_modules\": [\"q_proj\"], "
                + "\"base_model_name_or_path\": \"\(base.path)\"}"
        ])
        #expect(try folder.options().maximumNewTokens == 33)
    }

    @Test(
        "values of another kind name the file and the key",
        arguments: [
            ("{\"top_k\": \"many\"}", "\"top_k\" must be a whole number of 0 or more: correct the file"),
            ("{\"temperature\": true}", "\"temperature\" must be a number: correct the file"),
            ("{\"do_sample\": 1}", "\"do_sample\" must be true or false: correct the file"),
            (
                "{\"eos_token_id\": [2, \"x\"]}",
                "\"eos_token_id\" must be the id of a token or a list of ids: correct the file"
            ),
            (
                "{\"early_stopping\": \"soon\"}",
                "\"early_stopping\" must be true, false or \"never\": correct the file"
            ),
            ("{\"max_length\": 0}", "\"max_length\" must be a whole number of 1 or more: correct the file"),
            ("[]", "is not a JSON object (another value was found): copy or download the file again"),
        ])
    func badValues(_ text: String, expected: String) throws {
        let folder = try Folder(["generation_config.json": text])
        do {
            _ = try folder.options()
            Issue.record("\(text) was taken")
        } catch {
            #expect("\(error)".hasPrefix(folder.path + "/generation_config.json"))
            #expect("\(error)".hasSuffix(expected), "\(error)")
        }
    }
}
