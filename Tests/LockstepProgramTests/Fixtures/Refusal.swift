// What a run must do with bad input: say it, end with an error, and write nothing.

import Foundation
import TestSupport
import Testing

extension Workshop {
    /// Runs `lockstep` and expects code 1, the sentence after `error: `, once, and no folder `run`.
    func expectRefusal(
        _ arguments: [String], ranks: Int = 0, saying sentence: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try lockstep(arguments, ranks: ranks)
        let host = ProcessInfo.processInfo.hostName
        let comment = Comment(rawValue: outcome.errors)
        #expect(outcome.status == 1, comment, sourceLocation: sourceLocation)
        // Without a launcher there is only this process, and the line names no rank.
        let place = ranks == 0 ? "" : "[rank 0 on \(host)] "
        #expect(
            "\n\(outcome.errors)".contains("\n\(place)error: \(sentence)"), comment,
            sourceLocation: sourceLocation)
        #expect(!outcome.errors.contains("MPI_ABORT"), comment, sourceLocation: sourceLocation)
        #expect(
            outcome.errors.components(separatedBy: "error: ").count == 2, comment,
            sourceLocation: sourceLocation)
        #expect(try names("run").isEmpty, sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    }

    /// Expects that a training run with these keys is refused.
    func expectRefusal(
        training keys: KeyValuePairs<String, String?>, flags: [String] = [], ranks: Int = 0,
        saying sentence: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try expectRefusal(
            ["train", try recipe(output: "run", keys)] + flags, ranks: ranks, saying: sentence,
            sourceLocation: sourceLocation)
    }
}
