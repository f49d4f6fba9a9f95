// Equal values of one conversation get equal numbers, and the table never shows itself.

import Preparation
import Testing

@Suite struct PlaceholderSessionTests {
    @Test("equal values get equal numbers, other values the next one, each type counts for itself")
    func numbers() {
        var session = PlaceholderSession()
        #expect(session.placeholder(for: "Ada Lovelace", type: .person) == "<PERSON_1>")
        #expect(session.placeholder(for: "Alan Turing", type: .person) == "<PERSON_2>")
        #expect(session.placeholder(for: "ADA  LOVELACE", type: .person) == "<PERSON_1>")
        #expect(session.placeholder(for: "+44 20 7946 0958", type: .phoneNumber) == "<PHONE_NUMBER_1>")
        #expect(session.placeholder(for: "+442079460958", type: .phoneNumber) == "<PHONE_NUMBER_1>")
    }

    @Test("without numbers a placeholder is the type alone")
    func plain() {
        var session = PlaceholderSession(isNumbered: false)
        #expect(session.placeholder(for: "a@b.org", type: .emailAddress) == "<EMAIL_ADDRESS>")
    }

    @Test("neither print nor dump shows a value")
    func silence() {
        var session = PlaceholderSession()
        _ = session.placeholder(for: "ada@example.org", type: .emailAddress)
        var dumped = ""
        dump(session, to: &dumped)
        for text in [dumped, "\(session)", String(reflecting: session), "\(Optional(session) as Any)"] {
            #expect(!text.contains("ada"))
        }
    }
}
