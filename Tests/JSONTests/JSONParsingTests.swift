// The JSON parser against a table of valid and invalid texts, after the cases of RFC 8259.

import JSON
import Testing

@Suite struct JSONParsingTests {
    /// Text, and what the writer makes of its value.
    static let valid: [(String, String)] = [
        ("0", "0"), ("-0", "-0"), ("12", "12"), ("1.50", "1.50"), ("1e5", "1e5"), ("1E+05", "1E+05"),
        ("-1.5e-3", "-1.5e-3"), ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("true", "true"), (" false ", "false"), ("\t\r\n null\n", "null"), ("\"\"", "\"\""), ("[]", "[]"),
        ("{}", "{}"), ("[ ]", "[]"), ("{ }", "{}"), ("[1,[2,[3]],{}]", "[1, [2, [3]], {}]"),
        ("{\"b\":1,\"a\":2}", "{\"b\": 1, \"a\": 2}"),
        ("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\": 3, \"b\": 2}"), ("{\"\":0}", "{\"\": 0}"),
        (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\b\f\n\r\t""#), (#""\u0041\u00e9\u20AC""#, "\"Aé€\""),
        (#""\ud83d\ude00""#, "\"😀\""), (#""a\ud83d\ude00b""#, "\"a😀b\""), (#""\u0000""#, #""\u0000""#),
        (#""\uFFFF""#, "\"\u{FFFF}\""), ("\"é漢😀\"", "\"é漢😀\""), ("\"\u{7F}\u{2028}\"", "\"\u{7F}\u{2028}\""),
        ("\"e\u{301}\"", "\"e\u{301}\""),
    ]

    @Test("Valid texts read as the values that they write", arguments: valid)
    func readsValid(text: String, written: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(Array(value.json.utf8) == Array(written.utf8))
        #expect(try JSONValue(parsing: Array(value.json.utf8)) == value)
    }

    static let invalid: [(String, Int, String)] = [
        ("", 1, "expected a value, found the end"), (" ", 2, "expected a value, found the end"),
        ("x", 1, "expected a value, found 'x'"), ("'a'", 1, "expected a value, found '''"),
        ("tru", 1, "expected a value, found 't'"), ("True", 1, "expected a value, found 'T'"),
        ("nul", 1, "expected a value, found 'n'"), ("NaN", 1, "expected a value, found 'N'"),
        ("Infinity", 1, "expected a value, found 'I'"), ("-", 2, "expected a digit, found the end"),
        ("-Infinity", 2, "expected a digit, found 'I'"), ("+1", 1, "expected a value, found '+'"),
        ("01", 2, "expected a number without a leading zero, found '1'"),
        ("-01", 3, "expected a number without a leading zero, found '1'"),
        ("1.", 3, "expected a digit, found the end"), (".5", 1, "expected a value, found '.'"),
        ("1.e1", 3, "expected a digit, found 'e'"), ("1e", 3, "expected a digit, found the end"),
        ("1e+", 4, "expected a digit, found the end"),
        ("0x1", 2, "expected nothing more after the value, found 'x'"),
        ("1 2", 3, "expected nothing more after the value, found '2'"),
        ("[]]", 3, "expected nothing more after the value, found ']'"),
        ("[", 2, "expected a value, found the end"), ("[1", 3, "expected ',' or ']', found the end"),
        ("[1,]", 4, "expected a value, found ']'"), ("[,1]", 2, "expected a value, found ','"),
        ("[1 2]", 4, "expected ',' or ']', found '2'"), ("[1}", 3, "expected ',' or ']', found '}'"),
        ("{", 2, "expected a key in double quotes, found the end"),
        ("{a:1}", 2, "expected a key in double quotes, found 'a'"),
        ("{1:1}", 2, "expected a key in double quotes, found '1'"),
        ("{\"a\"}", 5, "expected ':', found '}'"), ("{\"a\" 1}", 6, "expected ':', found '1'"),
        ("{\"a\":}", 6, "expected a value, found '}'"),
        ("{\"a\":1", 7, "expected ',' or '}', found the end"),
        ("{\"a\":1,}", 8, "expected a key in double quotes, found '}'"),
        ("\"a", 1, "a string is opened here and not closed"),
        ("\"a\\", 4, "expected an escape, found the end"),
        ("\"a\\\"", 1, "a string is opened here and not closed"),
        (#""\x""#, 3, #"expected one of " \ / b f n r t u after '\', found 'x'"#),
        (#""\u12g4""#, 6, #"expected four hexadecimal digits after '\u', found 'g'"#),
        (#""\u12"#, 6, #"expected four hexadecimal digits after '\u', found the end"#),
        (#""\ud800""#, 2, "half of a surrogate pair, which is no character"),
        (#""\udc00""#, 2, "half of a surrogate pair, which is no character"),
        (#""\ud800\u0041""#, 2, "half of a surrogate pair, which is no character"),
        ("\"a\tb\"", 3, "expected a control character in a string to be escaped, found a tab"),
        ("\"a\u{1}\"", 3, "expected a control character in a string to be escaped, found byte 0x1"),
        ("\"a\\n\u{1F}\"", 5, "expected a control character in a string to be escaped, found byte 0x1f"),
        ("[\"é漢\" x]", 7, "expected ',' or ']', found 'x'"), ("é", 1, "expected a value, found 'é'"),
        ("\u{FEFF}1", 1, "expected a value, found '\u{FEFF}'"),
        ("[1\u{A0}]", 3, "expected ',' or ']', found '\u{A0}'"),
    ]

    @Test("Invalid texts are refused with the column and what was found", arguments: invalid)
    func refusesInvalid(text: String, column: Int, problem: String) throws {
        let bytes = Array(text.utf8)
        let error = try #require(syntaxError(bytes))
        #expect(error.problem == problem && !error.isInvalidUTF8)
        #expect(error.place(in: bytes) == (1, column))
    }

    @Test("An error on a later line counts lines and columns from there")
    func laterLine() throws {
        let bytes = Array("{\n \"a\": 1,\n é b\n}".utf8)
        let error = try #require(syntaxError(bytes))
        #expect(error.problem == "expected a key in double quotes, found 'é'")
        #expect(error.place(in: bytes) == (3, 2))
        #expect(error.place(in: bytes, from: 2) == (2, 2))
    }

    /// Bytes within a string, and which of them is the first that is wrong.
    static let illFormed: [([UInt8], Int)] = [
        ([0xFF], 0), ([0x41, 0x80], 1), ([0xC0, 0xAF], 0), ([0xC3], 0), ([0xE2, 0x82], 0),
        ([0xED, 0xA0, 0x80], 0),
        ([0xE0, 0x80, 0x80], 0), ([0xC3, 0xA9, 0xF5, 0x80, 0x80, 0x80], 2), ([0xF4, 0x90, 0x80, 0x80], 0),
        ([0xF0, 0x9F, 0x98, 0x80, 0xF0, 0x9F, 0x98], 4), ([0x5C, 0x6E, 0xFE], 2),
    ]

    @Test("Ill-formed UTF-8 in a string is refused with its offset", arguments: illFormed)
    func refusesIllFormed(bytes: [UInt8], offset: Int) throws {
        let error = try #require(syntaxError([0x22] + bytes + [0x22]))
        #expect(error.isInvalidUTF8 && error.position == offset + 1)
    }

    @Test("Lists and objects nest to 512 levels and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[{\"a\":", count: depth / 2) + "0"
                    + String(repeating: "}]", count: depth / 2)).utf8)
        }
        _ = try JSONValue(parsing: nested(512))
        let deep = try #require(syntaxError(nested(514)))
        #expect(deep.position == 1536 && deep.problem == "nested deeper than 512 levels")
        _ = try JSONValue(parsing: nested(30), maximumDepth: 30)
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: nested(32), maximumDepth: 30) }
    }

    @Test("Of equal keys the last wins, also among many, and different spellings of a character stay apart")
    func duplicateKeys() throws {
        let members = (0..<100).map { "\"k\($0 % 40)\":\($0)" }.joined(separator: ",")
        guard case .object(let fields) = try JSONValue(parsing: Array("{\(members)}".utf8)) else {
            Issue.record("no object")
            return
        }
        #expect(fields.names == (0..<40).map { "k\($0)" })
        #expect(fields["k3"] == .integer(83))
        #expect(fields["k39"] == .integer(79))
        guard case .object(let accents) = try JSONValue(parsing: Array("{\"é\":1,\"e\u{301}\":2}".utf8))
        else {
            Issue.record("no object")
            return
        }
        #expect(accents.names.count == 2)
    }

    @Test(
        "A name that occurs twice is refused where that is asked for, also among many, with the end of the second"
    )
    func refusedDuplicates() throws {
        for text in [#"{"a":1,"b":{"x":1,"\u0078":2}}"#, #"{"x":1}"#] {
            let bytes = Array(text.utf8)
            let found = syntaxError(bytes, duplicates: .refused)
            #expect(found?.duplicateName == (bytes.count > 10 ? "x" : nil))
            #expect(found.map(\.position) == (bytes.count > 10 ? 26 : nil))
        }
        let members = (0..<100).map { "\"k\($0 % 99)\":0" }.joined(separator: ",")
        #expect(syntaxError(Array("{\(members)}".utf8), duplicates: .refused)?.duplicateName == "k0")
    }

    private func syntaxError(
        _ bytes: [UInt8], duplicates: JSONParser.DuplicateNames = .lastWins
    ) -> JSONSyntaxError? {
        do throws(JSONSyntaxError) {
            _ = try JSONValue(parsing: bytes, duplicates: duplicates)
            return nil
        } catch { return error }
    }

    @Test("A number keeps its text and knows its value")
    func numbers() throws {
        let text = #"{"a": 10, "b": 1.0, "c": 1e2, "d": 9007199254740993, "e": 99999999999999999999}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        func number(_ name: String) -> JSONNumber? {
            guard case .object(let fields) = value, case .number(let number) = fields[name] else {
                return nil
            }
            return number
        }
        #expect(number("a")?.integer == 10)
        #expect(number("a")?.double == 10)
        #expect(number("b")?.integer == nil)
        #expect(number("b")?.double == 1)
        #expect(number("c")?.isInteger == false)
        #expect(number("d")?.integer == 9_007_199_254_740_993)
        #expect(number("e")?.isInteger == true)
        #expect(number("e")?.integer == nil)
        #expect(number("e")?.double == 1e20)
    }

    @Test("A limit ends a value that goes on beyond it, says so, and is lifted again")
    func limit() throws {
        let bytes = Array(#"[1, {"a": "bcdef"}, 234]"#.utf8)
        for count in 0...14 {
            var parser = JSONParser(bytes, in: 0..<bytes.count)
            try parser.consume(UInt8(ascii: "["), or: "'['")
            _ = try parser.value()
            try parser.consume(UInt8(ascii: ","), or: "','")
            _ = parser.peek()
            parser.setLimit(count)
            guard count < 14 else {
                #expect(try parser.value() == ["a": "bcdef"])
                parser.setLimit(nil)
                try parser.consume(UInt8(ascii: ","), or: "','")
                continue
            }
            let error = #expect(throws: JSONSyntaxError.self) { try parser.value() }
            #expect(error?.exceedsLimit == true, "\(count)")
        }
        var parser = JSONParser(bytes, in: 0..<5)
        let error = #expect(throws: JSONSyntaxError.self) { try parser.value() }
        #expect(error?.exceedsLimit == false)
    }
}
