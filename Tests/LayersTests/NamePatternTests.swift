// Patterns of parameter names: what they match, and how a wrong one is explained.

import Layers
import Testing

@Suite struct NamePatternTests {
    private let name = "bert.encoder.layer.11.attention.self.query.weight"

    @Test(
        "a pattern matches whole parts between dots, anywhere in the name",
        arguments: [
            ("encoder", true), ("bert", true), ("encoder.layer.11", true), ("encoder.layer.1", false),
            ("layer.{0..11}", true), ("layer.{0..10}", false), ("encoder.layer.[0-3].*", false),
            ("layer.[0-1][0-1]", true), ("layer.1?", true), ("layer.?", false), ("*.weight", true),
            ("*.bias", false), ("{query,value}", true), ("{key,value}", false), ("quer*", true),
            ("encoder.*", true), ("code", false), ("[!0-9]ert", true), ("self.query.weight", true),
            ("bert.encoder.layer.11.attention.self.query.weight", true), ("weight.x", false),
        ])
    func parts(pattern: String, isMatch: Bool) throws {
        #expect(try NamePattern(pattern).matches(partsOf: name) == isMatch)
    }

    @Test(
        "a module is named by its last parts",
        arguments: [
            ("query", true), ("self.query", true), ("attention.self.query", true), ("self", false),
            ("uery", false), ("*", true), ("layer.{0..3}.*.{query,value}", true), ("layer.[4-9].*", false),
        ])
    func end(pattern: String, isMatch: Bool) throws {
        #expect(try NamePattern(pattern).matches(endOf: "encoder.layer.3.attention.self.query") == isMatch)
    }

    @Test(
        "a pattern that cannot be meant is explained",
        arguments: [
            ("", "a pattern must not be empty"),
            ("layer.[0-3", "the pattern \"layer.[0-3\" lacks a closing ]"),
            ("{query,value", "the pattern \"{query,value\" lacks a closing }"),
            ("layer.{3..1}", "the pattern \"layer.{3..1}\" has the empty range {3..1}"),
            (
                "layer.[0-11]",
                "the pattern \"layer.[0-11]\" has [0-11], which stands for one character; write {0..11} for a range "
                    + "of numbers"
            ),
        ])
    func mistakes(pattern: String, message: String) {
        #expect(throws: NamePatternError.self) { try NamePattern(pattern) }
        do {
            _ = try NamePattern(pattern)
        } catch {
            #expect("\(error)" == message)
        }
    }
}
