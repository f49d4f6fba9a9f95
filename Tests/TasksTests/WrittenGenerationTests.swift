// The generation_config.json beside a trained model: ends of turns, and how an encoder–decoder writes.

import Arguments
import ChatTemplates
import Generation
import JSON
import Models
import Tasks
import TestSupport
import Testing

@Suite struct WrittenGenerationTests {
    /// A conversation's files, and what `eos_token_id` becomes; nil where the file is copied as it is. The
    /// tokenizer's end of sequence is [SEP], 3; [MASK] is 4.
    private struct Case: CustomTestStringConvertible {
        var generation: String?
        var configuration: String?
        var ending = "[SEP]"
        let ends: JSONValue?
        var testDescription: String { "\(generation ?? "none"), \(configuration ?? "none"), \(ending)" }
    }

    private static let cases = [
        Case(ends: .integer(3)),
        Case(ending: "[MASK]", ends: [3, 4]),
        Case(ending: "f", ends: .integer(3)),
        Case(generation: #"{"eos_token_id": 3}"#, ends: nil),
        Case(generation: #"{"eos_token_id": [0, 3]}"#, ends: nil),
        Case(generation: #"{"eos_token_id": 3}"#, ending: "[MASK]", ends: [3, 4]),
        Case(generation: #"{"eos_token_id": 0}"#, ending: "[MASK]", ends: [0, 3, 4]),
        Case(generation: #"{"eos_token_id": [4, 0]}"#, ending: "[MASK]", ends: [4, 0, 3]),
        Case(generation: "{}", configuration: #"{"eos_token_id": 2}"#, ends: [2, 3]),
        Case(generation: #"{"eos_token_id": null}"#, configuration: #"{"eos_token_id": [2, 3]}"#, ends: nil),
        Case(generation: #"{"eos_token_id": 4}"#, configuration: #"{"eos_token_id": 2}"#, ends: [4, 3]),
        Case(configuration: #"{"eos_token_id": 0}"#, ending: "[MASK]", ends: [0, 3, 4]),
        Case(configuration: #"{"eos_token_id": null}"#, ends: .integer(3)),
    ]

    private func written(_ test: Case) throws -> JSONValue? {
        let (words, folder) = (try Words(), try TemporaryFolder())
        if let text = test.generation { try folder.write(text, to: "generation_config.json") }
        if let text = test.configuration { try folder.write(text, to: "config.json") }
        let template = Words.template.replacing("[SEP]", with: test.ending)
        return try GenerationConfigurationFile.ofChat(
            directory: folder.path, ChatTemplate(template), words.tokenizer
        ).map { try JSONValue(parsing: $0) }
    }

    @Test("the tokens that end a turn stand behind those that ended a text before", arguments: cases)
    private func ends(test: Case) throws {
        #expect(try written(test)?["eos_token_id"] == test.ends)
    }

    @Test("everything else of the file stays, and without one what config.json says about generation")
    func others() throws {
        let kept = try written(
            Case(
                generation:
                    #"{"temperature": 0.7, "top_p": 0.9, "eos_token_id": 0, "transformers_version": "5.24.0"}"#,
                ends: nil))
        #expect(
            kept?.object?.names.sorted() == ["eos_token_id", "temperature", "top_p", "transformers_version"])
        #expect(kept?["temperature"]?.double == 0.7)
        let taken = try written(
            Case(
                configuration:
                    #"{"model_type": "llama", "bos_token_id": 1, "max_length": 60, "eos_token_id": 0}"#,
                ends: nil))
        #expect(taken == ["bos_token_id": 1, "eos_token_id": [0, 3], "max_length": 60])
    }

    // MARK: Encoder–decoders

    private func pair() throws -> EncoderDecoder {
        let part: JSONObject = [
            "model_type": .string("bert"), "vocab_size": 29, "hidden_size": 12, "num_hidden_layers": 1,
            "num_attention_heads": 3, "intermediate_size": 20, "max_position_embeddings": 24,
            "type_vocab_size": 2, "pad_token_id": 5, "hidden_act": .string("gelu"),
        ]
        let decoder = part.merging(["is_decoder": true, "add_cross_attention": true])
        return try EncoderDecoder(
            .object([
                "model_type": .string("encoder-decoder"), "encoder": .object(part),
                "decoder": .object(decoder),
                "decoder_start_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
            ]), file: "config.json")
    }

    /// What is read again of what is written for `options`.
    private func again(over old: String? = nil, _ change: (inout GenerationOptions) -> Void) throws -> (
        file: JSONValue, wanted: GenerationOptions, read: GenerationOptions
    ) {
        var options = GenerationOptions()
        change(&options)
        let folder = try TemporaryFolder()
        if let old { try folder.write(old, to: "generation_config.json") }
        let bytes = try GenerationConfigurationFile.of(try pair(), options, directory: folder.path)
        try folder.write(bytes, to: "generation_config.json")
        let read = try GenerationConfigurationFile(directory: folder.path)
            .options(GenerationArguments(), seed: 0)
        if options.endIDs.isEmpty { options.endIDs = [2] }
        return (try JSONValue(parsing: bytes), options, read)
    }

    @Test("start, end, padding and length always stand there")
    func plain() throws {
        let (file, _, _) = try again { $0.maximumNewTokens = 64 }
        #expect(
            file == [
                "decoder_start_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "max_new_tokens": 64,
            ])
    }

    @Test("over a file of the model only what the run says changes")
    func over() throws {
        let old = #"{"max_length": 142, "num_beams": 4, "top_p": 0.5, "use_cache": true, "pad_token_id": 9}"#
        let (file, wanted, read) = try again(over: old) {
            $0.maximumNewTokens = 30
            $0.noRepeatNGramSize = 2
        }
        #expect(
            file == [
                "use_cache": true, "pad_token_id": 0, "decoder_start_token_id": 1, "eos_token_id": 2,
                "max_new_tokens": 30, "no_repeat_ngram_size": 2,
            ])
        #expect(read == wanted)
    }

    @Test("every option that a run was trained with is read again")
    func options() throws {
        let changes: [(inout GenerationOptions) -> Void] = [
            { $0.maximumNewTokens = 64 }, { $0.maximumLength = 33 }, { $0.beamCount = 4 },
            {
                $0.beamCount = 4
                $0.lengthPenalty = 2
                $0.earlyStopping = .whenFull
            },
            {
                $0.beamCount = 3
                $0.lengthPenalty = -0.5
                $0.earlyStopping = .never
            },
            { $0.noRepeatNGramSize = 3 }, { $0.minimumNewTokens = 5 }, { $0.minimumLength = 7 },
            { $0.repetitionPenalty = 1.3 }, { $0.endIDs = [2, 7] },
            {
                $0.isSampling = true
                ($0.temperature, $0.topK, $0.topP) = (0.7, 11, 0.9)
            },
            { $0.isSampling = true },
        ]
        for change in changes {
            let (_, wanted, read) = try again(change)
            #expect(read == wanted)
        }
    }
}
