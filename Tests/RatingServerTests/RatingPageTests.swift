// The rating page in a real browser: raters at the keyboard, a server that dies, and what is seen.

import Datasets
import Foundation
import JSON
import Ratings
import TestSupport
import Testing

@Suite(.serialized) struct RatingPageTests {
    private let workshop: TemporaryFolder
    private let arguments: [String]

    init() throws {
        let workshop = try TemporaryFolder()
        self.workshop = workshop
        let files = try ["base", "tuned"].map { try workshop.predictions($0, rows: 14) }
        arguments = files.flatMap { ["--predictions", $0] } + ["--items", "10"]
    }

    /// What a rater of these tests gives an output.
    private func score(_ rater: String, row: Int, system: String, _ criterion: Criterion) -> Int {
        let parts = "\(rater) \(row) \(system) \(criterion.rawValue)".utf8.map { Int($0) }
        return parts.enumerated().reduce(0) { $0 + $1.element * ($1.offset + 3) } % 5 + 1
    }

    /// The keys that rate the item on the page, output by output, and how the page calls it.
    private func keys(_ browser: Browser, _ rater: String) throws -> [String] {
        let texts = try browser.evaluate(
            "return [...document.querySelectorAll('.output > .text')].map((node) => node.textContent)")
        let keys = try (texts.array ?? []).map { text -> [String] in
            let words = try #require(text.string).split(separator: " ")
            let row = try #require(Int(words[2])) + 1
            return Criterion.allCases.map { String(score(rater, row: row, system: String(words[0]), $0)) }
        }
        try #require(keys.count == 2)
        return keys.flatMap { $0 }
    }

    private let allSaved = "document.getElementById('saving').dataset.state === 'saved'"

    private func waitForItem(_ number: Int, _ browser: Browser) throws {
        try browser.wait(
            for: "item \(number)",
            "document.getElementById('item-title').textContent === 'Item \(number) of 10' "
                + "&& !document.getElementById('work').hidden")
    }

    /// Rates the items from `first` to `last` by keys alone.
    private func rate(_ browser: Browser, _ rater: String, _ first: Int, _ last: Int) throws {
        for number in first...last {
            try waitForItem(number, browser)
            try browser.press(keys(browser, rater))
            // After the last line the focus is on the button, which Enter presses.
            try browser.press([Browser.enter])
        }
    }

