// generation_config.json damaged at random: read or refused by name.

import Tasks
import TestSupport
import Testing

private func configurations() throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    try folder.write(#"{"model_type": "gpt2", "max_length": 30}"#, to: "config.json")
    let sample = """
        {"bos_token_id": 1, "eos_token_id": [2, 3], "pad_token_id": 0, "max_new_tokens": 40, "min_length": 2,
         "do_sample": true, "temperature": 0.7, "top_k": 40, "top_p": 0.9, "num_beams": 1,
         "length_penalty": 1.5, "repetition_penalty": 1.1, "no_repeat_ngram_size": 3, "early_stopping": false}
        """
    return FuzzedFormat(
        "generation", samples: [Array(sample.utf8)],
        words: "{ } [ ] : , \" null true max_length num_beam_groups typical_p -1 1e30", place: folder.path
    ) { input in
        try folder.write(input, to: "generation_config.json")
        _ = try GenerationConfigurationFile(directory: folder.path).defaults
    }
}

@Suite struct FuzzTests {
    @Test("a damaged generation_config.json is read or refused by name")
    func damagedConfiguration() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("generation"))") {
            try Fuzzing.run(configurations(), inputs: 3_000)
        }
    }
}
