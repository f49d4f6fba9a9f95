// What summarization reads of a row for models that were pretrained to write.

import Arguments
import Datasets
import Evaluation
import Generation
import JSON
import Layers
import Models
import Tasks
import Tensors
import Testing
import Training

@Suite struct SummarizationReaderTests {
    private let words: Words

    init() throws { words = try Words() }

    private func model(vocabulary: Int = 13) throws -> ConditionalGenerator {
        let model = try ConditionalGenerator(
            .object([
                "model_type": .string("t5"), "vocab_size": .integer(vocabulary), "d_model": .integer(16),
                "d_kv": .integer(8), "d_ff": .integer(24), "num_layers": .integer(1),
                "num_heads": .integer(2), "decoder_start_token_id": .integer(0), "eos_token_id": .integer(3),
            ]), file: "toy")
        model.parameters.initialize(key: RandomKey(seed: 5))
        return model
    }

    private func reader(
        _ model: ConditionalGenerator, prefix: String? = nil, longest: Int = 128
    ) throws -> SummarizationReader {
        var arguments = DataArguments()
        arguments.sourcePrefix = prefix
        arguments.maxTargetLength = longest
        return try SummarizationReader(
            model: model, tokenizer: words.tokenizer, decoderTokenizer: words.tokenizer,
            arguments: arguments, directory: words.path)
    }

    private func row() throws -> Row {
        let line = #"{"document": "a b c", "summary": "d e f a"}"# + "\n"
        return try #require(try words.reader(line, "rows.jsonl").makeIterator().next())
    }

    @Test("a prefix stands before the document, and a target has the tokenizer's special tokens")
    func prefix() throws {
        let (model, row) = (try model(), try row())
        let plain = try reader(model)
        #expect(try plain.sources(of: [row], sampleIDs: [0]).tokens == [2, 5, 6, 7, 3])
        #expect(try plain.target(of: row) == [2, 8, 9, 10, 5, 3])
        let prefixed = try reader(model, prefix: "f e ", longest: 4)
        #expect(try prefixed.sources(of: [row], sampleIDs: [0]).tokens == [2, 10, 9, 5, 6, 7, 3])
        #expect(try prefixed.target(of: row) == [2, 8, 9, 3])
    }

    @Test("a predictor writes what generation of the same source writes")
    func predictor() throws {
        let (model, row) = (try model(), try row())
        let reader = try reader(model, prefix: "f ")
        var options = GenerationOptions()
        options.maximumNewTokens = 5
        options.beamCount = 4
        options.forcedBeginID = 9
        let found = try SequenceToSequencePredictor(model: model, reader: reader, options: options)
            .predict([row], firstNumber: 0, findsLoss: true)
        let written = try Generator.generate(
            model, sources: reader.sources(of: [row], sampleIDs: [0]), options: options)
        #expect(written[0].tokens.first == 9)
        #expect(found[0].prediction == .string(reader.text(of: written[0].tokens)))
    }

    @Test("a vocabulary that does not fit is refused")
    func vocabulary() throws {
        let small = try model(vocabulary: 12)
        let error = #expect(throws: TrainingError.self) { try reader(small) }
        #expect(error?.description.contains("has 13 tokens, but the decoder") == true)
    }
}
