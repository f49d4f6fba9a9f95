// What the writer makes of values, against Python's json, and what survives a round trip.

import Foundation
import JSON
import Testing

@Suite struct JSONTextTests {
    /// A document as it came, and what Python's json writes of it.
    struct Golden: Sendable, CustomTestStringConvertible {
        let source, line, compact, indented, sorted: String

        var testDescription: String { String(line.prefix(60)) }

        init(_ json: JSONValue) throws {
            func text(_ name: String) throws -> String { try #require(json[name]?.string) }
            (source, line, compact) = (try text("source"), try text("line"), try text("compact"))
            (indented, sorted) = (try text("indented"), try text("sorted"))
        }

        static func all() throws -> [Golden] {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Goldens/documents.jsonl")
            return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map {
                try Golden(JSONValue(parsing: Array($0)))
            }
        }
    }

    @Test("Every layout is Python's to the byte, with the order of keys and the text of numbers")
    func matchesPython() throws {
        let goldens = try Golden.all()
        #expect(goldens.count == 60)
        for golden in goldens {
            let value = try JSONValue(parsing: Array(golden.source.utf8))
            #expect(same(value.json, golden.line))
            #expect(same(value.text(.compact), golden.compact))
            #expect(same(value.text(.indented), golden.indented))
            #expect(same(value.text(sortingNames: true), golden.sorted))
            for layout in [JSONLayout.line, .compact, .indented, .spaced] {
                let again = try JSONValue(parsing: Array(value.text(layout).utf8))
                #expect(same(again.json, golden.line))
                #expect(again == value)
            }
        }
    }

    private func same(_ first: String, _ second: String) -> Bool { first.utf8.elementsEqual(second.utf8) }

    @Test("Files are sorted, indented and spaced, and end with a line feed")
    func files() throws {
        let text = #"{"b": [1, {"x": 2.0}], "a": {}, "B": [], "é": "/\u2028\u0001"}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        let expected = """
            {
              "B" : [

              ],
              "a" : {

              },
              "b" : [
                1,
                {
                  "x" : 2.0
                }
              ],
              "é" : "/\u{2028}\\u0001"
            }

            """
        #expect(String(decoding: value.serialized(), as: UTF8.self) == expected)
        let ordered = value.serialized(.compact, sortingNames: false)
        #expect(
            String(decoding: ordered, as: UTF8.self)
                == "{\"b\":[1,{\"x\":2.0}],\"a\":{},\"B\":[],\"é\":\"/\u{2028}\\u0001\"}\n")
    }

    /// A sequence of numbers from a seed.
    private struct Draws {
        var state: UInt64

        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }

        mutating func number() -> String {
            let sign = next(below: 2) == 0 ? "-" : ""
            let digits = (0..<next(below: 25)).map { _ in String(next(below: 10)) }.joined()
            let integer = digits.isEmpty ? "0" : "\(next(below: 9) + 1)\(digits)"
            let fraction = next(below: 2) == 0 ? "" : ".\(next(below: 1000))0"
            let exponent =
                next(below: 3) > 0 ? "" : ["e", "E+", "e-0", "E"][next(below: 4)] + "\(next(below: 400))"
            return sign + integer + fraction + exponent
        }

        mutating func value(depth: Int) -> String {
            switch next(below: depth < 5 ? 6 : 3) {
            case 0: number()
            case 1: ["null", "true", "false", "\"\"", "\"a\\\"é\\n\""][next(below: 5)]
            case 2: number()
            case 3:
                "[" + (0..<next(below: 5)).map { _ in value(depth: depth + 1) }.joined(separator: ", ") + "]"
            default:
                "{"
                    + (0..<next(below: depth == 0 ? 40 : 6)).map { index in
                        "\"\(next(below: 100))-\(index)\": \(value(depth: depth + 1))"
                    }.joined(separator: ", ") + "}"
            }
        }
    }

    @Test("Any document on one line comes back to the byte", arguments: 0..<200)
    func roundTrip(seed: Int) throws {
        var draws = Draws(state: UInt64(seed))
        let text = draws.value(depth: 0)
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(value.json == text)
        let spaced = try JSONValue(parsing: value.serialized())
        #expect(spaced == value)
        #expect(spaced.serialized() == value.serialized())
    }

    @Test("Doubles are written as the shortest text that reads back the same, whole ones in two forms")
    func doubles() throws {
        let cases: [(Double, String, String)] = [
            (2, "2.0", "2"), (-0.0, "-0.0", "-0"), (0.1, "0.1", "0.1"), (1e-5, "1e-05", "1e-05"),
            (1e16, "1e+16", "1e+16"), (123_456_789, "123456789.0", "123456789"),
        ]
        for (value, real, shortest) in cases {
            #expect(JSONValue.real(value).json == real)
            #expect(JSONValue.shortest(value).json == shortest)
            #expect(JSONValue.shortest(value).double?.bitPattern == value.bitPattern)
        }
        #expect(JSONValue.real(Double.nan) == .null && JSONValue.figure(.infinity) == .null)
        #expect(
            [Double.nan, .infinity, -.infinity].map { JSONNumber($0).text } == [
                "NaN", "Infinity", "-Infinity",
            ])
        #expect(JSONValue.real(Float(0.1)).json == "0.1")
    }

    @Test("NaN and the infinities are read where that is asked for, and refused elsewhere")
    func nonFinite() throws {
        let bytes = Array("[NaN, Infinity, -Infinity, -1]".utf8)
        let values = try #require(JSONValue(parsing: bytes, allowsNonFinite: true).array)
        #expect(values.map(\.json) == ["NaN", "Infinity", "-Infinity", "-1"])
        #expect(
            values[0].double?.isNaN == true && values[1].double == .infinity && values[2].double == -.infinity
        )
        #expect(values.map(\.integer) == [nil, nil, nil, -1])
        for text in ["NaN", "-Infinity", "Infinity"] {
            #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
        }
        for text in ["Na", "Inf", "-Inf", "-NaN", "nan"] {
            #expect(throws: JSONSyntaxError.self) {
                try JSONValue(parsing: Array(text.utf8), allowsNonFinite: true)
            }
        }
    }
}
