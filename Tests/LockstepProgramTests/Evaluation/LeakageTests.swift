// `evaluate` with a training file that holds some of the rows: the warning, the counts, and the figures of
// the new rows.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct LeakageTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop(trainRows: 3, validationRows: 3) }

    /// Two rows whose reference was learnt, answered word for word, and two that are new.
    private func flags(training: String) throws -> [String] {
        let predictions = ["a b c", "d e f", "x y", "g h"].map { #"{"prediction": "\#($0)"}"# }
        let references = ["a b c", "d e f", "g h", "g h i j"].map { #"{"reference": "\#($0)"}"# }
        return [
            "--task", "summarization",
            "--predictions_file",
            try workshop.write(predictions.joined(separator: "\n"), to: "p.jsonl"),
            "--references_file", try workshop.write(references.joined(separator: "\n"), to: "r.jsonl"),
            "--train_file", try workshop.write(training, to: "t.jsonl"),
        ]
    }

    @Test("references that were learnt are counted, and figures without them stand beside those of all")
    func figures() throws {
        let training = #"{"reference": "d  e f"}"# + "\n" + #"{"reference": "a b c"}"# + "\n"
        let flags = try flags(training: training)
        for ranks in [0, 2] {
            let found = try workshop.evaluation(flags, ranks: ranks)
            #expect(found["leakage"]?["known_rows"] == 2 && found["leakage"]?["new_rows"] == 2)
            #expect(found["leakage"]?["share"]?.double == 0.5)
            let sentence = found["leakage"]?["warning"]?.string ?? ""
            #expect(sentence.contains("2 of 4 references of ") && sentence.contains("(50%) stand word for"))
            // Of the new rows one answer is wrong, the other has precision 1 and recall 1/2.
            let (all, new) = (found["eval_rouge1"]?.double, found["eval_rouge1_new_rows"]?.double)
            #expect(abs(try #require(new) - 2 * (try #require(all)) + 1) < 1e-9)
            #expect(found["eval_rouge1_new_rows_low"]?.double != nil)
        }
        let text = try workshop.succeed(["evaluate"] + flags)
        #expect(text.output.contains("eval_rouge1_new_rows"))
        #expect(text.output.contains("those that end in _new_rows are of the 2 other rows"))
    }

    @Test("nothing is said where all rows are new, and a training file that is not there is a note")
    func silence() throws {
        let found = try workshop.evaluation(flags(training: #"{"reference": "z"}"# + "\n"))
        #expect(found["leakage"]?["known_rows"] == 0 && found["eval_rouge1_new_rows"] == nil)
        var flags = try flags(training: "")
        flags[flags.count - 1] = workshop.path + "/nowhere.jsonl"
        let outcome = try workshop.succeed(["evaluate"] + flags)
        #expect(outcome.errors.contains("whether rows stand in the training file is not known"))
    }
}
