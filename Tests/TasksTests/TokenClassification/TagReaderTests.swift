// Tags and spans of rows as targets of tokens: as transformers' example run_ner gives them, and mistakes in
// rows.

import Arguments
import Datasets
import Evaluation
import Foundation
import JSON
import Models
import Tasks
import Testing
import Tokenizers

@Suite struct TagReaderTests {
    private func reader(
        _ golden: GoldenTagger, _ change: (inout DataArguments) -> Void = { _ in }
    ) throws -> TagReader {
        let path = golden.path + "/config.json"
        let head = try #require(ClassificationHead(JSONValue(parsing: ModelFiles.bytes(path))))
        var arguments = DataArguments()
        arguments.maxSeqLength = golden.json["max_seq_length"]?.integer ?? 0
        change(&arguments)
        return TagReader(
            tokenizer: try TokenizerLoader.load(directory: golden.path),
            tags: try TagSet(head, directory: golden.path, isNumbered: true), arguments)
    }

    private func row(_ json: String) throws -> Row {
        guard case .object(let fields) = try JSONValue(json: Array(json.utf8)) else {
            throw TaggingError.noEntities(column: json)
        }
        return Row(fields: fields, source: RowSource(file: "rows.jsonl", line: 7))
    }

    @Test("tokens and targets of listed words are those of run_ner", arguments: ["bert", "roberta"])
    func alignment(name: String) throws {
        let golden = try GoldenTagger(name)
        let rows = try #require(golden.json["rows"]?.array)
        #expect(rows.count == 6)
        for (labelsAllTokens, key) in [(false, "targets"), (true, "all_targets")] {
            let reader = try reader(golden) { $0.labelAllTokens = labelsAllTokens }
            for json in rows {
                let row = try row(String(decoding: json.serialized(), as: UTF8.self))
                let found = try reader.tokens(of: row)
                #expect(found.ids == GoldenTagger.integers(json["input_ids"]))
                #expect(found.targets == GoldenTagger.integers(json[key]), "\(key) \(row.jsonLine())")
            }
        }
    }

    @Test("numbers of tags mean the model's where nothing else names them")
    func numbers() throws {
        let reader = try reader(GoldenTagger("bert"))
        let named = try row(#"{"words": ["Anna", "York"], "labels": ["B-PER", "I-LOC"]}"#)
        let numbered = try row(#"{"words": ["Anna", "York"], "labels": [2, 3]}"#)
        #expect(try reader.tokens(of: named).targets == reader.tokens(of: numbered).targets)
    }

    @Test("spans of characters become tags of words, and entities again", arguments: ["bert", "roberta"])
    func spans(name: String) throws {
        let reader = try reader(GoldenTagger(name)) { $0.maxSeqLength = 20 }
        let row = try row(
            #"{"text": "é Anna  lives in New York.", "spans": [{"start": 17, "end": 25, "label":"#
                + #" "LOC"}, [2, 6, "PER"]]}"#
        )
        #expect(
            try reader.entities(of: row) == [
                Entity(label: "PER", range: 2..<6), Entity(label: "LOC", range: 17..<25),
            ])
        #expect(try reader.tokens(of: row).targets.filter { $0 != -100 } == [0, 2, 0, 0, 1, 3, 0])
    }

    @Test("columns that a recipe names come before the usual ones")
    func columns() throws {
        let reader = try reader(GoldenTagger("bert")) { ($0.textColumn, $0.labelColumn) = ("w", "t") }
        let row = try row(
            #"{"tokens": ["York"], "ner_tags": ["O"], "w": ["Anna", "York"], "t": ["B-PER", "O"]}"#)
        #expect(try reader.entities(of: row) == [Entity(label: "PER", range: 0..<1)])
    }

    private static let badRows: [(json: String, sentence: String)] = [
        (
            #"{"tokens": ["a", "b"], "ner_tags": ["O"]}"#,
            #"rows.jsonl:7: column "ner_tags" has 1 tag for 2 words; give every word one tag."#
        ),
        (
            #"{"tokens": ["a"], "ner_tags": ["B-ORG"]}"#,
            #"rows.jsonl:7: column "ner_tags": unknown tag "B-ORG"; the known tags are O, B-LOC, B-PER,"#
                + #" I-LOC, "#
                + "I-PER. Correct the row, or train on data that has this tag."
        ),
        (
            #"{"tokens": ["a"], "ner_tags": ["PER"]}"#,
            #"rows.jsonl:7: column "ner_tags": "PER" is no tag; write O, or B-, I-, E-, S-, L- or U-"#
                + #" before a label,"#
                + " such as B-PER."
        ),
        (
            #"{"tokens": ["a"], "ner_tags": [5]}"#,
            #"rows.jsonl:7: column "ner_tags": no tag has the number 5; the 5 tags have the numbers"#
                + #" from 0 to 4."#
        ),
        (
            #"{"text": "Anna", "spans": [{"start": 0, "end": 5, "label": "PER"}]}"#,
            "rows.jsonl:7: the span from 0 to 5 does not lie in the text of 4 characters; start counts"
                + " from 0 and end is behind the last character."
        ),
        (
            #"{"text": "Anna York", "entities": [[5, 9, "LOC"], [0, 6, "PER"]]}"#,
            "rows.jsonl:7: the spans from 0 to 6 and from 5 to 9 overlap; keep one of them."
        ),
        (
            #"{"text": "Anna", "spans": [{"start": 0, "label": "PER"}]}"#,
            #"rows.jsonl:7: column "spans": expected spans such as {"start": 0, "end": 4, "label":"#
                + #" "PER"}, found {"start": 0, "label": "PER"}."#
        ),
    ]

    @Test("a mistake in a row is one sentence with file and line", arguments: badRows)
    func mistakes(json: String, sentence: String) throws {
        let reader = try reader(GoldenTagger("bert"))
        let row = try row(json)
        let error = #expect(throws: TaggingError.self) { try reader.tokens(of: row) }
        #expect(error?.description == sentence)
    }
}

/// Files of the goldens.
enum ModelFiles {
    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
