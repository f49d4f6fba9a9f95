// Lists of zeros and ones: when they are multi-hot, when they are names, and what is said where neither fits.

import Datasets
import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite struct MultiHotTests {
    private func read(
        _ labels: [String], _ type: ProblemType? = nil
    ) throws -> (map: LabelMap, remarks: [String]) {
        let folder = try TemporaryFolder()
        let lines = labels.map { "{\"label\": \($0)}\n" }.joined()
        var remarks: [String] = []
        let map = try LabelMap(
            of: RowReader(patterns: [try folder.write("t.jsonl", lines)]), column: "label",
            problemType: type, remarks: { remarks = $0 })
        return (map, remarks)
    }

    private func target(_ map: LabelMap, _ label: String) throws -> Target {
        try map.target(for: try row("{\"label\": \(label)}", line: 9), column: "label")
    }

    @Test("what scikit-learn calls a multilabel-indicator is multi-hot, and nothing else is")
    func indicators() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent("Goldens/tables.json")))
        let cases = try #require(JSONValue(parsing: bytes)["lists"]?.array)
        try #require(cases.count >= 12)
        for golden in cases {
            let rows = try #require(golden["rows"]?.array)
            let found: Bool
            do {
                found = try read(rows.map(\.json)).map.labels.first == "LABEL_0"
            } catch is DatasetsError {
                // Single names, and fractions.
                found = false
            }
            #expect(golden["isMultiHot"] == .bool(found), "\(golden)")
        }
    }

    @Test(
        "zeros and ones of one length are multi-hot, however they are written",
        arguments: [
            (["[1, 0, 1]", "[0, 1, 0]"], 3), (["[1, 0]", "[0, 1]"], 2), (["[1.0, 0.0, 0.0]"], 3),
            (["[true, false]", "[false, false]"], 2), ([#"["1", "0", "1"]"#, #"["0", "0", "1"]"#], 3),
            (["[0, 0, 0, 0]", "[1, 1, 1, 1]"], 4), (["[1, 1]"], 2), (["[0, 1, 1]", "[]", "[1, 0, 0]"], 3),
            (["[1, 0.0, true]"], 3),
        ])
    func multiHot(labels: [String], count: Int) throws {
        for type in [nil, ProblemType.multiLabel] {
            let (map, remarks) = try read(labels, type)
            #expect(map.problemType == .multiLabel)
            #expect(map.labels == (0..<count).map { "LABEL_\($0)" })
            #expect(remarks.contains { $0.contains("are multi-hot; the labels are LABEL_0 to LABEL_") })
        }
    }

    @Test(
        "lists of names stay names, numbers of labels too",
        arguments: [
            (["[0]", "[1]", "[0, 1]"], ["0", "1"]), (["[0, 2]", "[1, 0]"], ["0", "1", "2"]),
            ([#"["a", "b"]"#, "[]"], ["a", "b"]), (["[1]", "[0]"], ["0", "1"]),
            (["[0, 1]", "[1]", "[]"], ["0", "1"]), (["[3, 5]", "[5, 3]"], ["3", "5"]),
            ([#"["0", "x"]"#, #"["1", "x"]"#], ["0", "1", "x"]), (["[0.0, 1.0]", "[2.0]"], ["0", "1", "2"]),
        ])
    func names(labels: [String], names: [String]) throws {
        let (map, remarks) = try read(labels)
        #expect(map.problemType == .multiLabel && map.labels == names)
        #expect(!remarks.contains { $0.contains("multi-hot") })
    }

    @Test("targets are the places of the ones, and a list of another length is told")
    func targets() throws {
        let map = try read(["[1, 0, 1]", "[0, 1, 0]"]).map
        #expect(try target(map, "[1, 0, 1]") == .labels([0, 2]))
        #expect(try target(map, "[0, 0, 0]") == .labels([]))
        #expect(try target(map, "[true, true, false]") == .labels([0, 1]))
        #expect(try target(map, #"["LABEL_2"]"#) == .labels([2]))
        #expect(try target(map, "[]") == .labels([]))
        #expect(
            try message { _ = try target(map, "[1, 0]") }
                == "t.jsonl:9: column \"label\": expected a multi-hot list of 3 zeros and ones, one for each label,"
                + " found 2 of them.")
        #expect(try message { _ = try target(map, "[1]") }.contains("found 1 of them"))
    }

    @Test("a model's labels say what a list of zeros and ones is")
    func models() throws {
        let placeholders = try LabelMap(labels: ["LABEL_0", "LABEL_1", "LABEL_2"], problemType: .multiLabel)
        #expect(try target(placeholders, "[0, 0, 1]") == .labels([2]))
        #expect(try target(placeholders, "[0, 2]") == .labels([0, 2]))
        #expect(try target(placeholders, "[1]") == .labels([1]))
        #expect(try message { _ = try target(placeholders, "[1, 1]") }.contains("multi-hot list of 3"))
        let named = try LabelMap(labels: ["rude", "threat"], problemType: .multiLabel)
        #expect(try target(named, "[0, 1]") == .labels([1]))
        #expect(try target(named, #"["threat"]"#) == .labels([1]))
        #expect(try message { _ = try target(named, "[1]") }.contains("unknown label \"1\""))
        let numbers = try LabelMap(labels: ["0", "1"], problemType: .multiLabel)
        #expect(try target(numbers, "[0, 1]") == .labels([0, 1]))
        #expect(try target(numbers, "[1]") == .labels([1]))
    }

    @Test("lists that are neither are refused with what to write")
    func refusals() throws {
        #expect(
            try message { _ = try read(["[1, 0, 1]", "[1, 0]"]) }.contains(
                "holds lists of zeros and ones, but 3 at "))
        #expect(
            try message { _ = try read(["[0.5, 1]", "[0, 1]"]) }.contains(
                "a list holds a fractional number, which names no label; write names, whole numbers, or zeros"
            ))
        #expect(try message { _ = try read(["[1, 0]", "1"]) }.contains("mixes labels of different types"))
        #expect(
            try message { _ = try read(["[1, 0]", "[0, 1]"], .singleLabel) }.contains("expected one label"))
    }

    @Test(
        "lists in the cells of a CSV file are read as Python programs write them",
        arguments: [
            ("[1, 0, 1]", "[0, 1, 0]", "LABEL_0"), ("[1 0 1]", "[0 1 0]", "LABEL_0"),
            ("[1. 0. 1.]", "[0. 0. 1.]", "LABEL_0"), ("[True, False]", "[False, False]", "LABEL_0"),
            ("['a', 'b']", "['b']", "a"), (#"['it\'s', "b"]"#, "['b']", "b"), (#"["a", "b"]"#, "[]", "a"),
        ])
    func cells(first: String, second: String, label: String) throws {
        let folder = try TemporaryFolder()
        let table = DelimitedText(separator: 0x2C)
        let text = ["label", first, second].map { table.record([$0]) + "\n" }.joined()
        let rows = try RowReader(patterns: [try folder.write("t.csv", text)])
        let map = try LabelMap(of: rows, column: "label")
        #expect(map.problemType == .multiLabel && map.labels.first == label, "\(map.labels)")
        try rows.forEachRow { (row) throws(DatasetsError) in
            _ = try map.target(for: row, column: "label")
        }
    }

    @Test(
        "what labels become is said: truth values, numbers with a fraction, names of missing values, one-hot")
    func remarks() throws {
        #expect(
            try read(["true", "false"]).remarks
                == ["column label: true and false are the labels \"True\" and \"False\""])
        #expect(
            try read(["1.0", "2.0"], .singleLabel).remarks
                == ["column label: numbers are labels by their value, so 1.0 and 1 are the label \"1\""])
        let whole = try read(["1.0", "0.0", "1.0"]).remarks
        #expect(whole.count == 1 && whole[0].contains("for classes set problem_type: single_label"))
        #expect(try read(["1.5", "0.0"]).remarks.isEmpty)
        let missing = try read([#""nan""#, #""spam""#, #""nan""#]).remarks
        #expect(missing.count == 1 && missing[0].contains("2 rows have the label \"nan\" (first "))
        #expect(try read(["[1, 0]", "[0, 1]"]).remarks[0].hasSuffix("in place of the list"))
        #expect(try read([#""spam""#, #""ham""#]).remarks.isEmpty)
    }

    @Test("of two labels one is the positive one, by its name; of others none is")
    func positive() throws {
        let map = try read([#""spam""#, #""ham""#]).map
        #expect(map.labels == ["ham", "spam"])
        #expect(try map.positive(nil) == 1 && map.positive("ham") == 0)
        #expect(try message { _ = try map.positive("spma") }.contains("there is no label \"spma\""))
        let three = try read(["1", "2", "3"]).map
        #expect(try three.positive(nil) == 1)
        #expect(
            try message { _ = try three.positive("1") }.contains("is for two labels of which each row has"))
    }
}
