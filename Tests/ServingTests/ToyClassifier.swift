// A small classifier with random weights and a tokenizer of words, for the tests of the server.

import JSON
import Layers
import Models
import Monitoring
import Serving
import Tensors
import TestSupport
import Tokenizers

/// Words between spaces, each a token by its length and first letter; ids 1 and 2 frame a text.
struct WordTokenizer: Tokenizer {
    let vocabularySize = 151
    let padID: Int32? = 0
    let unknownID: Int32? = nil
    let classifierID: Int32? = 1
    let separatorID: Int32? = 2
    let maskID: Int32? = nil
    let beginningOfSequenceID: Int32? = nil
    let endOfSequenceID: Int32? = 2

    func specialTokenCount(isPair: Bool) -> Int { isPair ? 3 : 2 }

    func encode(
        _ text: String, pair: String?, addingSpecialTokens: Bool, maximumLength: Int?
    ) -> Encoding {
        var encoding = Encoding()
        func add(_ id: Int32, _ type: Int32, _ range: Range<Int>, isSpecial: Bool = false) {
            encoding.ids.append(id)
            encoding.typeIDs.append(type)
            encoding.offsets.append(range)
            encoding.isSpecial.append(isSpecial)
        }
        if addingSpecialTokens { add(1, 0, 0..<0, isSpecial: true) }
        for (type, part) in [text, pair].compactMap(\.self).enumerated() {
            var start = 0
            for word in part.split(separator: " ", omittingEmptySubsequences: false) {
                let count = word.unicodeScalars.count
                let first = Int32(word.unicodeScalars.first?.value ?? 0)
                if count > 0 {
                    add(3 + (first + 31 * Int32(count)) % 148, Int32(type), start..<start + count)
                }
                start += count + 1
            }
            if addingSpecialTokens { add(2, Int32(type), 0..<0, isSpecial: true) }
        }
        if let limit = maximumLength, encoding.count > limit {
            encoding.ids.removeLast(encoding.count - limit)
            encoding.typeIDs.removeLast(encoding.typeIDs.count - limit)
            encoding.offsets.removeLast(encoding.offsets.count - limit)
            encoding.isSpecial.removeLast(encoding.isSpecial.count - limit)
        }
        return encoding
    }

    func decode(_ ids: [Int32], skippingSpecialTokens: Bool) -> String {
        ids.filter { !skippingSpecialTokens || $0 > 2 }.map { " w\($0)" }.joined()
    }

    func id(of token: String) -> Int32? { nil }
    func isSpecialToken(_ id: Int32) -> Bool { id < 3 }
    func token(of id: Int32) -> String? { "w\(id)" }
}

/// Models for tests.
enum ToyClassifier {
    /// A BERT of 2 layers, 48 wide, up to 40 tokens, with random weights of a seed.
    static func model(
        seed: UInt64 = 1, problemType: ProblemType = .singleLabel, labels: [String] = ["no", "yes", "maybe"]
    ) throws -> EncoderClassifier {
        let json: JSONValue = [
            "model_type": "bert", "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3,
            "intermediate_size": 88, "vocab_size": 151, "max_position_embeddings": 40,
            "type_vocab_size": 2, "hidden_act": "gelu",
        ]
        let model = try EncoderClassifier(
            json, head: ClassificationHead(labels: labels, problemType: problemType), file: "config.json")
        model.parameters.initialize(key: RandomKey(seed: seed))
        // Weights of a deviation of 0.02 would leave all answers alike.
        let values = model.parameters.values
        values.copy(from: values.values().map { $0 * 8 })
        return model
    }

    /// The same, ready to be served.
    static func served(
        seed: UInt64 = 1, problemType: ProblemType = .singleLabel,
        labels: [String] = ["no", "yes", "maybe"], reference: ReferenceStatistics? = nil
    ) throws -> ServedModel {
        let worker = SharedWorker(
            TextClassifierWorker(try model(seed: seed, problemType: problemType, labels: labels)),
            largestBatch: .max)
        let head = ClassificationHead(labels: labels, problemType: problemType)
        return ServedModel(
            name: "toy", type: "bert", kind: .classifier(ClassifierService(head: head, worker: worker)),
            created: 0, tokenizer: WordTokenizer(), maxInputLength: 40, reference: reference)
    }

    /// Texts of 1 to 30 words.
    static let texts: [String] = (0..<40).map { number in
        let words = (0...(number * 7) % 30).map { place -> String in
            let letter = Array("abcdefgh")[place % 8]
            return String(repeating: letter, count: 1 + (place * number) % 9)
        }
        return words.joined(separator: " ")
    }
}
