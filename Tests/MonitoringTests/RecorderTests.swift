// The record of requests: whole lines, bounded, without personal data, and there after a kill.

import Files
import Foundation
import JSON
import Monitoring
import Reporting
import TestSupport
import Testing

private let rules = TextRules(
    language: { $0.hasPrefix("the") ? "en" : "und" },
    withoutPersonalData: { $0.replacing("a@b.org", with: "<EMAIL>") })

private func record(_ number: Int, time: Double = 1_800_000_000) -> RequestRecord {
    RequestRecord(
        time: time, id: "r\(number)", tokenCount: 10 + number % 7, unknownTokenCount: number % 2,
        label: "positive", confidence: 0.75, probabilities: [0.25, 0.75], seconds: 0.012)
}

private func records(_ folder: String) throws -> (records: [RequestRecord], pieces: Int) {
    var found: [RequestRecord] = []
    let pieces = try RecordSegment.read(folder: folder) { found.append($0) }
    return (found, pieces)
}

@Suite struct RecorderTests {
    @Test("what is recorded reads back; texts are kept only where asked for, without personal data")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        var settings = RecordSettings(folder: folder.path + "/quiet")
        let quiet = try RequestRecorder(settings, rules: rules)
        try quiet.record(record(1), text: "the text of a@b.org")
        try quiet.record(RequestRecord(time: 1.5, tokenCount: nil, seconds: 0.5))
        let found = try records(settings.folder).records
        var expected = record(1)
        expected.language = "en"
        #expect(found == [expected, RequestRecord(time: 1.5, tokenCount: nil, seconds: 0.5)])
        settings.folder = folder.path + "/texts"
        settings.keepsTexts = true
        let talking = try RequestRecorder(settings, rules: rules)
        try talking.record(record(1), text: "mail a@b.org")
        #expect(try records(settings.folder).records.map(\.text) == ["mail <EMAIL>"])
    }

    @Test("segments are full by size and by age, and the oldest leave when all are too large or too old")
    func bounds() throws {
        let folder = try TemporaryFolder()
        var settings = RecordSettings(folder: folder.path)
        (settings.segmentByteCount, settings.totalByteCount) = (4_096, 16_384)
        let recorder = try RequestRecorder(settings, rules: rules)
        for number in 0..<500 {
            try recorder.record(record(number, time: 1_800_000_000 + Double(number)))
        }
        let sizes = try folder.names.map { try FileSystem.byteCount(of: folder.path + "/" + $0) }
        #expect(sizes.allSatisfy { $0 <= 4_096 } && sizes.reduce(0, +) <= 16_384 + 4_096)
        let found = try records(folder.path).records
        #expect(found.last?.id == "r499")
        #expect(found.count > 60 && found.count < 500)
        #expect(found.map(\.time) == found.map(\.time).sorted())
        let before = try folder.names.count
        try recorder.record(record(500, time: 1_800_100_000))
        #expect(try folder.names.count <= before + 1)
        #expect(try records(folder.path).records.last?.id == "r500")
    }

    @Test("many threads at once lose and mix no line")
    func threads() throws {
        let folder = try TemporaryFolder()
        var settings = RecordSettings(folder: folder.path)
        settings.segmentByteCount = 1 << 14
        let recorder = try RequestRecorder(settings, rules: rules)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for number in 0..<100 {
                do { try recorder.record(record(1_000 * thread + number)) } catch {
                    Issue.record("\(error)")
                }
            }
        }
        let found = try records(folder.path)
        #expect(found.pieces == 0)
        #expect(Set(found.records.compactMap(\.id)).count == 800)
    }

    @Test("a process that is killed leaves whole records, and a piece at the end is passed over")
    func kill() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let recorder = try RequestRecorder(RecordSettings(folder: path), rules: rules)
            DispatchQueue.concurrentPerform(iterations: 4) { thread in
                for number in 0..<10_000 {
                    do { try recorder.record(record(100_000 * thread + number)) } catch { exit(9) }
                    if thread == 3, number == 500 { raise(SIGKILL) }
                }
            }
        }
        let found = try records(path)
        #expect(found.records.count >= 501)
        #expect(found.pieces <= 1)
        let torn = try #require(try folder.names.max())
        let whole = try folder.text(of: torn)
        _ = try folder.write(whole + "{\"time\": 1, \"tok", to: torn)
        let again = try records(path)
        #expect(again.records.count == found.records.count && again.pieces == 1)
        // The next process begins a segment of its own.
        let next = try RequestRecorder(RecordSettings(folder: path), rules: rules)
        try next.record(record(7, time: 1_900_000_000))
        #expect(try records(path).records.last?.id == "r7")
    }

    @Test("the findings have a table, a page, metrics and sentences for alarms")
    func findings() throws {
        let service = SimulatedService(overconfidence: 1.5)
        let reference = service.reference(training: 1_000, validation: 1_000, seed: 11)
        var rows = service.rows(400, seed: 12)
        for index in rows.indices { rows[index].tokens += 20 }
        let report = MonitoringReport(SimulatedService.comparison(rows, reference))
        #expect(report.alarms.count >= 1)
        #expect(report.alarms[0].hasPrefix("alarm: lengths of inputs differ from training"))
        #expect(report.text.contains("ALARM") && report.text.contains("f1"))
        #expect(report.prometheus.contains("lockstep_monitor_alarm{signal=\"input_length\"} 1\n"))
        #expect(report.json["alarms"]?.array?.count == report.alarms.count)
        let page = MonitoringPage.document(report, title: "<folder>").html
        #expect(page.contains("&lt;folder&gt;") && page.contains("Calibration"))
        #expect(throws: MonitoringError.self) { try AlarmWebhook("ftp://x") }
    }
}
