// Objects keep their order; values are made by literals and read by kind.

import JSON
import Testing

@Suite struct JSONObjectTests {
    @Test("Members keep their order through setting, replacing and removing")
    func order() {
        var members: JSONObject = ["b": 1, "a": 2, "c": 3]
        members["a"] = nil
        members["b"] = "x"
        members["d"] = .null
        #expect(members.names == ["b", "c", "d"])
        #expect(members.values == ["x", 3, .null])
        #expect(members.remove("c") == 3)
        #expect(members.remove("c") == nil)
        #expect(members["d"] == .null && members["c"] == nil)
        #expect(members.map(\.key) == ["b", "d"])
        #expect(members.mapValues { .array([$0]) } == ["b": ["x"], "d": [.null]])
    }

    @Test("Merging replaces in place and adds at the end; of equal names the last counts")
    func merging() {
        let members: JSONObject = ["z": 1, "y": 2]
        #expect(members.merging(["y": 3, "a": 4]).names == ["z", "y", "a"])
        #expect(members.merging(["y": 3, "a": 4])["y"] == 3)
        #expect(JSONObject().merging(members).names == ["z", "y"])
        let many = JSONObject((0..<100).map { ("k\($0 % 40)", .integer($0)) })
        #expect(many.count == 40 && many["k39"] == 79)
        #expect(JSONObject(["b": 1, "a": 2, "B": 3]).names == ["B", "a", "b"])
        #expect(many.sorted.names.prefix(3) == ["k0", "k1", "k10"])
    }

    @Test("Equality ignores the order of members, not names or values")
    func equality() {
        let value: JSONValue = ["a": [1, 2.5, true], "b": ["c": .null]]
        #expect(value == ["b": ["c": .null], "a": [1, 2.5, true]])
        #expect(value != ["b": ["c": .null], "a": [1, true, 2.5]])
        #expect(value != ["b": ["c": .null], "A": [1, 2.5, true]])
        #expect(value != ["b": ["c": .null]])
        #expect(JSONValue.object(["é": 1]) != ["e\u{301}": 1])
        #expect(JSONValue.object(["é": 1])["e\u{301}"] == nil)
    }

    @Test("Numbers are equal by their value, not by how they are written")
    func equalNumbers() throws {
        func number(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
        for (first, second, isEqual) in [
            ("2", "2.0", true), ("2", "2e0", true), ("-0", "0", true), ("0.50", "5e-1", true),
            ("2", "2.5", false),
            ("9007199254740993", "9007199254740992.0", false),
            ("18446744073709551616", "18446744073709551617", false),
            ("1e400", "1e401", false), ("1e400", "1e400", true),
        ] {
            #expect(try (number(first) == number(second)) == isEqual, "\(first) and \(second)")
        }
        #expect(Set([JSONNumber(2), .real(2), .real(2.5)]).count == 2)
    }

    @Test("Accessors answer for their own kind alone; whole numbers count however they are written")
    func accessors() throws {
        let value: JSONValue = [
            "s": "x", "n": 2, "r": 2.0, "f": 2.5, "b": false, "a": [], "o": [:], "z": .null,
        ]
        #expect(value["s"]?.string == "x" && value["s"]?.integer == nil && value["s"]?.array == nil)
        #expect(value["n"]?.integer == 2 && value["n"]?.double == 2 && value["n"]?.bool == nil)
        #expect(value["r"]?.integer == 2 && value["r"]?.json == "2.0")
        #expect(value["f"]?.integer == nil && value["f"]?.double == 2.5)
        #expect(value["b"]?.bool == false && value["b"]?.string == nil)
        #expect(value["a"]?.array == [] && value["o"]?.object == [:])
        #expect(value["z"]?.isNull == true && value["none"] == nil && value["s"]?["x"] == nil)
        for (text, whole) in [
            ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("1e3", 1000), ("1e18", nil),
            ("9007199254740992.0", 9_007_199_254_740_992), ("-0", 0), ("1e400", nil), ("0.5", nil),
        ] as [(String, Int?)] {
            let number = try JSONValue(parsing: Array(text.utf8))
            #expect(number.integer == whole, "\(text)")
            #expect(number.json == text)
        }
    }

    @Test("The first of equal names counts where that is asked for")
    func firstWins() throws {
        let text = Array(#"{"a": 1, "b": 2, "a": 3}"#.utf8)
        #expect(try JSONValue(parsing: text, duplicates: .firstWins).json == #"{"a": 1, "b": 2}"#)
        #expect(try JSONValue(parsing: text).json == #"{"a": 3, "b": 2}"#)
    }
}
