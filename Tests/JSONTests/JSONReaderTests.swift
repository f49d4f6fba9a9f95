// Typed look-ups name the file, the path of the value, what was expected and what stands there.

import JSON
import Testing

@Suite struct JSONReaderTests {
    private enum Scaling: String, CaseIterable { case linear, yarn }

    private let reader = JSONReader<JSONMismatch>(
        [
            "rope_scaling": ["factor": 2.0, "type": "linear", "bad": "2"], "layers": [1, 2, "x"],
            "tied": true, "none": .null,
        ], file: "config.json")

    @Test("Values are read by their path")
    func reads() throws {
        #expect(try reader["rope_scaling"]["factor"].double() == 2)
        #expect(try reader["rope_scaling"]["factor"].integer() == 2)
        #expect(try reader["rope_scaling"]["type"].choice(Scaling.self) == .linear)
        #expect(try reader["layers"][1].integer(in: 0...2, "a layer") == 2)
        #expect(try reader["layers"].array().map(\.path) == ["layers[0]", "layers[1]", "layers[2]"])
        #expect(try reader["rope_scaling"].members().map(\.reader.path).first == "rope_scaling.factor")
        #expect(try reader["tied"].bool())
        #expect(try reader["none"].ifPresent?.bool() ?? false == false)
        #expect(try reader["missing"].ifPresent?.string() ?? "default" == "default")
    }

    @Test("An error says file, path, what was expected and what was found")
    func mismatches() {
        func mismatch(_ read: () throws(JSONMismatch) -> some Any) -> JSONMismatch? {
            do throws(JSONMismatch) {
                _ = try read()
                return nil
            } catch { return error }
        }
        let bad = mismatch { () throws(JSONMismatch) in try reader["rope_scaling"]["bad"].double() }
        #expect(
            bad
                == JSONMismatch(
                    file: "config.json", path: "rope_scaling.bad", expected: "a number", found: "2"))
        #expect(bad?.description == "config.json: rope_scaling.bad: expected a number, found the string '2'")
        let missing = mismatch { () throws(JSONMismatch) in try reader["rope"]["factor"].double() }
        #expect(missing?.path == "rope.factor" && missing?.found == nil)
        let element = mismatch { () throws(JSONMismatch) in try reader["layers"][2].integer() }
        #expect(element?.path == "layers[2]" && element?.found == "x")
        let beyond = mismatch { () throws(JSONMismatch) in try reader["layers"][3].integer() }
        #expect(beyond?.path == "layers[3]" && beyond?.found == nil)
        let range = mismatch { () throws(JSONMismatch) in try reader["layers"][0].integer(in: 2...3, "2 or 3")
        }
        #expect(range?.expected == "2 or 3" && range?.found == 1)
        let choice = mismatch { () throws(JSONMismatch) in
            try reader["rope_scaling"]["bad"].choice(Scaling.self)
        }
        #expect(choice?.expected == "one of linear, yarn")
        #expect(mismatch { () throws(JSONMismatch) in try reader.array() }?.path == "")
        #expect(mismatch { () throws(JSONMismatch) in try reader["tied"].object() }?.found == true)
        #expect(mismatch { () throws(JSONMismatch) in try reader["none"].string() }?.found == .null)
    }
}
