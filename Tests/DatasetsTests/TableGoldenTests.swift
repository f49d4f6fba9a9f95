// Tables and labels as pandas and scikit-learn take them.

import Datasets
import Foundation
import JSON
import Models
import Tensors
import TestSupport
import Testing

/// What Goldens/tables.py wrote.
private struct TableGoldens: Decodable {
    struct Written: Decodable {
        let separator: String
        let columns: [String]
        let rows: [[String]]
        let text: String
    }

    struct Labels: Decodable {
        let values: [String]
        let isRegression: Bool
        let names: [String]
    }

    struct Split: Decodable {
        let share: Double
        let classes: [Int]
        let heldOut: Int
        let ofClass: [Int]
    }

    let written: [Written]
    let labels: [Labels]
    let splits: [Split]

    static var bytes: Data {
        get throws {
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            return try Data(contentsOf: folder.appendingPathComponent("Goldens/tables.json"))
        }
    }

    static func load() throws -> TableGoldens { try JSONDecoder().decode(Self.self, from: bytes) }
}

@Suite struct TableGoldenTests {
    @Test("a table is written as pandas writes it, and read back as it was")
    func written() throws {
        let folder = try TemporaryFolder()
        for golden in try TableGoldens.load().written {
            let separator = try #require(golden.separator.utf8.first)
            let table = DelimitedText(separator: separator)
            let text = ([golden.columns] + golden.rows).map { table.record($0) + "\n" }.joined()
            #expect(text == golden.text)
            let path = try folder.write("t.csv", text)
            let reader = try RowReader(patterns: [path], form: DelimitedForm(separator: separator))
            var rows: [[String]] = []
            try reader.forEachRow { (row) throws(DatasetsError) in
                rows.append(row.fields.values.map { DelimitedText.text(of: $0) })
            }
            #expect(rows == golden.rows)
            #expect(try reader.separator() == separator)
        }
    }

    @Test("values that are no texts have the text that pandas gives them, and one empty field is a record")
    func values() {
        #expect(DelimitedText.text(of: .null) == "")
        #expect(DelimitedText.text(of: .bool(true)) == "True")
        #expect(DelimitedText.text(of: .integer(12)) == "12")
        #expect(DelimitedText.text(of: .array([.string("a"), .integer(1)])).contains("\"a\""))
        #expect(DelimitedText(separator: 0x2C).record([""]) == "\"\"")
    }

    @Test("a column of labels is a regression where pandas reads floats, else labels by pandas' names")
    func labels() throws {
        let folder = try TemporaryFolder()
        let goldens = try TableGoldens.load().labels
        try #require(goldens.count >= 15)
        for (number, golden) in goldens.enumerated() {
            let text = "label\n" + golden.values.joined(separator: "\n") + "\n"
            let rows = try RowReader(patterns: [try folder.write("\(number).csv", text)])
            let map = try LabelMap(of: rows, column: "label")
            #expect(map.problemType == (golden.isRegression ? .regression : .singleLabel), "\(golden.values)")
            if !golden.isRegression {
                #expect(map.labels.sorted() == golden.names.sorted(), "\(golden.values)")
            }
        }
    }

    @Test("integers of more digits than a machine word keep their digits in JSON too, in the order of values")
    func longIntegers() throws {
        for labels in [
            ["12345678901234567890", "12345678901234567891"], ["-98765432109876543210", "5"],
            ["18446744073709551615", "18446744073709551616"],
        ] {
            var builder = LabelMap.Builder(column: "label")
            for label in labels { try builder.add(try row("{\"label\": \(label)}")) }
            let map = try builder.finish()
            #expect(map.problemType == .singleLabel && map.labels == labels)
            for (id, label) in labels.enumerated() {
                #expect(
                    try map.target(for: try row("{\"label\": \(label)}"), column: "label") == .label(id))
            }
        }
    }

    @Test("as many rows of each class are held out as scikit-learn holds out")
    func splits() throws {
        let goldens = try TableGoldens.load().splits
        try #require(goldens.count == 40)
        for (number, golden) in goldens.enumerated() {
            let key = RandomKey(seed: UInt64(number))
            let count = golden.classes.count
            let held = try ValidationSplit.isHeldOut(
                rowCount: count, share: golden.share, classes: golden.classes, key: key)
            #expect(held.count { $0 } == golden.heldOut)
            for (label, expected) in golden.ofClass.enumerated() {
                let found = golden.classes.indices.count { golden.classes[$0] == label && held[$0] }
                // Equal remainders are shared out by chance there.
                #expect(abs(found - expected) <= 1, "case \(number), class \(label)")
            }
            let plain = try ValidationSplit.isHeldOut(rowCount: count, share: golden.share, key: key)
            #expect(plain.count { $0 } == golden.heldOut)
        }
    }

    @Test("groups stay whole, both sides have some, and the same key gives the same rows")
    func groups() throws {
        for seed in 0..<50 as Range<UInt64> {
            let key = RandomKey(seed: seed)
            let count = 20 + Int(key.word(0) % 60)
            let groups = (0..<count).map { Int(key.word(UInt64($0) + 1) % (2 + seed % 9)) }
            let names = Array(Set(groups)).sorted()
            guard names.count > 1 else { continue }
            let dense = groups.map { group in names.firstIndex(of: group) ?? 0 }
            for classes in [nil, groups.map { $0 % 2 }] {
                let held = try ValidationSplit.isHeldOut(
                    rowCount: count, share: 0.25, classes: classes, groups: dense, key: key)
                for group in names.indices {
                    let sides = Set(dense.indices.filter { dense[$0] == group }.map { held[$0] })
                    #expect(sides.count == 1, "group \(group) of seed \(seed)")
                }
                #expect(held.contains(true) && held.contains(false))
                #expect(
                    try held
                        == ValidationSplit.isHeldOut(
                            rowCount: count, share: 0.25, classes: classes, groups: dense, key: key))
            }
        }
        #expect(throws: DatasetsError.self) {
            try ValidationSplit.isHeldOut(
                rowCount: 4, share: 0.5, groups: [0, 0, 0, 0], key: RandomKey(seed: 1))
        }
        #expect(throws: DatasetsError.self) {
            try ValidationSplit.isHeldOut(rowCount: 1, share: 0.5, key: RandomKey(seed: 1))
        }
    }
}
