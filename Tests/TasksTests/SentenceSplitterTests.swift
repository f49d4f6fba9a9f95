// What the splitter of sentences makes of English and legal text.

import Tasks
import Testing

@Suite struct SentenceSplitterTests {
    /// A text and its sentences, between bars.
    private static let table: [(text: String, sentences: String)] = [
        ("", ""), (" \n\t ", ""), ("One word", "One word"),
        ("You agree. We agree.", "You agree.|We agree."),
        ("Is it free? Yes! Go on…  Then stop.", "Is it free?|Yes!|Go on…|Then stop."),
        ("a line\nthat goes on.\r\nNext.", "a line that goes on.|Next."),
        ("A title\n\nThe text begins.", "A title|The text begins."),
        ("He said \"No.\" She left. (We stayed.) Done.", "He said \"No.\"|She left.|(We stayed.)|Done."),
        // Abbreviations.
        ("Mr. Smith met Dr. Jones. They talked.", "Mr. Smith met Dr. Jones.|They talked."),
        ("Use cookies, e.g. Session cookies. Or not.", "Use cookies, e.g. Session cookies.|Or not."),
        ("Doe v. Roe was decided. It stands.", "Doe v. Roe was decided.|It stands."),
        (
            "See Sec. 4 and Art. IV. Then read No. 12. Is it so? No. We think not.",
            "See Sec. 4 and Art. IV.|Then read No. 12.|Is it so?|No.|We think not."
        ),
        (
            "Acme Inc. Limited is here. Acme Inc. The seller pays.",
            "Acme Inc. Limited is here.|Acme Inc.|The seller pays."
        ),
        ("Data, logs, etc. You may object.", "Data, logs, etc.|You may object."),
        (
            "It applies in the U.S. Code and the U.S. This is all.",
            "It applies in the U.S. Code and the U.S.|This is all."
        ),
        (
            "We close at 5 p.m. on Fridays. J. R. Smith signs.",
            "We close at 5 p.m. on Fridays.|J. R. Smith signs."
        ),
        (
            "From Jan. 1 on. See example.com for 3.5 percent.",
            "From Jan. 1 on.|See example.com for 3.5 percent."
        ),
        ("Yahoo! services are meant. Nothing else.", "Yahoo! services are meant.|Nothing else."),
        // Numbered clauses.
        ("1. You agree. 2. We agree. 2.1 Both sign.", "1. You agree.|2. We agree.|2.1 Both sign."),
        (
            "You must:\n(a) pay on time;\n(b) not resell;\niv) behave.",
            "You must:|(a) pay on time;|(b) not resell;|iv) behave."
        ),
        ("Terms\n- keep it secret\n- tell no one", "Terms|- keep it secret|- tell no one"),
        ("This is stated in section 2. You may object.", "This is stated in section 2.|You may object."),
        ("§ 5 applies. § 6 does not.", "§ 5 applies.|§ 6 does not."),
        // A text without a capital, as some data sets come.
        (
            "this site does not track you. period. see sec. 4 for more, e.g. cookies.",
            "this site does not track you.|period.|see sec. 4 for more, e.g. cookies."
        ),
        (
            "In a text with capitals, approx. five. small letters go on.",
            "In a text with capitals, approx. five. small letters go on."
        ),
    ]

    @Test("each text is cut as the rules say", arguments: table.indices)
    func splits(index: Int) {
        let (text, sentences) = Self.table[index]
        #expect(
            SentenceSplitter.sentences(of: text)
                == sentences.split(separator: "|").map(String.init), "\(text)")
    }

    @Test("no word is lost or moved, whatever the text")
    func keepsWords() {
        for (text, _) in Self.table {
            let words = SentenceSplitter.sentences(of: text).flatMap { $0.split(separator: " ") }
            #expect(words == text.split(whereSeparator: \.isWhitespace))
        }
    }
}