    private func expectAllRatings(of raters: [String]) throws {
        let items = try RatingItems(directory: workshop.path + "/r")
        let ratings = try workshop.ratings()
        #expect(ratings.raters.map(\.name) == raters)
        #expect(ratings.count == raters.count * 10 * 2 * 3)
        for rater in ratings.raters {
            for (index, item) in items.items.enumerated() {
                for (system, name) in items.systems.enumerated() {
                    for criterion in Criterion.allCases {
                        #expect(
                            ratings.score(rater, item: index, system: system, criterion)
                                == score(rater.name, row: item.row, system: name, criterion))
                    }
                }
            }
        }
    }

    @Test("two raters rate ten items by keyboard, the server is killed in between, and no rating is lost")
    func keyboard() throws {
        var server = try RatingProcess(workshop, arguments)
        let browser = try Browser(workshop)
        try browser.open(server.address)
        try browser.type("ann")
        try browser.press([Browser.enter])
        try rate(browser, "ann", 1, 3)
        try waitForItem(4, browser)
        // The server dies in the middle of an item: the page keeps what is typed and says so.
        let pressed = try keys(browser, "ann")
        try browser.press(Array(pressed[..<2]))
        try browser.wait(for: "saving", allSaved)
        try server.end(by: SIGKILL)
        try browser.press(Array(pressed[2...]))
        try browser.wait(
            for: "the notice of ratings that are not saved",
            "document.getElementById('saving').textContent.startsWith('4 ratings are not saved yet. The server')"
        )
        #expect(try workshop.ratings().count == 20)
        server = try RatingProcess(workshop, [], port: server.port)
        try browser.wait(for: "saving after the restart", allSaved)
        #expect(try workshop.ratings().count == 24)
        try browser.press([Browser.enter])
        try rate(browser, "ann", 5, 6)
        // It dies with a rating on its way, and the page is closed and opened again before it is back.
        try waitForItem(7, browser)
        try browser.wait(for: "saving", allSaved)
        try server.end(by: SIGKILL)
        try browser.press(Array(try keys(browser, "ann")[..<1]))
        try browser.wait(
            for: "the notice of one rating that is not saved",
            "document.getElementById('saving').textContent.startsWith('1 rating is not saved yet.')")
        let address = try browser.evaluate("return location.href").string ?? ""
        try browser.open("about:blank")
        server = try RatingProcess(workshop, [], port: server.port)
        try browser.open(address)
        try waitForItem(7, browser)
        try browser.wait(for: "saving what the closed page had kept", allSaved)
        #expect(try workshop.ratings().count == 37)
        try browser.press([Browser.enter])
        try browser.press(Array(try keys(browser, "ann")[1...]) + [Browser.enter])
        try rate(browser, "ann", 8, 10)
        try browser.wait(for: "the end", "!document.getElementById('done').hidden")
        #expect(try browser.text("done").contains("Thank you, ann. All 10 items are rated and saved."))
        #expect(try browser.text("progress-text") == "10 of 10 items rated")

        try browser.click("#change-rater")
        try browser.evaluate("document.getElementById('rater').value = ''")
        try browser.type("ben")
        try browser.press([Browser.enter])
        try rate(browser, "ben", 1, 10)
        try browser.wait(for: "the second end", "!document.getElementById('done').hidden")
        try expectAllRatings(of: ["ann", "ben"])
        #expect(try server.end(by: SIGINT) == 0)
        #expect(try server.output.contains("120 ratings of 10 of 10 items by 2 raters"))
        let sheet = workshop.path + "/sheet.csv"
        #expect(
            try workshop.rate(["export", "--output_dir", workshop.path + "/r", "--csv", sheet]).status == 0)
        let items = try RatingItems(directory: workshop.path + "/r")
        let exported = try RatingSheet.ratings(path: sheet, of: items)
        #expect(exported.reduce(into: FinalRatings()) { $0.add($1) } == (try workshop.ratings()))
    }

    @Test("clicks rate too, a rating can be changed, and Skip and Previous move between items")
    func mouse() throws {
        let server = try RatingProcess(workshop, arguments)
        let browser = try Browser(workshop)
        try browser.open(server.address + "?rater=ann")
        try waitForItem(1, browser)
        try browser.click("input[name='B-correctness'][value='2']")
        try browser.wait(for: "saving", allSaved)
        try browser.click("input[name='B-correctness'][value='5']")
        try browser.wait(for: "saving the change", "Object.keys(localStorage).length === 1 && (\(allSaved))")
        #expect(try browser.text("hint") == "5 ratings open")
        try browser.click("#next")
        try waitForItem(2, browser)
        #expect(
            try browser.evaluate("return document.querySelectorAll('input:checked').length") == .integer(0))
        try browser.click("#previous")
        try waitForItem(1, browser)
        #expect(
            try browser.evaluate(
                "return document.querySelector('input:checked').name + ' ' + "
                    + "document.querySelector('input:checked').value") == .string("B-correctness 5"))
        let lines = try workshop.text(of: "r/ratings.jsonl").split(separator: "\n")
        #expect(lines.count == 2 && lines[1].contains("\"rating\": 5"))
        #expect(try workshop.ratings().count == 1)
    }

    @Test("markup in texts is shown as text, and nothing is loaded from elsewhere")
    func markup() throws {
        let server = try RatingProcess(workshop, arguments)
        let browser = try Browser(workshop)
        try browser.open(server.address + "?rater=ann")
        try waitForItem(1, browser)
        #expect(try browser.text("prompt").contains(": <script>alert(1)</script> & <b>why</b>?"))
        #expect(try browser.text("outputs").contains("<img src=x onerror=alert(2)>"))
        let inner = "'#prompt script, #prompt b, #outputs script, #outputs img'"
        #expect(try browser.evaluate("return document.querySelectorAll(\(inner)).length") == .integer(0))
        let origins = try browser.evaluate(
            "return [...new Set(performance.getEntriesByType('resource').map((one) => new URL(one.name).origin))]"
        )
        #expect(origins == .array([.string("http://127.0.0.1:\(server.port)")]))
        // An alert would make this command fail.
        #expect(try browser.evaluate("return document.title") == .string("Rate outputs · ann"))
    }

    @Test("every control has a name and a role for assistive technology")
    func accessibility() throws {
        let server = try RatingProcess(workshop, arguments)
        let browser = try Browser(workshop)
        try browser.open(server.address + "?rater=ann")
        try waitForItem(1, browser)
        let groups = try browser.elements(".criterion").map { try browser.accessibility(of: $0) }
        #expect(groups.count == 6 && groups.allSatisfy { $0.role == "radiogroup" })
        #expect(groups[3].name.lowercased().hasPrefix("output b naturalness"), "\(groups[3].name)")
        let radios = try browser.elements("input[name='A-helpfulness']").map {
            try browser.accessibility(of: $0)
        }
        #expect(radios.map(\.name) == ["1, very poor", "2", "3", "4", "5, excellent", "cannot judge"])
        #expect(radios.allSatisfy { $0.role == "radio" })
        for selector in ["button", "progress", "input", "#prompt"] {
            for element in try browser.elements("main:not([hidden]) \(selector), header \(selector)") {
                let isShown = try browser.call("GET", "/element/\(element)/displayed", nil) == .bool(true)
                if isShown { #expect(try !browser.accessibility(of: element).name.isEmpty, "\(selector)") }
            }
        }
        // Tab goes from line to line, so that no rating needs a mouse.
        try browser.press(["3", Browser.tab, "4"])
        #expect(
            try browser.evaluate(
                "return [...document.querySelectorAll('input:checked')].map((one) => one.name)")
                == .array([.string("A-naturalness"), .string("A-helpfulness")]))
    }

    @Test("a dialogue opens at the message to answer, speakers look different, and all scales are in view")
    func dialogue() throws {
        let turns = (0..<9).map { number in
            let role = number % 2 == 0 ? "user" : "assistant"
            return #"{"role": "\#(role)", "content": "\#(String(repeating: "turn \(number) ", count: 30))"}"#
        }
        let answer = String(repeating: "a long answer ", count: 200)
        let files = try ["one", "two"].map { name in
            try workshop.write(
                #"{"messages": [\#(turns.joined(separator: ", "))], "prediction": "\#(answer)\#(name)"}"#
                    + "\n",
                to: "dialogue-\(name).jsonl")
        }
        let server = try RatingProcess(workshop, files.flatMap { ["--predictions", $0] })
        let browser = try Browser(workshop)
        try browser.emulate(width: 1280, height: 720, dark: false)
        try browser.open(server.address + "?rater=ann")
        try browser.wait(for: "the item", "!document.getElementById('work').hidden")
        let seen = try browser.evaluate(
            """
            const inside = (node, box) => {
              const [a, b] = [node.getBoundingClientRect(), box.getBoundingClientRect()];
              return a.top >= b.top - 1 && a.top < b.bottom;
            };
            const prompt = document.getElementById('prompt');
            const scales = [...document.querySelectorAll('.scale')].map((node) => node.getBoundingClientRect());
            const colours = (role) => getComputedStyle(document.querySelector('.turn.' + role)).borderLeftColor;
            return [inside(prompt.lastElementChild, prompt), inside(prompt.firstElementChild, prompt),
              scales.filter((box) => box.top >= 0 && box.bottom <= innerHeight).length,
              document.documentElement.scrollHeight <= innerHeight, colours('user') !== colours('assistant')];
            """)
        #expect(
            seen == .array([.bool(true), .bool(false), .integer(6), .bool(true), .bool(true)]), "\(seen.json)"
        )
        // By keys: cannot judge, then a comment, in which digits are digits.
        try browser.press(["0", "c", "4", "2"])
        try browser.wait(for: "saving", allSaved)
        try browser.wait(
            for: "the comment",
            "page.item.outputs[0].comment + page.item.outputs[1].comment === '42' && (\(allSaved))")
        let ratings = try workshop.ratings()
        #expect((ratings.count, ratings.cannotJudgeCount, ratings.commentCount) == (0, 1, 1))
        #expect(try browser.text("hint") == "5 ratings open")
    }

    @Test("the page fits a phone and follows the system's colours")
    func appearance() throws {
        let server = try RatingProcess(workshop, arguments)
        let browser = try Browser(workshop)
        try browser.open(server.address + "?rater=ann")
        try waitForItem(1, browser)
        var backgrounds: Set<String> = []
        for (width, height) in [(320, 640), (390, 844), (1200, 900)] {
            for dark in [false, true] {
                try browser.emulate(width: width, height: height, dark: dark)
                let sizes = try browser.evaluate(
                    """
                    const wide = [...document.querySelectorAll('body *')]
                      .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5);
                    const targets = [...document.querySelectorAll('.scale span, nav button')]
                      .map((node) => node.getBoundingClientRect()).filter((box) => box.width < 40 || box.height < 40);
                    return [document.documentElement.scrollWidth, wide.length, targets.length,
                      getComputedStyle(document.body).backgroundColor];
                    """)
                let values = try #require(sizes.array)
                #expect(values[0] == .integer(width), "\(width) \(dark): \(sizes.json)")
                #expect(
                    values[1] == .integer(0) && values[2] == .integer(0), "\(width) \(dark): \(sizes.json)")
                backgrounds.insert(values[3].string ?? "")
                let picture = try browser.picture()
                #expect(picture.count > 5000)
            }
        }
        #expect(backgrounds.count == 2)
    }
}
