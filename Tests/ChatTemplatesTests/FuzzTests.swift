// Chat templates damaged at random: refused by name, at a place, or a text with the assistant's ranges inside
// it.

import ChatTemplates
import Foundation
import TestSupport
import Testing

private func templates() throws -> FuzzedFormat {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
        $0.hasSuffix(".jinja")
    }
    let samples = try names.sorted().map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
    let words =
        "{{ }} {% %} {# #} {%- -%} if elif else endif for in endfor set endset macro endmacro "
        + "filter endfilter with "
        + "endwith generation endgeneration break continue raw endraw is not and or defined none "
        + "messages message "
        + "loop loop.index namespace( range( dict( |tojson |tojson(indent=2) |indent(8) |sort "
        + "|unique |map('upper') "
        + "|join(',') |length |int |abs |replace('a','bb') |default('x') [::-1] [1:] .split('a') "
        + ".strip() .items() "
        + "+ - * / // % ** ~ == != <= ( ) [ ] { } : , ' \" \\ 9223372036854775807 "
        + "-9223372036854775808 0 1e308"
    return FuzzedFormat(
        "template", samples: samples, words: words, place: "T.jinja", byteLimit: 1 << 14
    ) { input in
        let template = try ChatTemplate(
            String(decoding: input, as: UTF8.self), path: "T.jinja",
            variables: [.init("bos_token", "<s>"), .init("eos_token", "</s>")])
        let messages: [TemplateValue] = [
            .message(role: "system", content: "Be kind."), .message(role: "user", content: " Hi there\n"),
            .message(role: "assistant", content: "<think>x</think> Yes?"),
        ]
        let tools: [TemplateValue] = [
            ["type": "function", "function": ["name": "f", "parameters": ["a": 1]]]
        ]
        let chat: RenderedChat
        do throws(ChatTemplateError) {
            chat = try template.render(messages: messages, addGenerationPrompt: true, tools: tools)
        } catch {
            // The template's own words.
            if case .refused = error { return }
            throw error
        }
        let count = chat.text.unicodeScalars.count
        for range in chat.assistantRanges where range.upperBound > count {
            throw FuzzFailure("\(range) is beyond the \(count) scalars of the text")
        }
    }
}

@Suite struct FuzzTests {
    @Test("a damaged template is refused by name or renders")
    func damagedTemplate() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("template"))") {
            try Fuzzing.run(templates(), inputs: 5_000)
        }
    }

    /// What a template makes of a message, or why it fails.
    private static func outcome(_ source: String) -> String {
        do throws(ChatTemplateError) {
            let template = try ChatTemplate(source, path: "T.jinja")
            return try template.render(messages: [.message(role: "user", content: "x")]).text
        } catch {
            return error.description
        }
    }

    @Test(
        "numbers at the ends of their range overflow nothing",
        arguments: [
            ("{{ (0 - 9223372036854775807 - 1)|abs }}", "a number is too large"),
            ("{{ (0 - 9223372036854775807 - 1) is divisibleby(-1) }}", "True"),
            ("{{ 1 ** 9223372036854775807 }}{{ 3 ** 4 }}{{ (-1) ** 9223372036854775807 }}", "181-1"),
            ("{{ 2 ** 64 }}", "a number is too large"), ("{{ 2 ** 62 }}", "4611686018427387904"),
        ])
    func numbers(source: String, expected: String) {
        #expect(Self.outcome(source).contains(expected), "\(Self.outcome(source))")
    }

    private static func looped(_ body: String) -> String {
        "{% set ns = namespace(x='aaaaaaaa', y=[1]) %}{% for i in range(100000) %}" + body + "{% endfor %}"
    }

    @Test(
        "what would run for hours, fill the memory or exhaust the stack is refused",
        arguments: [
            looped("{% set ns.x = ns.x ~ ns.x %}"), looped("{% set ns.x = ns.x|replace('a', ns.x) %}"),
            looped("{% set ns.y = [ns.y] %}"), looped("{% set ns.y = [ns.y, ns.y] %}"),
            looped("{% for j in range(100000) %}{% endfor %}"), looped("{% set ns.y = namespace(x=ns.y) %}"),
            "{{ 'a' * 1000000 * 1000000 }}", "{{ 'a\\nb'|indent(99999999999) }}",
            "{{ [1]|tojson(indent=99999999999) }}", "{{ range(100000)|unique|length }}",
            "{{ range(100000)|sort(reverse=true)|length }}",
            "{{ x" + String(repeating: ".b", count: 100_000) + " }}",
            "{{ 1" + String(repeating: "+1", count: 100_000) + " }}",
            "{{ 1" + String(repeating: "|int", count: 100_000) + " }}",
            "{% set " + String(repeating: "(", count: 100_000),
        ])
    func limits(source: String) {
        let outcome = Self.outcome(source)
        #expect(outcome.contains("'T.jinja'") && outcome.contains("line 1"), "\(outcome.prefix(200))")
    }
}
