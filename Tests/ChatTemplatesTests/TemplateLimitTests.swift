// What a hostile template may ask for: refused at its place, or answered in time proportional to what it
// names.

import ChatTemplates
import Testing

/// What a template makes of a message, or why it fails.
private func outcome(_ source: String) -> String {
    do throws(ChatTemplateError) {
        let template = try ChatTemplate(source, path: "T.jinja")
        return try template.render(messages: [.message(role: "user", content: "x")]).text
    } catch {
        return error.description
    }
}

private func looped(_ body: String) -> String {
    "{% set ns = namespace() %}{% for i in range(100000) %}" + body + "{% endfor %}"
}

/// The least whole number of 64 bits, for which templates have no literal.
private let least = "(0 - 9223372036854775807 - 1)"

@Suite struct TemplateLimitTests {
    @Test(
        "whole numbers at the ends of their range overflow nothing",
        arguments: [
            ("{{ range(0, 10, 3)[::9223372036854775807] }}", "a number is too large"),
            ("{{ range(9223372036854775806, 9223372036854775807, 5)[:] }}", "a number is too large"),
            (
                "{{ range(-9223372036854775807, 9223372036854775807, 9223372036854775807)|list }}",
                "[-9223372036854775807, 0]"
            ),
            ("{{ range(4611686018427387904)|length }}", "a range of more than 100,000 numbers"),
            ("{{ range(\(least), 9223372036854775807)|length }}", "a range of more than 100,000 numbers"),
            ("{{ range(0, -5, \(least))|list }}", "[0]"), ("{{ [1, 2][::\(least)] }}", "[2]"),
            ("{{ 'abc'[\(least):9223372036854775807] }}", "abc"), ("<{{ 'a'[\(least)] }}>", "<>"),
            ("<{{ 'a'.center(\(least)) }}>", "<a>"), ("<{{ 'a'.zfill(\(least)) }}>", "<a>"),
            ("<{{ 'a'|center(\(least)) }}>", "<a>"), ("<{{ 'a'.ljust(\(least)) }}>", "<a>"),
            ("{{ 'abc'|truncate(\(least)) }}", "'truncate' needs a length"),
            ("{{ 'a b'.split(' ', \(least)) }}", "['a', 'b']"),
            ("{{ \(least) // -1 }}", "a number is too large"), ("{{ \(least) % -1 }}", "0"),
            ("{{ 5 % 0 }}", "a division by zero"), ("{{ -\(least) }}", "a number is too large"),
            ("{{ '%1000000000d' % 1 }}", "above 1000"), ("{{ '%*d' % (1000000000, 1) }}", "at most 1000"),
            ("{{ '{:1000000000}'.format(1) }}", "above 1000"),
            ("{{ 'a' * 10 ** 9 }}", "a string repeated 1000000000 times"),
            ("{{ 'a'|indent(10 ** 9, true) }}", "too many steps"),
        ])
    func numbers(source: String, expected: String) {
        #expect(outcome(source).contains(expected), "\(source): \(outcome(source).prefix(300))")
    }

    @Test(
        "what would run for hours or fill the memory is refused at its place",
        arguments: [
            // Text and statements that no expression pays for.
            looped("{% for j in range(1000) %}\(String(repeating: "a", count: 1_000)){% endfor %}"),
            looped(String(repeating: "{% macro m() %}{% endmacro %}", count: 1_000)),
            // One step that looks at very much.
            "{% set s = 'a' * 1000000 %}" + looped("{{ s[i] }}"),
            "{% set l = range(100000)|list %}" + looped("{% set ns.x = l[:] %}"),
            "{% set l = range(100000)|list %}" + looped("{% set ns.x = dict(a=1).get(*l) %}"),
            "{% set l = range(100000)|list %}" + looped("{% set ns.x = l|map('int')|first %}"),
            "{{ range(100000)|select('in', range(100000)|list)|list|length }}",
            "{{ 'a'.startswith(('a' * 1000000,) * 1000000) }}",
            looped("{% set ns.x = [1]|batch(100000, 1)|list %}"),
            looped("{{ strftime_now('a' * 1000000) }}"),
            // One value that is named by very many fields.
            "{{ ('%(a)s' * 100000) % {'a': 'a' * 1000000} }}", "{{ ('{0}' * 100000).format('a' * 1000000) }}",
            "{{ ([{'a': 1}] * 100000)|tojson(separators=(',', ':' * 1000000)) }}",
            "{{ raise_exception(['a' * 1000000] * 1000000) }}", "{{ {}[['a' * 1000000] * 1000000] }}",
            // Values that hold themselves.
            "{% set ns = namespace() %}{% set ns.x = ns %}{{ raise_exception(ns) }}",
            "{% set ns = namespace() %}{% set ns.x = ns %}{{ {}[ns] }}",
            "{% set ns = namespace() %}{% set ns.x = ns %}{{ [1, 2]|join(ns) }}",
            "{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns.x == [ns.x] }}",
            // Nesting and length of the template itself.
            String(repeating: "{% if 1 %}", count: 10_000), String(repeating: "{{ [", count: 10_000),
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", String(repeating: "a", count: 1 << 20 + 1),
        ])
    func refusals(source: String) {
        let outcome = outcome(source)
        #expect(
            outcome.contains("'T.jinja'") && outcome.contains("line 1"),
            "\(source.prefix(200)): \(outcome.prefix(200))")
    }

    /// Each took a time that grew with the square of its length: it would not end.
    @Test(
        "texts are searched, cut and counted in time proportional to their length",
        arguments: [
            ("{{ ('a' * 500000 ~ 'b') in 'a' * 1000000 }}", "False"),
            ("{{ ('a' * 1000000).find('a' * 500000 ~ 'b') }}", "-1"),
            ("{{ ('a' * 1000000).rfind('b' ~ 'a' * 500000) }}", "-1"),
            ("{{ ('a' * 1000000).split('a' * 500000 ~ 'b')|length }}", "1"),
            ("<{{ ('b' * 1000000).strip('a' * 999999 ~ 'b') }}>", "<>"),
            ("{{ range(100000)|map(attribute='a.' * 500000, default=1)|list|length }}", "100000"),
            ("{{ 'äxäx'.find('x') }} {{ 'äxäx'.rfind('x') }}", "1 3"),
            ("{{ 'aaa'.rfind('aa') }} {{ 'ab'.rfind('') }}", "1 2"),
        ])
    func searches(source: String, expected: String) {
        #expect(outcome(source) == expected)
    }

    @Test("marks of the assistant's text are counted on, not anew for each")
    func marks() throws {
        let start = String(repeating: "ä", count: 200_000)
        let source =
            start + "{% for i in range(50000) %}{% generation %}é{% endgeneration %}-{% endfor %}"
        let chat = try ChatTemplate(source).render(messages: [.message(role: "user", content: "x")])
        #expect(chat.assistantRanges.count == 50_000)
        #expect(chat.assistantRanges.last == 299_998..<299_999)
        #expect(chat.text.unicodeScalars.count == 300_000)
    }
}
