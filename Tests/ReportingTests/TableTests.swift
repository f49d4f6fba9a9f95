// Tables and version files as fixed strings.
import Foundation
import JSON
import Reporting
import Testing

@Suite struct TableTests {
    @Test("Names stand on the left and figures on the right")
    func metrics() {
        let table = Table.metrics([
            ("accuracy", .real(0.87512)), ("loss", .real(12.3)), ("samples", .integer(872)),
        ])
        #expect(
            table.text == """
                metric      value
                --------  -------
                accuracy   0.8751
                loss      12.3000
                samples       872

                """)
    }

    @Test("A confusion matrix has true labels in rows")
    func confusion() {
        let table = Table.confusion(labels: ["no", "yes"], counts: [[10, 2], [3, 115]])
        #expect(
            table.text == """
                true \\ predicted  no  yes
                ----------------  --  ---
                no                10    2
                yes                3  115

                """)
    }

    @Test("Wide characters, accents and emoji keep the columns straight, and controls cannot break a line")
    func unicode() {
        let table = Table(rows: [["好评", "1"], ["cafe\u{301}", "2"], ["👍🏽", "3"], ["a\nb", "4"]])
        #expect(table.text == "好评  1\ncafe\u{301}  2\n👍🏽    3\na\\nb  4\n")
        #expect("한국".displayWidth == 4)
        #expect("❤\u{FE0F}".displayWidth == 2)
        #expect("\u{200B}".displayWidth == 0)
        #expect("好评".fitting(columns: 3) == "好")
    }

    @Test("Rows may be short, and an empty table is no text")
    func ragged() {
        #expect(Table(header: ["a", "b"], rows: [["x"]]).text == "a  b\n-  -\nx\n")
        #expect(Table(rows: []).text == "")
        #expect(
            Table(rows: [["a", "x"], ["b", "yy"]], alignments: [.right, .left]).text == "a  x\nb  yy\n")
    }
}

@Suite struct NumberFormatTests {
    @Test("A p-value as low as 1,000 replicates can tell is an upper bound, never an equation")
    func pValues() {
        let figures = [1.0 / 1001, 2.0 / 1001, 0.0014, 0.0496, 1, 1e-12, .nan]
        #expect(
            figures.map(NumberFormat.pValue) == [
                "≤ 0.001", "0.002", "0.001", "0.050", "1.000", "≤ 0.001", "–",
            ])
        #expect(
            [figures[0], figures[3], figures[6]].map(NumberFormat.pClause) == [
                "p ≤ 0.001", "p = 0.050", "p is not known",
            ])
    }
}

@Suite struct RunVersionsTests {
    @Test("The version file lists everything in a fixed order and is valid JSON")
    func json() throws {
        let versions = RunVersions(
            lockstep: "0.1.0", swift: "6.3.1", operatingSystem: "Debian \"12\"", cpu: "AMD\tEPYC",
            libraries: [.init(name: "Open MPI", version: "4.1.4"), .init(name: "oneDNN", version: "2.6.3")])
        #expect(
            versions.json == #"""
                {
                  "lockstep": "0.1.0",
                  "swift": "6.3.1",
                  "operating_system": "Debian \"12\"",
                  "cpu": "AMD\tEPYC",
                  "libraries": {
                    "Open MPI": "4.1.4",
                    "oneDNN": "2.6.3"
                  }
                }

                """#)
        let parsed = try JSONSerialization.jsonObject(with: Data(versions.json.utf8)) as? [String: Any]
        #expect(parsed?["cpu"] as? String == "AMD\tEPYC")
    }

    @Test("The current versions name compiler, system and processor")
    func current() {
        let versions = RunVersions.current(lockstep: "0.1.0", libraries: [])
        #expect(versions.swift.wholeMatch(of: /[0-9]+\.[0-9]+(\.[0-9]+)?/) != nil, "\(versions.swift)")
        #expect(!versions.operatingSystem.isEmpty)
        #expect(!versions.cpu.isEmpty)
        #expect(versions.json.contains("\"libraries\": {}"))
    }
}
