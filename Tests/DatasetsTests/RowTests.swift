// Rows: columns, their errors, and writing rows back.

import Datasets
import JSON
import Testing

@Suite struct RowTests {
    @Test("A row writes its values back unchanged with fields added and replaced")
    func writesBack() throws {
        let row = try row(
            #"{"text":"Żółć\n\"q\" \u0001","n":1.50,"list":[1,null,true],"o":{"z":1,"a":2},"score":0}"#)
        let line = row.jsonLine(adding: [
            ("prediction", .string("positive")), ("score", .real(Float(0.1))), ("loss", .real(1.0 / 3.0)),
        ])
        #expect(
            line
                == #"{"text": "Żółć\n\"q\" \u0001", "n": 1.50, "list": [1, null, true], "o": {"z": 1, "#
                + #""a": 2}, "score": 0.1, "prediction": "positive", "loss": 0.3333333333333333}"#)
    }

    @Test("Written floats read back as the same bits")
    func floatsRoundTrip() throws {
        var floats: [Float] = [
            0, -0, 1, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 16_777_216,
            1e16,
        ]
        floats += (0..<1000).map { Float(bitPattern: UInt32($0) &* 2_654_435_761) }.filter(\.isFinite)
        for float in floats {
            guard case .number(let number) = try JSONValue(json: Array(JSONValue.real(float).json.utf8))
            else {
                Issue.record("\(float) is not written as a number")
                continue
            }
            #expect(Float(number.text)?.bitPattern == float.bitPattern)
        }
        for double: Double in [0.1, .leastNonzeroMagnitude, 1e308, 5e22, -123_456_789.125] {
            guard case .number(let number) = try JSONValue(json: Array(JSONValue.real(double).json.utf8))
            else {
                Issue.record("\(double) is not written as a number")
                continue
            }
            #expect(number.double == double)
        }
        #expect(JSONValue.real(Float.nan) == .null)
        #expect(JSONValue.real(-Double.infinity) == .null)
    }

    @Test("A missing column is reported with those that are there, the nearest one and the recipe key")
    func missingColumn() throws {
        let row = try row(#"{"tetx": "a", "label": 1}"#, line: 7)
        #expect(
            try message { _ = try row.text(in: "text", key: "text_column") }
                == "t.jsonl:7: no column \"text\"; the row has \"tetx\", \"label\"; did you mean \"tetx\"?"
                + " Set text_column to the column's name.")
        #expect(
            try message { _ = try row.value(in: "document", key: "document_column") }
                == "t.jsonl:7: no column \"document\"; the row has \"tetx\", \"label\"."
                + " Set document_column to the column's name.")
    }

    @Test(
        "A value of the wrong type is reported with what it is",
        arguments: [
            ("3", "the number 3"), ("true", "true"), ("[\"a\"]", "a list"), ("{}", "an object"),
            ("null", "null"),
        ])
    func wrongType(json: String, phrase: String) throws {
        let row = try row("{\"text\": \(json)}")
        #expect(
            try message { _ = try row.text(in: "text", key: "text_column") }
                == "t.jsonl:1: column \"text\": expected a string, found \(phrase).")
    }
}
