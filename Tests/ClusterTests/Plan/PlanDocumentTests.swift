// Calibrations as files, and plans as JSON, screen and page.

import Cluster
import Foundation
import JSON
import Reporting
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct PlanDocumentTests {
    private var whole: PlanCalibration {
        var calibration = PlanGolden.calibration
        calibration.contention = PlanCalibration.Contention(ranks: 2, threads: 1, ratio: 1.25)
        calibration.sharedMemory = PlanCalibration.SharedMemory(
            ranks: 2, secondsPerByte: 1e-10, latencySeconds: 1e-6)
        calibration.network = PlanCalibration.Network(
            hosts: 4, bytesPerSecond: 1.2e8, latencySeconds: 4e-5, messageSeconds: 6e-6,
            processorSecondsPerByte: 1e-9)
        calibration.overheadSeconds = 0.001
        return calibration
    }

    @Test("a calibration that was written is read as it was")
    func roundTrip() throws {
        for calibration in [whole, PlanGolden.calibration] {
            let bytes = Array(calibration.json.text(.indented).utf8)
            #expect(try PlanCalibration(parsing: bytes, file: "c.json") == calibration)
        }
    }

    @Test(
        "a damaged calibration is refused with file and place",
        arguments: [
            ("lockstep_calibration", "lockstep_calibration", JSONValue.integer(2)),
            ("passes", "passes", .array([])), ("copy_seconds_per_byte", "copy_seconds_per_byte", -1),
            ("machine", "machine.name", .object([:])), ("rows", "rows.count", .object([:])),
            ("network", "network.hosts", .object([:])), ("settings", "settings", .string("none")),
        ])
    func damage(member: String, place: String, value: JSONValue) throws {
        var members = try #require(whole.json.object)
        members.set(member, to: value)
        let bytes = Array(JSONValue.object(members).text().utf8)
        do throws(PlanError) {
            _ = try PlanCalibration(parsing: bytes, file: "c.json")
            Issue.record("\(member) was taken")
        } catch {
            guard case .calibration(let mismatch) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(mismatch.file == "c.json" && mismatch.path == place, "\(error)")
        }
    }

    @Test("a text that is no JSON is no calibration")
    func noJSON() {
        do throws(PlanError) {
            _ = try PlanCalibration(parsing: Array("{".utf8), file: "c.json")
            Issue.record("it was taken")
        } catch {
            guard case .notJSON(let file, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(file == "c.json")
        }
    }

    private func result(price: Double? = 1.5, nodes: [Int] = [1, 2, 8, 1_024]) throws -> PlanResult {
        try PlanResult(
            PlanGolden.search(), nodes: nodes, title: "Plan of <a> & b", memorySource: "by hand",
            notes: ["network: by hand"], pricePerNodeHour: price, calibrationSeconds: 12)
    }

    @Test("JSON has a plan for each number of nodes, with and without a price")
    func json() throws {
        let document = try JSONValue(parsing: Array(result().json.text().utf8))
        let plans = try #require(document["plans"]?.array)
        #expect(plans.map { $0["nodes"]?.integer } == [1, 2, 8, 1_024])
        for plan in plans {
            let best = try #require(plan["best"])
            for name in [
                "ranks_per_node", "threads_per_rank", "per_device_train_batch_size",
                "gradient_accumulation_steps", "step_seconds", "rows_per_second", "efficiency", "hours",
                "cost", "rank_memory_bytes",
            ] {
                #expect((best[name]?.double ?? 0) > 0, "\(name)")
            }
        }
        let without = try result(price: nil).json
        #expect(without["plans"]?.array?[0]["best"]?["cost"] == .null)
    }

    @Test("the screen has a line for each number of nodes, the advice and the notes")
    func screen() throws {
        let text = PlanScreen(try result()).text
        let lines = text.split(separator: "\n")
        for nodes in ["1", "2", "8", "1024"] {
            #expect(lines.count { $0.split(separator: " ").first.map { $0.hasPrefix(nodes) } ?? false } >= 1)
        }
        #expect(
            text.contains("fastest: ") && text.contains("cheapest: ") && text.contains("- network: by hand"))
        #expect(!PlanScreen(try result(price: nil)).text.contains("cheapest"))
        #expect(lines.allSatisfy { $0.count <= 220 })
    }

    @Test("the page parses, and has tables, curves and escaped names")
    func page() throws {
        let html = PlanPage(try result()).document.html
        let markup = html.replacing(#/<meta [^>]*>/#, with: "").replacing("<!doctype html>", with: "")
        let counter = ElementCounter()
        let parser = XMLParser(data: Data(markup.utf8))
        parser.delegate = counter
        #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
        #expect(counter.counts["table"] == 2 && counter.counts["svg"] == 4)
        #expect(counter.counts["polyline"] == 8 && counter.counts["circle"] == 32)
        // A header and four rows in each table.
        #expect(counter.counts["tr"] == 10)
        #expect(html.contains("Plan of &lt;a&gt; &amp; b") && !html.contains("<a>"))
    }

    private final class ElementCounter: NSObject, XMLParserDelegate {
        var counts: [String: Int] = [:]

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String] = [:]
        ) {
            counts[name, default: 0] += 1
        }
    }
}
