// What single rules find and leave, and how values are replaced.

import Preparation
import TestSupport
import Testing

@Suite struct PersonalDataCleanerTests {
    private let cleaner = PersonalDataCleaner()

    private func found(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return cleaner.spans(in: text).map {
            "\($0.type.rawValue) \(String(decoding: bytes[$0.range], as: UTF8.self))"
        }
    }

    @Test(
        "personal data is found with its exact place",
        arguments: [
            (
                "Write to <ada.lovelace+x@mail.example.co.uk>, thanks",
                ["EMAIL_ADDRESS ada.lovelace+x@mail.example.co.uk"]
            ),
            ("“ada@example.org” is mine", ["EMAIL_ADDRESS ada@example.org"]),
            ("邮箱是ada@example.org。", ["EMAIL_ADDRESS ada@example.org"]),
            ("Call (212) 555-0142 ext. 7 today", ["PHONE_NUMBER (212) 555-0142 ext. 7"]),
            ("from +44 (0)20 7946 0958, twice", ["PHONE_NUMBER +44 (0)20 7946 0958"]),
            ("电话13812345678。", ["PHONE_NUMBER 13812345678"]),
            (
                "(212) 555-0142-Office, ada@example.org-Fax",
                ["PHONE_NUMBER (212) 555-0142", "EMAIL_ADDRESS ada@example.org"]
            ),
            ("Visa 4111 1111 1111 1111.", ["CREDIT_CARD 4111 1111 1111 1111"]),
            ("IBAN GB82 WEST 1234 5698 7654 32!", ["IBAN_CODE GB82 WEST 1234 5698 7654 32"]),
            (
                "at 2001:db8::8a2e:370:7334 and 10.0.0.12:80",
                ["IP_ADDRESS 2001:db8::8a2e:370:7334", "IP_ADDRESS 10.0.0.12"]
            ),
            ("NINO AB 12 34 56 C", ["UK_NINO AB 12 34 56 C"]),
            ("2a01:04f8 is no address, 00:1B:44:11:3A:B7 is", ["MAC_ADDRESS 00:1B:44:11:3A:B7"]),
            ("see https://bob:hunter2@example.org/x.", ["URL https://bob:hunter2@example.org/x"]),
            ("pay 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", ["CRYPTO 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"]),
            (
                "pay bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
                ["CRYPTO bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]
            ),
            ("born on 5 March 1985 in Ulm", ["DATE_OF_BIRTH 5 March 1985"]),
            ("Dear Dr. Weber,\nI am well.", ["PERSON Weber"]),
            ("Kind regards,\nMaria van der Berg", ["PERSON Maria van der Berg"]),
            ("lives at 12 High Street, London SW1A 1AA now", ["LOCATION 12 High Street, London SW1A 1AA"]),
            ("wohnt Hauptstraße 12a, 10115 Berlin.", ["LOCATION Hauptstraße 12a, 10115 Berlin"]),
            ("password=Tr0ub4dor&3 ok", ["SECRET Tr0ub4dor"]),
        ])
    func values(text: String, expected: [String]) { #expect(found(text) == expected) }

    @Test(
        "what only looks like personal data stays",
        arguments: [
            "Order 4111111111111112 and order number 123456789", "ISBN 978-3-16-148410-0, 320 pages",
            "It costs $1,234,567.89 or 1.234.567,89 EUR", "version 10.12.13.14 of 2024-03-15 at 12:30:45",
            "commit 3f786850e387550fdab836ed7e6dc881de23001b", "550e8400-e29b-41d4-a716-446655440000",
            "std::vector<int> a::b::c", "pi is 3.14159265358979", "IMG_20240315_123456.jpg",
            "https://example.org/posts/1234567890?page=2", "My password does not work", "the token: none",
            "I miss Rome. Hello World! Dear customer, thanks.", "between 1914-1918 and 1939-1945",
            "from 192.168.300.1 to 1.2.3.4", "GB82 WEST 1234 5698 7654 33", "a@b, @ada, 5 @ 7",
        ])
    func others(text: String) { #expect(found(text) == []) }

    @Test("private keys go whole, from the first to the last line")
    func privateKeys() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"
        #expect(found("key:\n\(key)\nend") == ["SECRET \(key)"])
        #expect(found("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----") == [])
    }

    @Test("placeholders of one conversation number equal values equally, over its texts")
    func conversation() {
        var session = PlaceholderSession()
        let first = cleaner.clean("My name is Ada Lovelace, call +44 20 7946 0958.", session: &session)
        #expect(first.text == "My name is <PERSON_1>, call <PHONE_NUMBER_1>.")
        #expect(first.counts == [.person: 1, .phoneNumber: 1])
        let second = cleaner.clean(
            "Dear Alan Turing, Mrs. Ada Lovelace is at +442079460958.", session: &session)
        #expect(second.text == "Dear <PERSON_2>, Mrs. <PERSON_1> is at <PHONE_NUMBER_1>.")
        var other = PlaceholderSession()
        #expect(cleaner.clean("Dear Alan Turing,", session: &other).text == "Dear <PERSON_1>,")
    }

    @Test("a type that is switched off stays, and no other type takes its values")
    func types() {
        let text = "Card 4111 1111 1111 1111, mail ada@example.org"
        var session = PlaceholderSession()
        let some = PersonalDataCleaner(types: Set.all.subtracting([.creditCard]))
        #expect(
            some.clean(text, session: &session).text == "Card 4111 1111 1111 1111, mail <EMAIL_ADDRESS_1>")
        #expect(PersonalDataCleaner(types: []).spans(in: text) == [])
    }

    @Test("a cleaned text stays as it is when it is cleaned again")
    func idempotence() throws {
        for sentence in try PersonalDataGoldens.sentences.get() {
            var session = PlaceholderSession()
            let once = cleaner.clean(sentence.text, session: &session).text
            #expect(cleaner.spans(in: once).filter { $0.type.isStructured } == [], "\(once)")
        }
    }

    @Test("spans lie in order, apart, within the text and between its characters, whatever the text")
    func fuzz() throws {
        let sentences = try PersonalDataGoldens.sentences.get().map(\.text)
        for input in 0..<4000 {
            var random = FuzzRandom(seed: 5, input: input)
            // Two halves of sentences with noise between: broken numbers, names and addresses.
            let text =
                random.choice(sentences).prefix(random.number(0...60)) + random.text(limit: 12)
                + random.choice(sentences).suffix(random.number(0...60))
            let bytes = Array(text.utf8)
            var end = 0
            for span in cleaner.spans(in: String(text)) {
                #expect(
                    span.range.lowerBound >= end && span.range.upperBound <= bytes.count
                        && !span.range.isEmpty)
                end = span.range.upperBound
                let piece = bytes[span.range]
                #expect(String(validating: piece, as: UTF8.self) != nil, "\(span) of \(text)")
            }
        }
    }

    @Test("hostile texts of twenty kilobytes are read to their end")
    func hostileTexts() {
        let pieces = [
            "1 ", "1-", "12.", "a@", "@", "http://", "://", "eyJ-", "sk-", "password=", "token: ",
            "-----BEGIN PRIVATE KEY",
            "Dear A", "fe80:", "::", "born on March ", "(((", "+1", "x1", "12 High ", "é", "电话1",
            "my name is ",
        ]
        for piece in pieces {
            let text = String(repeating: piece, count: 20_000 / piece.utf8.count)
            let spans = cleaner.spans(in: text)
            #expect(spans.allSatisfy { $0.range.upperBound <= text.utf8.count }, "\(piece)")
        }
    }
}
