// Input that cannot be read: one sentence each, with the place and what to do.

import Files
import Foundation
import JSON
import Preparation
import TestSupport
import Testing

@Suite struct BadInputTests {
    private let prepared: PreparedFolder

    init() throws { prepared = try PreparedFolder() }

    @Test("bytes of another encoding are named by line and column")
    func encoding() throws {
        let bytes = Array("{\"text\": \"né\"}\n{\"text\": \"é".utf8) + [0xE9] + Array("\"}\n".utf8)
        #expect(
            try prepared.message("a.jsonl", bytes)
                == "a.jsonl:2, column 12: the bytes here are no utf-8; set raw_encoding to what the file is, such as "
                + "windows-1252, or convert it to UTF-8.")
        let given = try prepared.message("b.jsonl", Array("{\"text\": \"".utf8) + [0xE9] + Array("\"}".utf8))
        {
            $0.encoding = .utf8
        }
        #expect(given.hasPrefix("b.jsonl:1, column 11: the bytes here are no utf-8"))
    }

    @Test("files of other programs are named, with the line of Python that converts them")
    func otherPrograms() throws {
        let pdf = try prepared.message("a.jsonl", Array("%PDF-1.7 and so on".utf8))
        #expect(pdf.hasPrefix("a.jsonl is no text but a PDF document"))
        #expect(
            try prepared.message("b.txt", [0, 1, 2, 3, 0, 0]).hasPrefix(
                "b.txt is no text, it has bytes that no text has"))
        let parquet = try prepared.message("c.parquet", Array("PAR1".utf8))
        #expect(
            parquet.contains("c.parquet is a Parquet file") && parquet.contains("python -c 'import pandas;"))
        #expect(try prepared.message("d.arrow", [1]).contains("Dataset.from_file("))
        try prepared.folder.write("{}", to: "raw/saved/dataset_info.json")
        let saved = try prepared.message(prepared.settings([prepared.folder.path + "/raw/saved"]))
        #expect(saved.contains("save_to_disk") && saved.contains("load_from_disk("))
    }

    @Test("empty files, ragged rows and broken records are named by file and line")
    func rows() throws {
        #expect(try prepared.message("a.jsonl", []) == "a.jsonl is empty: expected at least one row.")
        #expect(try prepared.message("b.csv", Array("text,label\na,1\nb\n".utf8)).hasPrefix("b.csv:3:"))
        #expect(
            try prepared.message("c.jsonl", Array("{\"text\": \"a\"}\n{\"text\": }\n".utf8)).hasPrefix(
                "c.jsonl:2, column 10:"))
        let role = try prepared.message(
            "d.jsonl", Array(#"{"messages": [{"role": "wizard", "content": "x"}]}"#.utf8))
        #expect(role.hasPrefix("d.jsonl:1: message 1 has the unknown role \"wizard\"; roles are"))
        let unknown = try prepared.message("e.jsonl", Array(#"{"id": 1, "score": 2}"#.utf8))
        #expect(unknown.hasPrefix("e.jsonl:1: none of the columns id, score is known to hold a text"))
        let answers = #"{"question": "q", "context": "c", "answers": {"text": ["c"], "answer_start": [0]}}"#
        #expect(try prepared.message("f.jsonl", Array(answers.utf8)).contains("set text_columns: [question]"))
    }

    @Test("compressed files that are cut off, and data that expand without end")
    func compressed() throws {
        // Python: zstandard.ZstdCompressor().compress(b'{"text": "a"}\n').
        let frame: [UInt8] =
            [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x0E, 0x71, 0x00, 0x00] + Array("{\"text\": \"a\"}\n".utf8)
        let path = try prepared.folder.write(frame, to: "raw/whole.jsonl.zst")
        let settings = prepared.settings([path])
        try prepared.run(settings)
        #expect(try prepared.rows(of: settings) == [["text": "a"]])
        #expect(
            try prepared.message("cut.jsonl.zst", Array(frame.dropLast(3)))
                == "cut.jsonl.zst cannot be read: it ends in the middle of its Zstandard data. Copy it again."
        )
    }

    @Test("rules, languages and types that are not known, and keys that do not go together")
    func settings() throws {
        let row = Array("{\"text\": \"a\"}\n".utf8)
        #expect(
            try prepared.message("a.jsonl", row) { $0.skippedRules = ["mojibak"] }.hasPrefix(
                "skip_rules: there is no mojibak, did you mean mojibake?; known are mojibake, unicode,"))
        #expect(
            try prepared.message("b.jsonl", row) { $0.languages = ["xx"] }.hasPrefix(
                "languages: there is no xx"))
        #expect(
            try prepared.message("c.jsonl", row) { $0.personalData = ["E_MAIL"] }.hasPrefix(
                "personal_data: there is no E_MAIL"))
        #expect(
            try prepared.message("d.jsonl", row) { $0.testShare = 1 }.hasSuffix(
                "nothing to train on; lower them."))
        #expect(
            try prepared.message("e.jsonl", row) { $0.splitBy = .group }.contains("set split_group_column"))
        #expect(
            try prepared.message("f.jsonl", row) { ($0.splitBy, $0.splitTimeColumn) = (.time, "text") }
                == "f.jsonl:1: column \"text\" has no time but \"a\"; give a number, or a date such as 2026-01-31 or "
                + "2026-01-31T12:00:00Z.")
        #expect(
            try prepared.message("g.jsonl", row) { $0.minChars = 9 }.hasPrefix(
                "No row is left of 1 record: too_short removed the most;"))
    }

    @Test("a preparation that fails leaves nothing in its folder, not even what it had cleaned so far")
    func leftovers() throws {
        let good = try prepared.raw("a.jsonl", rows: (0..<300).map { ["text": .string("row \($0)")] })
        let ragged = try prepared.raw("b.csv", "text\n" + String(repeating: "c\n", count: 200) + "d,e\n")
        let settings = prepared.settings([good, ragged])
        #expect(try prepared.message(settings).hasPrefix("b.csv:202: expected 1 fields"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: settings.preparedDir) == [])
    }

    @Test("two gigabytes without a line end are told from their start")
    func endlessLine() throws {
        let path = try prepared.raw("a.jsonl", "{\"text\": \"a\"}\n")
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 2 << 30)
        try file.close()
        #expect(try prepared.message(prepared.settings([path])).hasPrefix("a.jsonl is no text, it has bytes"))
    }

    @Test("an output folder is kept from others, and what it has is not written over unless that is asked")
    func output() throws {
        let path = try prepared.raw("a.jsonl", "{\"text\": \"a\"}\n")
        var settings = prepared.settings([path])
        try prepared.run(settings)
        #expect(
            try prepared.message(settings).hasPrefix(
                "out has files already (data_card.json, manifest.json, train.jsonl)"))
        // Who is refused takes nothing with him.
        #expect(
            Set(try FileManager.default.contentsOfDirectory(atPath: settings.preparedDir)).isSuperset(
                of: ["data_card.json", "manifest.json", "train.jsonl"]))
        settings.overwritePreparedDir = true
        try prepared.run(settings)
        try prepared.folder.write("mine", to: "out/notes.txt")
        #expect(try prepared.message(settings).hasPrefix("out has files already (notes.txt)"))
        #expect(FileManager.default.fileExists(atPath: settings.preparedDir + "/train.jsonl"))
    }
}
