// What each address of the rating page answers.

import Datasets
import Files
import Foundation
internal import JSON
import Ratings
import WebServing

/// The page, its items and the ratings that come in. The page never learns which system an output is from.
struct RatingRoutes: WebService {
    let store: RatingStore
    let guardian: RequestGuard

    /// The largest body that a request may have, in bytes.
    var bodyLimit: Int { 16 << 10 }

    func answer(_ request: WebRequest) async -> WebAnswer { respond(to: request).answer }

    func refusal(of head: WebRequest, status: Int) -> WebAnswer {
        let response =
            status == 413
            ? RatingResponse.failure(.payloadTooLarge, "The request is too large.")
            : RatingResponse.failure(.requestTimeout, "The request came too slowly.")
        return response.answer
    }

    func respond(to request: WebRequest) -> RatingResponse {
        if let refusal = guardian.refusal(of: request) { return refusal }
        switch (request.method, request.path) {
        case ("GET", "/"): return page(request)
        case ("GET", "/rate.css"): return .text(RatingPage.style, type: "css")
        case ("GET", "/rate.js"): return .text(RatingPage.script, type: "javascript")
        case ("GET", "/api/session"): return answer { () throws(Refusal) in try session(request) }
        case ("GET", "/api/item"): return answer { () throws(Refusal) in try item(request) }
        case ("POST", "/api/rating"): return answer { () throws(Refusal) in try rate(request) }
        case ("POST", "/api/comment"): return answer { () throws(Refusal) in try comment(request) }
        case ("GET", "/image"): return image(request)
        case (_, "/"), (_, "/rate.css"), (_, "/rate.js"), (_, "/api/session"), (_, "/api/item"),
            (_, "/api/rating"), (_, "/api/comment"), (_, "/image"):
            return .failure(.methodNotAllowed, "\(request.method) is not possible here.")
        default: return .failure(.notFound, "There is no such page.")
        }
    }

    /// A request that cannot be served.
    private struct Refusal: Error {
        let status: RatingResponse.Status
        let sentence: String

        init(_ status: RatingResponse.Status, _ sentence: String) {
            (self.status, self.sentence) = (status, sentence)
        }
    }

    private func answer(_ body: () throws(Refusal) -> JSONValue) -> RatingResponse {
        do {
            return .json(try body())
        } catch { return .failure(error.status, error.sentence) }
    }

    private func page(_ request: WebRequest) -> RatingResponse {
        var response = RatingResponse.text(RatingPage.document, type: "html")
        if let token = guardian.token {
            let cookie =
                "\(RequestGuard.cookieName)=\(token.text); Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000"
            response.headers.append(("Set-Cookie", cookie))
        }
        return response
    }

    private func rater(_ name: String?) throws(Refusal) -> Rater {
        do {
            return try Rater(name ?? "")
        } catch { throw Refusal(.badRequest, error.description) }
    }

    /// How far a rater has come.
    private func session(_ request: WebRequest) throws(Refusal) -> JSONValue {
        let rater = try rater(request.query("rater"))
        let (items, ratings) = (store.items, store.ratings)
        let order = items.blinding.itemOrder(for: rater)
        let open = items.items.indices.first { place in
            !ratings.isComplete(rater, item: order[place], systemCount: items.systems.count)
        }
        return .members([
            ("set", .string(items.fingerprint)), ("rater", .string(rater.name)),
            ("items", .integer(items.items.count)),
            ("complete", .integer(completeItems(of: rater, ratings))),
            ("first_open", open.map(JSONValue.integer) ?? .null),
            (
                "criteria",
                .array(
                    Criterion.allCases.map { criterion in
                        .members([
                            ("name", .string(criterion.rawValue)), ("question", .string(criterion.question)),
                        ])
                    })
            ),
        ])
    }

    private func completeItems(of rater: Rater, _ ratings: FinalRatings) -> Int {
        store.items.items.indices.count {
            ratings.isComplete(rater, item: $0, systemCount: store.items.systems.count)
        }
    }

