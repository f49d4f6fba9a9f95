// `lockstep predict`: rows in their order with their columns, the same on any number of ranks.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct PredictionTests {
    /// Predicts a file with the model of `run` and returns the lines written.
    private func predict(_ workshop: Workshop, _ file: String, ranks: Int) throws -> [String] {
        let output = workshop.path + "/predictions-\(ranks).jsonl"
        try workshop.succeed(
            [
                "predict", "--model_name_or_path", workshop.path + "/run", "--predict_file", file,
                "--output_file", output, "--threads_per_rank", "1",
            ], ranks: ranks)
        return try workshop.text("predictions-\(ranks).jsonl").split(separator: "\n").map(String.init)
    }

    @Test("JSON Lines keep order and columns, and 1 and 3 ranks write the same bytes")
    func jsonLines() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "150"])
        let rows = ToyRow.rows(50, seed: 3)
        let file = try workshop.write(rows.unlabelledLines, to: "new.jsonl")
        let lines = try predict(workshop, file, ranks: 1)
        try #require(lines.count == 50)
        var correct = 0
        for (index, line) in lines.enumerated() {
            let json = try JSONValue(parsing: Array(line.utf8))
            #expect(json["id"] == .integer(index))
            #expect(json["text"] == .string(rows[index].text))
            #expect(json["note"] == .array([.string("ü"), .integer(index), .null]))
            let score = try #require(json["score"]?.double)
            #expect(score > 1 / 3 && score <= 1)
            if json["prediction"]?.string == rows[index].tone { correct += 1 }
        }
        #expect(correct >= 40, "\(correct) of 50 are right")
        #expect(try predict(workshop, file, ranks: 3) == lines)
        #expect(try workshop.names("").allSatisfy { !$0.contains("partial") })
    }

    @Test("CSV, TSV and gzip give what JSON Lines give, and a second run replaces the file")
    func otherFormats() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "150"])
        func answers(_ lines: [String]) throws -> [[JSONValue?]] {
            try lines.map { line in
                let json = try JSONValue(parsing: Array(line.utf8))
                return [json["text"], json["label"], json["prediction"], json["score"]]
            }
        }
        let rows = ToyRow.rows(20, seed: 4)
        let jsonLines = try workshop.write(rows.jsonLines, to: "new.jsonl")
        let csv = try workshop.write(rows.csv, to: "new.csv")
        let tabs = try workshop.write(rows.csv.replacing(",", with: "\t"), to: "new.tsv")
        let expected = try answers(predict(workshop, jsonLines, ranks: 0))
        #expect(expected.count == 20)
        #expect(try answers(predict(workshop, csv, ranks: 2)) == expected)
        #expect(try answers(predict(workshop, tabs, ranks: 2)) == expected)
        let packed = try MPIRun.run(["gzip", csv], timeoutSeconds: 10)
        try #require(packed.status == 0)
        #expect(try answers(predict(workshop, csv + ".gz", ranks: 2)) == expected)
    }

    @Test("a dash writes to standard output, and nothing else goes there")
    func standardOutput() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "2"])
        let file = try workshop.write(ToyRow.rows(5).jsonLines, to: "new.jsonl")
        let outcome = try workshop.succeed(
            [
                "predict", "--model_name_or_path", workshop.path + "/run", "--predict_file", file,
                "--output_file", "-",
            ], ranks: 2)
        #expect(outcome.output.split(separator: "\n").count == 5)
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"id\":") })
    }

    @Test("a bad row leaves no file, neither a half one nor under another name")
    func badRow() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "2"])
        let file = try workshop.write(
            ToyRow.rows(5).jsonLines + "{\"texts\": \"x\"}\n", to: "new.jsonl")
        let outcome = try workshop.lockstep([
            "predict", "--model_name_or_path", workshop.path + "/run", "--predict_file", file,
            "--output_file", workshop.path + "/out.jsonl",
        ])
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains(
                "error: \(file):6: no column \"text\"; the row has \"texts\"; did you mean \"texts\"?"),
            "\(outcome.errors)")
        #expect(try workshop.names("").allSatisfy { !$0.hasPrefix("out.jsonl") })
    }
}
