// Whole preparations: the same bytes on any number of ranks, duplicates, splits and the data card.

import Foundation
import JSON
import Preparation
import TestSupport
import Testing

@Suite struct PreparationRunTests {
    private let prepared: PreparedFolder

    init() throws { prepared = try PreparedFolder() }

    private static let words = [
        "river", "stone", "garden", "window", "silver", "market", "winter", "letter", "bridge", "candle",
        "forest",
        "engine", "harbor", "island", "jacket", "kitchen", "ladder", "mirror", "needle", "orange",
    ]

    /// A sentence of its own for each number.
    private static func sentence(_ number: Int, words count: Int = 40) -> String {
        var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return words[Int(state >> 33) % words.count]
        }.joined(separator: " ")
    }

    private static func rows(_ range: Range<Int>) -> [JSONValue] {
        range.map { number in
            [
                "text": .string(sentence(number)),
                "label": .string(number % 4 == 0 ? "negative" : "positive"),
                "author": .string("author \(number % 23)"), "date": .string("2026-01-\(10 + number % 20)"),
            ]
        }
    }

    /// Rows with dirt, equal and nearly equal texts.
    private func dirtyFiles() throws -> [String] {
        var rows = Self.rows(0..<400)
        for number in 0..<40 {
            rows.append(["text": .string(" <p>" + Self.sentence(number) + "</p>"), "label": "positive"])
            rows.append(["text": .string(Self.sentence(number + 100) + " again"), "label": "positive"])
        }
        rows.append(["text": "  ", "label": "negative"])
        return [
            try prepared.raw("a.jsonl", rows: Array(rows[..<150])),
            try prepared.raw("b.jsonl", rows: Array(rows[150...])),
        ]
    }

    @Test(
        "the files, the card and the manifest are the same bytes on 1, 2 and 3 ranks",
        arguments: [SplitMethod.hash, .random])
    func ranks(method: SplitMethod) throws {
        let files = try dirtyFiles()
        var first: [String: [UInt8]] = [:]
        for ranks in 1...3 {
            var settings = prepared.settings(files, "\(method)-\(ranks)")
            (settings.splitBy, settings.validationShare, settings.testShare) = (method, 0.2, 0.1)
            let card = try prepared.run(settings, ranks: ranks)
            #expect(card["records"]?.integer == 481)
            #expect(card["duplicates"]?["exact"]?.integer == 40)
            #expect((36...40).contains(card["duplicates"]?["near"]?.integer ?? 0))
            #expect(card.count(of: "html") == 40 && card.count(of: "too_short") == 1)
            let names = ["train.jsonl", "validation.jsonl", "test.jsonl", "data_card.json", "manifest.json"]
            for name in names {
                let bytes = try prepared.bytes(name, of: settings)
                #expect(first[name, default: bytes] == bytes, "\(name)")
                first[name] = bytes
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: settings.preparedDir).sorted()
                    == names.sorted())
        }
    }

    @Test("rows stay in their split when others come, and shares are near what is asked")
    func growth() throws {
        var small = prepared.settings([try prepared.raw("small.jsonl", rows: Self.rows(0..<300))], "small")
        (small.validationShare, small.testShare) = (0.2, 0.2)
        var large = small
        large.rawFiles.append(try prepared.raw("more.jsonl", rows: Self.rows(300..<900)))
        large.preparedDir += "-large"
        try prepared.run(small)
        try prepared.run(large)
        for split in ["train", "validation", "test"] {
            let before = Set(try prepared.rows(split, of: small).map(\.json))
            let after = Set(try prepared.rows(split, of: large).map(\.json))
            #expect(before.count > 30 && before.isSubset(of: after), "\(split)")
        }
        let test = try prepared.rows("test", of: large).count
        #expect((140...220).contains(test))
    }

    @Test("random and stratified splits have exact shares, the latter of each label")
    func exactShares() throws {
        let path = try prepared.raw("rows.jsonl", rows: Self.rows(0..<400))
        for method in [SplitMethod.random, .stratified] {
            var settings = prepared.settings([path], "\(method)")
            (settings.splitBy, settings.validationShare, settings.testShare) = (method, 0.15, 0.1)
            try prepared.run(settings)
            let test = try prepared.rows("test", of: settings)
            #expect(test.count == 40)
            #expect(try prepared.rows("validation", of: settings).count == 60)
            let negative = test.count { $0["label"]?.string == "negative" }
            if method == .stratified { #expect(negative == 10) }
        }
    }

    @Test("groups stay together, and times divide the rows in order")
    func groupsAndTimes() throws {
        let path = try prepared.raw("rows.jsonl", rows: Self.rows(0..<400))
        var groups = prepared.settings([path], "groups")
        (groups.splitBy, groups.groupColumn) = (.group, "author")
        (groups.validationShare, groups.testShare) = (0.3, 0.3)
        try prepared.run(groups)
        let authors = try ["train", "validation", "test"].map { split in
            Set(try prepared.rows(split, of: groups).compactMap { $0["author"]?.string })
        }
        #expect(authors.allSatisfy { !$0.isEmpty } && authors.map(\.count).reduce(0, +) == 23)
        var times = prepared.settings([path], "times")
        (times.splitBy, times.splitTimeColumn, times.validationShare, times.testShare) = (
            .time, "date", 0.1, 0.1
        )
        try prepared.run(times)
        let dates = try ["train", "validation", "test"].map { split in
            try prepared.rows(split, of: times).compactMap { $0["date"]?.string }.sorted()
        }
        #expect(dates.map(\.count) == [320, 40, 40])
        #expect(try #require(dates[0].last) <= #require(dates[1].first))
        #expect(try #require(dates[1].last) <= #require(dates[2].first))
    }

    @Test("what stands on both sides of given files is found, counted and taken from the training rows")
    func leakage() throws {
        let train = try prepared.raw("train.jsonl", rows: Self.rows(0..<200))
        var held = Self.rows(180..<220)
        held.append(["text": .string(Self.sentence(5) + " indeed"), "label": "positive"])
        var settings = prepared.settings([train])
        settings.rawValidationFiles = [try prepared.raw("validation.jsonl", rows: held)]
        (settings.validationShare, settings.testShare) = (nil, nil)
        let card = try prepared.run(settings)
        #expect(card["duplicates"]?["exact"]?.integer == 20)
        #expect(card["duplicates"]?["near"]?.integer == 1)
        #expect(card["duplicates"]?["leakage"]?.integer == 21)
        #expect(try prepared.rows("validation", of: settings).count == 41)
        #expect(try prepared.rows("train", of: settings).count == 179)
        #expect(try prepared.rows("test", of: settings).isEmpty)
    }

    @Test("near-duplicates that may stay stand in one split")
    func keptTogether() throws {
        let rows = (0..<60).flatMap { number -> [JSONValue] in
            (0..<3).map { copy in
                [
                    "text": .string(Self.sentence(number) + ["", " again", " once more"][copy]),
                    "label": .integer(number),
                ]
            }
        }
        var settings = prepared.settings([try prepared.raw("rows.jsonl", rows: rows)])
        settings.skippedRules = ["near_duplicates"]
        (settings.validationShare, settings.testShare) = (0.3, 0.2)
        let card = try prepared.run(settings)
        let labels = try ["train", "validation", "test"].map { split in
            Set(try prepared.rows(split, of: settings).compactMap { $0["label"]?.integer })
        }
        #expect(labels.map(\.count).reduce(0, +) == 60)
        #expect((card["duplicates"]?["moved"]?.integer ?? 0) > 20)
    }

    @Test("rules can be chosen, left out and limited; the card shows before and after")
    func rules() throws {
        let path = try prepared.raw(
            "rows.jsonl",
            rows: [
                ["text": "It&rsquo;s   a    <b>fine</b> day, and the sun is out for all of us."],
                ["text": "Das ist ein Satz, der nicht auf Englisch ist und auch so bleibt."],
                ["text": "This one has the forbidden fruit in it, and that is not for you."], ["text": "no"],
            ])
        let list = try prepared.folder.write("# a list\nforbidden fruit\n", to: "words.txt")
        var settings = prepared.settings([path], "all")
        (settings.languages, settings.wordLists, settings.minChars) = (["en"], [list], 5)
        let card = try prepared.run(settings)
        #expect(
            try prepared.rows(of: settings).map { $0["text"]?.string } == [
                "It’s a fine day, and the sun is out for all of us."
            ])
        for rule in ["html", "white_space", "language", "unsafe_words", "too_short"] {
            #expect(card.count(of: rule) == 1, "\(rule)")
        }
        let html = try #require(
            card["rules"]?.array?.first { $0["rule"]?.string == "html" }?["examples"]?.array?.first)
        #expect(html["before"]?.string?.contains("<b>fine</b>") == true && html["record"]?.integer == 1)
        #expect(html["after"]?.string?.contains("a    fine day") == true)
        var few = prepared.settings([path], "few")
        few.rules = ["white_space"]
        try prepared.run(few)
        #expect(try prepared.rows(of: few).count == 4)
        #expect(try prepared.rows(of: few)[0]["text"]?.string?.contains("&rsquo;s a <b>") == true)
    }

    @Test("personal data become placeholders, numbered within a conversation, and no example shows any")
    func personalData() throws {
        let chat: [JSONValue] = ["ann@example.com", "bob@example.org"].map { address in
            [
                "messages": [
                    ["role": "user", "content": .string("Write  to \(address), not to info@example.net.")],
                    ["role": "assistant", "content": .string("I wrote to \(address).")],
                ]
            ]
        }
        let settings = prepared.settings([try prepared.raw("chat.jsonl", rows: chat)])
        let card = try prepared.run(settings)
        // With their placeholders both are one conversation.
        #expect(card["duplicates"]?["exact"]?.integer == 1)
        #expect(card["personal_data"]?["EMAIL_ADDRESS"]?.integer == 6)
        #expect(
            try prepared.rows(of: settings).first?["messages"]?.array?.map { $0["content"]?.string } == [
                "Write to <EMAIL_ADDRESS_1>, not to <EMAIL_ADDRESS_2>.", "I wrote to <EMAIL_ADDRESS_1>.",
            ])
        for name in ["train.jsonl", "data_card.json"] {
            #expect(
                !String(decoding: try prepared.bytes(name, of: settings), as: UTF8.self).contains("@example"))
        }
    }

    @Test("a proof of privacy counts planted values, the same on one rank and on two, and needs its rule")
    func proof() throws {
        let path = try prepared.raw("rows.jsonl", rows: Self.rows(0..<20))
        var cards: [JSONValue] = []
        for ranks in 1...2 {
            var settings = prepared.settings([path], "proof-\(ranks)")
            settings.provePrivacy = true
            cards.append(try prepared.run(settings, ranks: ranks))
        }
        let types = try #require(cards[0]["privacy_proof"]?["types"]?.array)
        #expect(types.first { $0["type"] == "EMAIL_ADDRESS" }?["planted"]?.integer == 200)
        #expect((types.first { $0["type"] == "EMAIL_ADDRESS" }?["found"]?.integer ?? 0) > 190)
        #expect(cards[0]["privacy_proof"] == cards[1]["privacy_proof"])
        var without = prepared.settings([path], "without")
        (without.provePrivacy, without.skippedRules) = (true, ["personal_data"])
        #expect(
            try prepared.message(without).hasPrefix(
                "prove_privacy measures the rule personal_data, which is off"))
    }
}