    /// The item that a rater sees at a place, outputs in that rater's order.
    private func item(_ request: WebRequest) throws(Refusal) -> JSONValue {
        let rater = try rater(request.query("rater"))
        let items = store.items
        guard let place = request.query("place").flatMap(Int.init), items.items.indices.contains(place) else {
            throw Refusal(.notFound, "There is no item at this place.")
        }
        let index = items.blinding.itemOrder(for: rater)[place]
        let (item, ratings) = (items.items[index], store.ratings)
        let outputs = items.blinding.distinctOutputs(for: rater, item: index).map { group in
            let systems = group.map(\.system)
            // What is the same for all systems of the text; where earlier ratings differ, the line is open.
            func common<Value: Equatable>(_ value: (Int) -> Value?) -> Value? {
                let first = value(systems[0])
                return systems.allSatisfy { value($0) == first } ? first : nil
            }
            let judgements = Criterion.allCases.compactMap { criterion in
                common { ratings.judgement(rater, item: index, system: $0, criterion) }.map {
                    (criterion.rawValue, $0.value)
                }
            }
            let letters = group.map { JSONValue.string(Blinding.letter($0.place)) }
            let comment = common { ratings.comment(rater, item: index, system: $0) } ?? ""
            return JSONValue.members([
                ("letter", letters[0]), ("letters", .array(letters)),
                ("text", .string(item.outputs[systems[0]])), ("ratings", .members(judgements)),
                ("comment", .string(comment)),
            ])
        }
        let prompt = item.prompt.enumerated().map { number, part -> JSONValue in
            switch part.content {
            case .text(let text): .members([("label", .string(part.label)), ("text", .string(text))])
            case .image:
                .members([
                    ("label", .string(part.label)),
                    ("image", .string("/image?item=\(item.row)&part=\(number)")),
                ])
            }
        }
        return .members([
            ("place", .integer(place)), ("item", .integer(item.row)), ("prompt", .array(prompt)),
            ("reference", item.reference.map { .string($0) } ?? .null), ("outputs", .array(outputs)),
        ])
    }

    /// The output that a request is about, and the systems that gave it.
    private struct Target {
        let body: JSONValue
        let rater: Rater
        let item: Int
        let systems: [Int]
    }

    private func target(_ request: WebRequest) throws(Refusal) -> Target {
        let body: JSONValue
        do {
            body = try JSONValue(json: request.body, name: "The request")
        } catch { throw Refusal(.badRequest, error.description) }
        guard body["set"]?.string == store.items.fingerprint else {
            throw Refusal(.conflict, "The server shows other items now: load the page again.")
        }
        let rater = try rater(body["rater"]?.string)
        guard let row = body["item"]?.wholeNumber, let item = store.items.index(ofRow: row) else {
            throw Refusal(.notFound, "There is no such item.")
        }
        do {
            let systems = try store.items.blinding.allSystems(
                behind: body["letter"]?.string ?? "", for: rater, item: item)
            return Target(body: body, rater: rater, item: item, systems: systems)
        } catch { throw Refusal(.notFound, "There is no such output.") }
    }

    private func save(_ records: [RatingRecord], of rater: Rater) throws(Refusal) -> JSONValue {
        do {
            try store.record(records)
        } catch { throw Refusal(.insufficientStorage, error.description) }
        return .members([("complete", .integer(completeItems(of: rater, store.ratings)))])
    }

    /// Saves a rating: `{"set": …, "rater": …, "item": row, "letter": "A", "criterion": …, "rating": 1…5}`,
    /// or `"cannot judge"` as rating.
    private func rate(_ request: WebRequest) throws(Refusal) -> JSONValue {
        let target = try target(request)
        guard let criterion = target.body["criterion"]?.string.flatMap(Criterion.init) else {
            throw Refusal(.badRequest, "There is no such criterion.")
        }
        guard let judgement = Judgement(target.body["rating"]) else {
            throw Refusal(
                .badRequest,
                "A rating must be a whole number from 1 to 5, or \"\(Judgement.cannotJudgeWords)\".")
        }
        let records = target.systems.map { system in
            RatingRecord.rating(
                Rating(
                    rater: target.rater, item: target.item, system: system, criterion: criterion,
                    judgement: judgement))
        }
        return try save(records, of: target.rater)
    }

    /// Saves a comment: `{"set": …, "rater": …, "item": row, "letter": "A", "comment": text}`.
    private func comment(_ request: WebRequest) throws(Refusal) -> JSONValue {
        let target = try target(request)
        guard let text = target.body["comment"]?.string else {
            throw Refusal(.badRequest, "A comment must be a text.")
        }
        var records: [RatingRecord] = []
        for system in target.systems {
            do {
                records.append(
                    .comment(
                        try RatingComment(rater: target.rater, item: target.item, system: system, text: text))
                )
            } catch { throw Refusal(.badRequest, error.description) }
        }
        return try save(records, of: target.rater)
    }

    /// An image of an item's prompt; no other file is ever read.
    private func image(_ request: WebRequest) -> RatingResponse {
        guard let index = request.query("item").flatMap(Int.init).flatMap(store.items.index(ofRow:)),
            let part = request.query("part").flatMap(Int.init),
            store.items.items[index].prompt.indices.contains(part),
            case .image(let path) = store.items.items[index].prompt[part].content
        else { return .failure(.notFound, "There is no such image.") }
        guard let type = RatingImage.kind(of: path),
            let bytes = try? FileSystem.bytes(of: path, limit: RatingImage.byteLimit)
        else { return .failure(.notFound, "The image cannot be read.") }
        return RatingResponse(bytes, type: type)
    }
}
