// What a server leaves of its requests: the record, comparisons with training, rows for Azure's collector.

import Files
import Foundation
import JSON
import Monitoring
import Serving
import Synchronization
import TestSupport
import Testing
import WebServing

private let rules = TextRules(
    language: { $0.hasPrefix("g") ? "en" : "und" },
    withoutPersonalData: { $0.replacingOccurrences(of: "a@b.org", with: "<EMAIL>") })

/// What a watch says.
private final class Sentences: Sendable {
    private let list = Mutex<[String]>([])

    func add(_ text: String) { list.withLock { $0.append(text) } }
    var all: [String] { list.withLock { $0 } }
}

/// A watched service of the toy classifier.
private struct Watched {
    let service: ModelService
    let watch: ServiceWatch
    let sentences: Sentences

    init(_ settings: WatchSettings, reference: ReferenceStatistics? = nil) throws {
        let sentences = Sentences()
        watch = try ServiceWatch(settings, rules: rules) { sentences.add($0) }
        service = ModelService(options: ServingOptions(), version: "1", watch: watch)
        self.sentences = sentences
        service.use(try ToyClassifier.served(reference: reference))
    }

    func ask(_ body: String, id: String? = nil) async -> WebAnswer {
        await service.answer(
            WebRequest(
                method: "POST", target: "/predict",
                headers: id.map { [(name: "x-request-id", value: $0)] } ?? [], body: Array(body.utf8)))
    }

    func metrics() async throws -> String {
        let answer = await service.answer(WebRequest(method: "GET", target: "/metrics", headers: []))
        return String(decoding: try #require(answer.bytes), as: UTF8.self)
    }
}

private func records(_ folder: String) throws -> [RequestRecord] {
    var found: [RequestRecord] = []
    try RecordSegment.read(folder: folder) { found.append($0) }
    return found
}

@Suite struct WatchTests {
    @Test("each input leaves its lengths, language, answer and confidence, named by the request's id")
    func record() async throws {
        let folder = try TemporaryFolder()
        var settings = WatchSettings()
        settings.record = RecordSettings(folder: folder.path)
        let watched = try Watched(settings)
        let single = await watched.ask(#"{"inputs": "good work"}"#, id: "one")
        _ = await watched.ask(#"{"inputs": [["good work", "b"], ["c a@b.org"]]}"#, id: "two")
        _ = await watched.ask(#"{"inputs": ""}"#, id: "three")
        _ = await watched.ask("{", id: "four")
        let unnamed = await watched.ask(#"{"inputs": "d"}"#)
        watched.watch.stop()
        #expect(single.headers.contains { $0.name == "x-request-id" && $0.value == "one" })
        let found = try records(folder.path)
        #expect(found.prefix(4).map(\.id) == ["one", "two-0", "two-1", "three"])
        #expect(found[4].id == unnamed.headers.last?.value && found.count == 5)
        #expect(found.map(\.tokenCount) == [4, 6, 4, nil, 3])
        #expect(found.map(\.language) == ["en", "en", "und", nil, "und"])
        #expect(found.allSatisfy { $0.text == nil && $0.seconds >= 0 && $0.time > 1_700_000_000 })
        let answer = try JSONValue(parsing: try #require(single.bytes))
        #expect(found[0].label == answer.array?[0]["label"]?.string)
        let score = try #require(answer.array?[0]["score"]?.double)
        #expect(abs((found[0].confidence ?? 0) - score) < 1e-6 && found[0].probabilities.count == 3)
    }

    @Test("texts are kept only where asked for, without personal data")
    func texts() async throws {
        let folder = try TemporaryFolder()
        var record = RecordSettings(folder: folder.path)
        record.keepsTexts = true
        var settings = WatchSettings()
        settings.record = record
        let watched = try Watched(settings)
        _ = await watched.ask(#"{"inputs": ["mail a@b.org", "now"]}"#)
        watched.watch.stop()
        #expect(try records(folder.path).map(\.text) == ["mail <EMAIL>\nnow"])
    }

    @Test("a window that differs from training raises alarms: sentences, metrics, and a window anew")
    func comparison() async throws {
        var builder = ReferenceBuilder(version: "test", labels: ["no", "yes", "maybe"])
        for number in 0..<500 {
            builder.add(tokenCount: 20 + number % 5, unknownTokenCount: 0, language: "en", label: "no")
        }
        let watched = try Watched(WatchSettings(), reference: builder.finish())
        for number in 0..<29 { _ = await watched.ask(#"{"inputs": "x \#(number)"}"#) }
        watched.watch.stop()
        #expect(watched.watch.compare() == nil, "29 requests are too few")
        let late = try Watched(WatchSettings(), reference: builder.finish())
        for number in 0..<40 { _ = await late.ask(#"{"inputs": "x \#(number)"}"#) }
        late.watch.stop()
        let alarms = try #require(late.watch.compare())
        #expect(alarms.contains { $0.contains("lengths of inputs") } && late.sentences.all == alarms)
        let text = try await late.metrics()
        #expect(text.contains(#"lockstep_monitor_alarm{signal="input_length"} 1"#))
        #expect(text.contains("lockstep_serve_alarms_total \(Double(alarms.count))\n"))
        #expect(late.watch.compare() == nil, "the next window has no request yet")
    }

    @Test("what does not fit the queue is dropped, counted and said, and costs the request nothing")
    func dropped() async throws {
        let folder = try TemporaryFolder()
        var settings = WatchSettings()
        settings.record = RecordSettings(folder: folder.path)
        settings.byteCapacity = 10
        let watched = try Watched(settings)
        #expect(await watched.ask(#"{"inputs": "longer than ten bytes"}"#).status == 200)
        #expect(await watched.ask(#"{"inputs": "short"}"#).status == 200)
        watched.watch.stop()
        #expect(await watched.ask(#"{"inputs": "late"}"#).status == 200)
        #expect(try records(folder.path).count == 1)
        #expect(watched.sentences.all.first?.hasPrefix("1 answered inputs were not recorded") == true)
        let text = try await watched.metrics()
        #expect(text.contains("lockstep_serve_recorded_inputs_total 1.0\n"))
        #expect(text.contains("lockstep_serve_unrecorded_inputs_total 2.0\n"))
    }

    @Test("a record that cannot be written, and a collector that is gone, cost the request nothing")
    func broken() async throws {
        let folder = try TemporaryFolder()
        var settings = WatchSettings()
        settings.record = RecordSettings(folder: folder.path + "/record")
        // Nothing listens on port 9.
        settings.collector = DataCollectorSettings(
            host: "127.0.0.1", port: 9, samplingPercentages: ["model_inputs": 100, "model_outputs": 100])
        let watched = try Watched(settings)
        try FileSystem.remove(folder.path + "/record")
        _ = try folder.write("a file", to: "record")
        #expect(await watched.ask(#"{"inputs": "good"}"#).status == 200)
        watched.watch.stop()
        let text = try await watched.metrics()
        #expect(text.contains("lockstep_serve_record_failures_total 1.0\n"))
        #expect(text.contains("lockstep_serve_collector_payloads_total{result=\"lost\"} 2.0\n"))
        #expect(watched.sentences.all.contains { $0.hasPrefix("a request could not be recorded") })
    }
}
