// `lockstep predict` into tables, of texts on the command line and of standard input.

import Datasets
import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct PredictionTableTests {
    private let workshop: Workshop
    private var model: String { workshop.path + "/run" }

    init() throws {
        workshop = try Workshop()
        try workshop.train("run", ["max_steps": "40"])
    }

    private func predict(_ flags: [String], ranks: Int = 0) throws -> JobOutcome {
        try workshop.succeed(
            ["predict", "--model_name_or_path", model, "--threads_per_rank", "1"] + flags, ranks: ranks)
    }

    private func rows(_ name: String) throws -> [Row] {
        var rows: [Row] = []
        try RowReader(patterns: [workshop.path + "/" + name]).forEachRow { (row) throws(DatasetsError) in
            rows.append(row)
        }
        return rows
    }

    @Test("a table keeps the columns of the input, with the separator of the input, on any number of ranks")
    func table() throws {
        let csv = "text;id;note\n\"good; \"\"very\"\" good\";1;a\nbad food;2;\"b\nc\"\n ;3;\nfine;4;é\n"
        let input = try workshop.write(csv, to: "in.csv")
        for ranks in [0, 3] {
            let outcome = try predict(
                [
                    "--predict_file", input, "--output_file", workshop.path + "/out-\(ranks).csv", "--scores",
                    "all",
                ], ranks: ranks)
            #expect(outcome.errors.contains("1 row has nothing to predict of"), "\(outcome.errors)")
        }
        #expect(try workshop.bytes("out-3.csv") == workshop.bytes("out-0.csv"))
        let text = try workshop.text("out-0.csv")
        #expect(
            text.hasPrefix(
                "text;id;note;prediction;score;score_negative;score_neutral;score_positive\n\"good; \"\"very\"\" good\";"
            ))
        let rows = try rows("out-0.csv")
        #expect(rows.count == 4)
        #expect(rows.map { $0["note"] } == ["a", "b\nc", "", "é"].map { .string($0) })
        #expect(rows[2]["prediction"] == .string("") && rows[2]["score_neutral"] == .string(""))
        for row in [rows[0], rows[1], rows[3]] {
            let scores = try ["negative", "neutral", "positive"].map { label in
                guard case .string(let text)? = row["score_" + label] else {
                    throw CocoaError(.coderValueNotFound)
                }
                return try #require(Double(text))
            }
            let sum = scores.reduce(0, +)
            #expect(abs(sum - 1) < 1e-6)
            guard case .string(let best)? = row["score"] else { throw CocoaError(.coderValueNotFound) }
            #expect(Double(best) == scores.max())
        }
    }

    @Test("tabs in a .tsv file, and columns of all rows where rows have different ones")
    func tabs() throws {
        let lines = #"{"text": "good", "x": [1]}"# + "\n" + #"{"text": "a\tb", "y": null, "z": true}"# + "\n"
        let input = try workshop.write(lines, to: "in.jsonl")
        _ = try predict(["--predict_file", input, "--output_file", workshop.path + "/out.tsv"])
        let rows = try rows("out.tsv")
        #expect(rows[0].fields.names == ["text", "x", "y", "z", "prediction", "score"])
        #expect(rows[1]["text"] == .string("a\tb") && rows[1]["z"] == .string("True"))
        #expect(rows[0]["x"] == .string("[1]"))
    }

    @Test(
        "texts of the command line and lines of standard input are rows, the first ones where that is asked")
    func texts() throws {
        let lines = try predict(["--text", "good good", "--text", "-bad", "--text", "fine"]).output
        let line = try #require(lines.split(separator: "\n").first)
        #expect(line.contains("\"good good\"") && line.contains("\"prediction\""))
        #expect(lines.split(separator: "\n").count == 3)
        let file = try workshop.write("good good\n-bad\nfine\n", to: "lines.txt")
        let program = [Workshop.program, "predict", "--model_name_or_path", model, "--threads_per_rank", "1"]
        let piped = try MPIRun.run(
            ["bash", "-c", #"exec "$0" "${@:2}" --predict_file - < "$1""#, program[0], file]
                + program.dropFirst(),
            timeoutSeconds: 60)
        #expect(piped.status == 0 && piped.output == lines, "\(piped.errors)")
        let first = try predict(["--predict_file", file, "--max_predict_samples", "2"]).output
        #expect(first.split(separator: "\n").count == 2)
    }

    @Test("what cannot be meant is refused with what to give")
    func refusals() throws {
        func errors(_ flags: [String]) throws -> String {
            let outcome = try workshop.lockstep(["predict", "--model_name_or_path", model] + flags)
            #expect(outcome.status != 0)
            return outcome.errors
        }
        #expect(try errors([]).contains("give either --predict_file"))
        #expect(
            try errors(["--text", "a", "--predict_file", "b.csv"]).contains("give either --predict_file"))
        #expect(try errors(["--text", " ", "--on_empty_row", "error"]).contains("no row can be used"))
    }
}
