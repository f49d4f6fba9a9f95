// What each rule does to a text, and what it leaves alone.

import Foundation
import JSON
import Preparation
import Testing

@Suite struct CleaningRuleTests {
    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// Texts that ftfy mended, beside what they were made of.
    private func goldens() throws -> [(source: String, mended: String, original: String)] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/mojibake.jsonl")
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map { line in
            let value = try JSONValue(parsing: Array(line))
            return (
                try #require(value["source"]?.string), try #require(value["mended"]?.string),
                try #require(value["original"]?.string)
            )
        }
    }

    @Test("damaged UTF-8 is mended as ftfy does, or to the very text that was damaged")
    func mojibake() throws {
        let goldens = try goldens()
        #expect(goldens.count > 140)
        for golden in goldens {
            let mended = text(Mojibake.fixed(Array(golden.source.utf8))) ?? golden.source
            #expect(mended == golden.mended || mended == golden.original, "\(golden.source)")
        }
    }

    @Test("HTML becomes text: blocks are lines, references characters, scripts nothing; comparisons stay")
    func html() {
        let texts = [
            ("<p>One &amp; two</p><p>three<br/>four</p>", "One & two\nthree\nfour\n"),
            ("a <b class=\"x > y\">bold</b> word&#8217;s &#x41; &eacute;&nbsp;", "a bold word’s A é\u{A0}"),
            ("<script>var a = '<p>';</script>text<!-- <p>no</p> -->", "text"),
            ("<table><tr><td>1</td><td>2</td></tr></table>", "\n1 2 \n"),
            ("<STYLE>p {}</Style><DIV>x</DIV>", "x\n"),
        ]
        for (source, expected) in texts {
            let plain = text(HTMLText.plain(Array(source.utf8))) ?? source
            #expect(plain.split(separator: "\n") == expected.split(separator: "\n"), "\(source)")
        }
        for source in [
            "if a < b and b > c", "<EMAIL_ADDRESS_1> & co", "R&D; x<y", "Array<Int>", "a &unknown; b",
        ] {
            #expect(HTMLText.plain(Array(source.utf8)) == nil, "\(source)")
        }
        #expect(
            text(HTMLText.plain(Array("<b>x</b>\n```\n<b>code</b>\n```".utf8))) == "x\n```\n<b>code</b>\n```")
    }

    @Test("white space shrinks to one space or one empty line; indentation and fenced code stay")
    func whiteSpace() {
        let texts = [
            ("  a  b\t c \n", "a b c"), ("a\r\n\r\n\r\n\nb", "a\n\nb"),
            ("a\u{A0}\u{2003}b\u{3000}c", "a b c"),
            ("list:\n  - one\n\n    - two", "list:\n  - one\n\n    - two"), ("a \n b", "a\n b"), ("   ", ""),
            ("a\u{2028}b", "a\nb"),
        ]
        for (source, expected) in texts {
            let bytes = CodeFences.outside(Array(source.utf8), CharacterRules.withOneSpace)
            #expect(text(bytes) == expected, "\(source)")
        }
        let code = "x  y\n```\na  =  1\n```"
        #expect(
            text(CodeFences.outside(Array(code.utf8), CharacterRules.withOneSpace))?.hasSuffix("a  =  1\n```")
                == true)
    }

    @Test("control and invisible characters go, joiners and line breaks stay")
    func controls() {
        let source = "a\u{0}b\u{200B}c\u{FEFF}d\u{AD}e\u{85}f\r\ng\rh\u{202E}i\u{7F}"
        #expect(text(CharacterRules.withoutControls(Array(source.utf8))) == "abcdef\ng\nhi")
        let kept = "👩\u{200D}🚀 می\u{200C}خواهم\ttab\n“é”"
        #expect(text(CharacterRules.withoutControls(Array(kept.utf8))) == kept)
    }

    @Test("long runs are cut, but not those of digits, spaces and ideographs")
    func runs() {
        let texts = [
            ("soooooo!!!!!!", "sooo!!!"), ("1000000", "1000000"), ("a      b", "a      b"),
            ("はははははは", "はははははは"),
        ]
        for (source, expected) in texts {
            #expect(text(CharacterRules.withoutLongRuns(Array(source.utf8), limit: 3)) == expected)
        }
    }

    @Test("decomposed characters are composed, and texts that are composed are found so without work")
    func composition() {
        #expect(text(CharacterRules.composed(Array("e\u{301}te\u{301}".utf8)))?.unicodeScalars.count == 3)
        for composed in ["été", "Все люди", "猫である", "plain"] {
            #expect(CharacterRules.composed(Array(composed.utf8)) == nil)
        }
    }

    @Test("signatures, quoted replies and notices of e-mails go; quotations in Markdown stay")
    func boilerplate() {
        let mail = """
            Hello Ann,
            yes, that works.

            On Mon, 1 Dec 2026 at 10:00, Ann Lee wrote:
            > Does that work?
            > Ann

            See you then.
            Sent from my iPhone

            This e-mail is confidential and meant for the intended recipient.
            Delete it otherwise.

            --\u{20}
            Bob
            Tel. 123
            """
        #expect(
            text(Boilerplate.removed(from: Array(mail.utf8)))
                == "Hello Ann,\nyes, that works.\n\nSee you then.")
        for kept in [
            "> a quotation\n\nand more", "This message is for you.", "a -- b", "On it, she wrote:\nnothing",
        ] {
            #expect(Boilerplate.removed(from: Array(kept.utf8)) == nil, "\(kept)")
        }
        let reply = "Thanks.\n-----Original Message-----\nFrom: x\nold"
        #expect(text(Boilerplate.removed(from: Array(reply.utf8))) == "Thanks.")
    }

    @Test("languages are told by script and common words; few words are no language")
    func languages() {
        let texts = [
            ("en", "The train to the coast was late, and they did not know which one it was."),
            ("de", "Der Zug an die Küste war zu spät, und sie wussten nicht, welcher es ist."),
            ("fr", "Le train pour la côte était en retard, et ils ne savaient pas que c'est une grève."),
            ("es", "El tren a la costa llegó tarde y no sabían cuál era, pero se fueron por la tarde."),
            ("it", "Il treno per la costa era in ritardo e non sapevano che cosa fare della giornata."),
            ("pt", "O trem para a costa estava atrasado e eles não sabiam que dia era, mas foram para casa."),
            ("nl", "De trein naar de kust was te laat en het is niet bekend wat er aan de hand is."),
            ("pl", "Pociąg na wybrzeże się spóźnił i nie wiadomo, czy to jest prawda, ale tak się mówi."),
            ("ru", "Поезд опоздал, и никто не знал почему."),
            ("uk", "Потяг спізнився, і ніхто не знав чому її немає."),
            ("ja", "電車は遅れて、誰も理由を知りませんでした。"), ("zh", "火车晚点了，没有人知道为什么。"), ("ko", "기차가 늦었고 아무도 이유를 몰랐다."),
            ("ar", "تأخر القطار ولم يعرف أحد السبب."), ("el", "Το τρένο άργησε."), ("und", "ok 123"),
            ("und", ""),
        ]
        for (code, source) in texts {
            let bytes = Array(source.utf8)
            let index = LanguageGuess.index(of: bytes, words: WordHashes.words(of: bytes))
            #expect(LanguageGuess.codes[index] == code, "\(source)")
        }
    }
}
