// The server as a browser, and as an attacker, sees it.

import Datasets
import Foundation
import JSON
import Ratings
import TestSupport
import Testing

@Suite(.serialized) struct RequestTests {
    private let workshop: TemporaryFolder
    private let arguments: [String]

    init() throws {
        let workshop = try TemporaryFolder()
        self.workshop = workshop
        let files = try ["base", "tuned"].map { try workshop.predictions($0, rows: 6) }
        arguments = files.flatMap { ["--predictions", $0] }
    }

    @Test("a rating is on the disk when the server answers, survives kill -9, and the page goes on from it")
    func durable() throws {
        let server = try RatingProcess(workshop, arguments)
        for rating in [2, 4] {
            let reply = try server.post([("rating", "\(rating)")])
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try workshop.text(of: "r/ratings.jsonl").hasSuffix("\n"))
            let last = try #require(try workshop.text(of: "r/ratings.jsonl").split(separator: "\n").last)
            #expect(last.contains("\"rating\": \(rating)"))
        }
        try server.end(by: SIGKILL)
        #expect(try workshop.ratings().count == 1)
        // Without --predictions the folder's own items go on.
        let again = try RatingProcess(workshop, [], port: server.port)
        let items = try RatingItems(directory: workshop.path + "/r")
        let order = items.blinding.itemOrder(for: try Rater("ann"))
        let place = try #require((0..<6).first { order[$0] == 0 })
        let item = try again.get("/api/item?rater=ann&place=\(place)").json
        #expect(item["item"]?.wholeNumber == 1)
        #expect(item["outputs"]?.array?.first?["ratings"]?["correctness"]?.wholeNumber == 4)
        for letter in ["A", "B"] {
            for criterion in Criterion.allCases {
                let reply = try again.post([
                    ("letter", "\"\(letter)\""), ("criterion", "\"\(criterion.rawValue)\""),
                ])
                let isLast = letter == "B" && criterion == .helpfulness
                #expect(try reply.json["complete"]?.wholeNumber == (isLast ? 1 : 0))
            }
        }
        #expect(try again.end(by: SIGTERM) == 0)
        #expect(try again.output.contains("naturalness  base"))
        #expect(try workshop.text(of: "r/ratings.json").contains("\"naturalness\""))
    }

    @Test("what a rater is sent names no system, and every output stands under the letter that ratings use")
    func blind() throws {
        let server = try RatingProcess(workshop, arguments)
        let items = try RatingItems(directory: workshop.path + "/r")
        for rater in ["ann", "ben"] {
            for place in 0..<6 {
                let reply = try server.get("/api/item?rater=\(rater)&place=\(place)")
                // The texts of these outputs start with the system's name; nothing else may hold one.
                #expect(reply.text.components(separatedBy: "base").count == 2)
                #expect(reply.text.components(separatedBy: "tuned").count == 2)
                let item = try reply.json
                let row = try #require(item["item"]?.wholeNumber)
                for output in item["outputs"]?.array ?? [] {
                    let letter = try #require(output["letter"]?.string)
                    let isBase = output["text"]?.string?.hasPrefix("base") == true
                    _ = try server.post([
                        ("rater", "\"\(rater)\""), ("item", "\(row)"), ("letter", "\"\(letter)\""),
                        ("rating", isBase ? "1" : "5"),
                    ])
                }
            }
        }
        let ratings = try workshop.ratings()
        #expect(ratings.count == 24)
        for rater in ratings.raters {
            for item in items.items.indices {
                #expect(ratings.score(rater, item: item, system: 0, .correctness) == 1)
                #expect(ratings.score(rater, item: item, system: 1, .correctness) == 5)
            }
        }
        let page = try server.get("/")
        #expect(!page.text.contains("tuned"))
        #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
        #expect(page.headers["x-content-type-options"] == "nosniff")
        #expect(try server.get("/rate.js").headers["content-type"] == "text/javascript; charset=utf-8")
        #expect(try server.get("/rate.css").status == 200)
    }

    @Test("equal outputs are one on the page, \"cannot judge\" is an answer, and a comment is kept")
    func equalOutputs() throws {
        let same = try workshop.predictions("base", rows: 2)
        let server = try RatingProcess(
            workshop, ["--predictions", same, "--predictions", "copy=" + same])
        let item = try server.get("/api/item?rater=ann&place=0").json
        let outputs = try #require(item["outputs"]?.array)
        #expect(outputs.count == 1 && outputs[0]["letters"]?.json == #"["A", "B"]"#)
        let row = try #require(item["item"]?.wholeNumber)
        for (number, criterion) in Criterion.allCases.enumerated() {
            let reply = try server.post([
                ("item", "\(row)"), ("criterion", "\"\(criterion.rawValue)\""),
                ("rating", criterion == .correctness ? "\"cannot judge\"" : "4"),
            ])
            #expect(try reply.json["complete"]?.wholeNumber == (number == 2 ? 1 : 0), "\(reply.text)")
        }
        let comment = try HTTPClient.send(
            "POST", port: server.port, "/api/comment", headers: [("Content-Type", "application/json")],
            body: JSONValue.members([
                ("set", .string(try RatingItems(directory: workshop.path + "/r").fingerprint)),
                ("rater", .string("ann")), ("item", .integer(row)), ("letter", .string("A")),
                ("comment", .string("who knows")),
            ]).json)
        #expect(comment.status == 200, "\(comment.text)")
        let ratings = try workshop.ratings()
        let ann = try Rater("ann")
        #expect((ratings.count, ratings.cannotJudgeCount, ratings.commentCount) == (4, 2, 2))
        let index = try #require(try RatingItems(directory: workshop.path + "/r").index(ofRow: row))
        for system in 0..<2 {
            #expect(
                ratings.judgements(ann, item: index, system: system) == [
                    .score(4), .cannotJudge, .score(4),
                ])
            #expect(ratings.comment(ann, item: index, system: system) == "who knows")
        }
        let again = try server.get("/api/item?rater=ann&place=0").json
        #expect(again["outputs"]?.array?.first?["ratings"]?["correctness"]?.string == "cannot judge")
        #expect(again["outputs"]?.array?.first?["comment"]?.string == "who knows")
    }

    @Test("requests that are wrong, foreign or too large are refused, and none of them leaves a trace")
    func refusals() throws {
        let server = try RatingProcess(workshop, arguments)
        let wrong: [(member: (String, String), status: Int)] = [
            (("item", "7"), 404), (("item", "-1"), 404), (("item", "\"1\""), 404), (("letter", "\"C\""), 404),
            (("letter", "\"\""), 404), (("rating", "0"), 400), (("rating", "6"), 400),
            (("rating", "4.5"), 400),
            (("rating", "\"3\""), 400), (("rating", "null"), 400), (("criterion", "\"beauty\""), 400),
            (("rater", "\"\""), 400), (("rater", "\"a\\nb\""), 400), (("set", "\"0\""), 409),
        ]
        for (member, status) in wrong {
            let reply = try server.post([member])
            #expect(reply.status == status, "\(member): \(reply.text)")
            #expect(try reply.json["error"]?.string?.isEmpty == false)
        }
        let type = ("Content-Type", "application/json")
        let headers: [([(String, String)], Int)] = [
            ([("Content-Type", "text/plain")], 415), ([], 415),
            ([type, ("Origin", "http://evil.example")], 403),
            ([type, ("Host", "evil.example")], 403), ([type, ("Host", "127.0.0.1.evil.example:80")], 403),
            ([type, ("Host", "")], 403),
        ]
        for (fields, status) in headers {
            #expect(try server.post([], headers: fields).status == status, "\(fields)")
        }
        let large = String(repeating: "x", count: 20_000)
        #expect(try server.post([("rater", "\"\(large)\"")]).status == 413)
        func post(_ body: String) throws -> Int {
            try HTTPClient.send("POST", port: server.port, "/api/rating", headers: [type], body: body).status
        }
        for body in ["", "{", "[]", "{\"set\": ", String(repeating: "[", count: 9000)] {
            #expect([400, 409].contains(try post(body)), "\(body.prefix(20))")
        }
        #expect(try workshop.text(of: "r/ratings.jsonl").isEmpty)
        #expect(
            try server.post([], headers: [type, ("Origin", "http://127.0.0.1:\(server.port)")]).status == 200)
    }

    @Test("addresses that are not there are not found, whatever they look like")
    func addresses() throws {
        let server = try RatingProcess(workshop, arguments)
        let paths: [(String, Int)] = [
            ("/nothing", 404), ("/../../etc/passwd", 404), ("/rate.js/../../etc/passwd", 404),
            ("/image?item=1&part=0", 404), ("/image?item=../etc/passwd", 404),
            ("/api/item?rater=ann&place=6", 404),
            ("/api/item?rater=ann&place=-1", 404), ("/api/item?rater=&place=0", 400), ("/api/session", 400),
            ("/api/rating", 405), ("/%00", 404),
        ]
        for (path, status) in paths { #expect(try server.get(path).status == status, "\(path)") }
        #expect(try HTTPClient.send("DELETE", port: server.port, "/").status == 405)
        #expect(try HTTPClient.exchange(Array("nonsense\r\n\r\n".utf8), port: server.port).status == 400)
        #expect(try server.get("/").status == 200)
    }

    @Test("an image of an item is sent as what it is, and no other file is")
    func images() throws {
        let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
        try Data(png).write(to: URL(fileURLWithPath: workshop.path + "/cat.png"))
        let file = try workshop.write(
            #"{"image": "cat.png", "prediction": "a cat"}"# + "\n", to: "captions.jsonl")
        let server = try RatingProcess(workshop, ["--predictions", file])
        let item = try server.get("/api/item?rater=ann&place=0")
        #expect(!item.text.contains(workshop.path))
        let address = try #require(try item.json["prompt"]?.array?.first?["image"]?.string)
        let reply = try server.get(address)
        #expect(reply.status == 200 && reply.body == png && reply.headers["content-type"] == "image/png")
        // The file may change under the server: what is no image any more is not sent.
        try workshop.write("root:x:0:0", to: "cat.png")
        #expect(try server.get(address).status == 404)
    }

    @Test("beyond this machine the page needs the token of its link, which stays the same")
    func token() throws {
        let server = try RatingProcess(workshop, arguments + ["--host", "0.0.0.0"])
        let token = try #require(URLComponents(string: server.address)?.queryItems?.first?.value)
        #expect(token.count == 32)
        for path in ["/", "/rate.js", "/api/session?rater=ann", "/?token=", "/?token=\(token.dropLast())0"] {
            let isRight = path.hasSuffix(token)
            #expect(try server.get(path).status == (isRight ? 200 : 403), "\(path)")
        }
        let page = try server.get("/?token=\(token)")
        #expect(page.status == 200)
        let cookie = try #require(page.headers["set-cookie"])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
        let pair = String(cookie.prefix { $0 != ";" })
        let session = try server.get("/api/session?rater=ann", headers: [("Cookie", "x=y; \(pair)")])
        #expect(try session.json["items"]?.wholeNumber == 6)
        let attributes = try FileManager.default.attributesOfItem(atPath: workshop.path + "/r/.rating_token")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        try server.end(by: SIGKILL)
        let again = try RatingProcess(workshop, arguments + ["--host", "0.0.0.0"])
        #expect(URLComponents(string: again.address)?.queryItems?.first?.value == token)
    }

    @Test("many ratings at once are all saved, each on a line of its own")
    func parallel() async throws {
        let server = try RatingProcess(workshop, arguments)
        let set = try server.set
        let port = server.port
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<8 {
                group.addTask {
                    var saved = 0
                    for item in 1...6 {
                        for letter in ["A", "B"] {
                            let body =
                                #"{"set": "\#(set)", "rater": "rater \#(number)", "item": \#(item), "#
                                + #""letter": "\#(letter)", "criterion": "naturalness", "rating": 5}"#
                            let reply = try HTTPClient.send(
                                "POST", port: port, "/api/rating",
                                headers: [("Content-Type", "application/json")],
                                body: body)
                            saved += reply.status == 200 ? 1 : 0
                        }
                    }
                    return saved
                }
            }
            var total = 0
            for try await saved in group { total += saved }
            #expect(total == 96)
        }
        try server.end(by: SIGKILL)
        #expect(try workshop.ratings().count == 96)
        #expect(try workshop.text(of: "r/ratings.jsonl").split(separator: "\n").count == 96)
    }

    @Test("a port in use, a folder in use and an address of another machine are refused in a sentence")
    func startRefusals() throws {
        let server = try RatingProcess(workshop, arguments)
        let sameFolder = try workshop.rate(["serve", "--output_dir", workshop.path + "/r", "--port", "0"])
        #expect(sameFolder.status != 0)
        #expect(sameFolder.errors.contains("are in use by another lockstep rate; stop that one first"))
        let other = ["serve", "--output_dir", workshop.path + "/other"] + arguments
        let samePort = try workshop.rate(other + ["--port", "\(server.port)"])
        #expect(samePort.status != 0)
        #expect(
            samePort.errors.contains(
                "Port \(server.port) of 127.0.0.1 is in use by another program: stop that one, choose another by "
                    + "--port, or let the system choose by --port 0."), "\(samePort.errors)")
        let foreign = try workshop.rate(other + ["--host", "192.0.2.1", "--port", "0"])
        #expect(foreign.errors.contains("192.0.2.1 is no address of this machine"), "\(foreign.errors)")
        let wrongPort = try workshop.rate(other + ["--port", "70000"])
        #expect(wrongPort.errors.contains("--port must be from 0 to 65535, not 70000"))
    }
}
