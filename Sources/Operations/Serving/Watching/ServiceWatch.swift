// The thread that records what was answered, hands it to Azure's collector and compares it with training.

internal import Dispatch
internal import Foundation
internal import JSON
package import Monitoring
internal import Synchronization

/// Watches a service beside it: no request waits for the disk, for a collector or for a comparison. What
/// comes faster than it can be recorded is dropped, counted and told.
package final class ServiceWatch: Sendable {
    private struct State {
        var waiting: [AnsweredRequest] = []
        var inputCount = 0
        var byteCount = 0
        var dropped = 0
        var isStopped = false
        /// What the last comparison found, for Prometheus.
        var findings = ""
    }

    /// Seconds that the end of a server waits for a collector or a webhook that does not answer.
    private static let farewellSeconds = 5.0
    /// Seconds between two sentences about the same trouble.
    private static let silenceSeconds = 60.0

    let settings: WatchSettings
    private let collector: DataCollector?
    private let webhook: AlarmWebhook?
    private let rules: TextRules
    private let say: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let metrics = WatchMetrics()
    private let arrivals = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let alarms = DispatchQueue(label: "alarms")
    private let recording: Mutex<Recording>

    /// What the thread works with.
    private struct Recording {
        let recorder: RequestRecorder?
        var window: ServiceWindow?
        var reference: ReferenceStatistics?
        var windowEnd: ContinuousClock.Instant
        var toldDrops = 0
        var lastComplaint: ContinuousClock.Instant?
    }

    /// Starts the thread.
    /// - Parameter say: shows a sentence to who runs the server.
    package init(
        _ settings: WatchSettings, rules: TextRules, say: @escaping @Sendable (String) -> Void
    ) throws(MonitoringError) {
        (self.settings, self.rules, self.say) = (settings, rules, say)
        var recorder: RequestRecorder?
        if let record = settings.record { recorder = try RequestRecorder(record, rules: rules) }
        if let wanted = settings.collector { collector = try DataCollector(wanted) } else { collector = nil }
        if let address = settings.webhook { webhook = try AlarmWebhook(address) } else { webhook = nil }
        recording = Mutex(
            Recording(recorder: recorder, windowEnd: .now + .seconds(settings.windowSeconds)))
        let thread = Thread { [weak self] in
            while let arrivals = self?.arrivals {
                _ = arrivals.wait(timeout: .now() + 1)
                guard self?.work() == true else { break }
            }
            self?.ended.signal()
        }
        thread.name = "watch"
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { arrivals.signal() }

    /// Takes a request that was answered; returns at once.
    package func add(_ request: AnsweredRequest) {
        let isTaken = state.withLock { state in
            guard !state.isStopped, state.inputCount + request.inputs.count <= settings.capacity,
                state.byteCount + request.byteCount <= settings.byteCapacity
            else {
                state.dropped += request.inputs.count
                return false
            }
            state.waiting.append(request)
            state.inputCount += request.inputs.count
            state.byteCount += request.byteCount
            return true
        }
        if isTaken { arrivals.signal() } else { metrics.countDropped(request.inputs.count) }
    }

    /// Records what waits, and waits a little for collector and webhook.
    package func stop() {
        let wasStopped = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        guard !wasStopped else { return }
        arrivals.signal()
        ended.wait()
        let rest = DispatchGroup()
        let work = DispatchQueue(label: "farewell")
        work.async(group: rest) { [alarms, collector] in
            alarms.sync {}
            collector?.finish()
        }
        _ = rest.wait(timeout: .now() + Self.farewellSeconds)
        recording.withLock { recording in
            do { try recording.recorder?.close() } catch { say("the record could not be closed: \(error)") }
            tellDrops(&recording, isLast: true)
        }
    }

    /// Compares the window with training and begins another one. Returns the alarms; nil where there is
    /// nothing to compare with, or where requests are too few, which then stay in the window.
    @discardableResult
    package func compare() -> [String]? { recording.withLock { compare(&$0) } }

    /// Lines for `/metrics`.
    var metricsText: String {
        metrics.text(collector?.counts) + state.withLock { $0.findings }
    }
}

extension ServiceWatch {
    /// Records what waits. Returns false when the thread is to end.
    private func work() -> Bool {
        recording.withLock { recording in
            for request in takeAll() { record(request, &recording) }
            if ContinuousClock.now >= recording.windowEnd {
                compare(&recording)
                recording.windowEnd = .now + .seconds(settings.windowSeconds)
            }
            tellDrops(&recording, isLast: false)
        }
        return state.withLock { !$0.isStopped || !$0.waiting.isEmpty }
    }

    private func takeAll() -> [AnsweredRequest] {
        state.withLock { state in
            defer { (state.waiting, state.inputCount, state.byteCount) = ([], 0, 0) }
            return state.waiting
        }
    }

    private func record(_ request: AnsweredRequest, _ recording: inout Recording) {
        if recording.reference != request.reference || recording.window == nil {
            // A model in place of another begins a window of its own.
            recording.reference = request.reference
            recording.window = request.reference.map { ServiceWindow($0) }
        }
        for place in request.inputs.indices {
            let record = rules.completed(
                request.record(of: place), text: request.text(of: place),
                keepsText: settings.record?.keepsTexts ?? false)
            recording.window?.add(record)
            guard let recorder = recording.recorder else { continue }
            do {
                try recorder.append(record)
                metrics.countRecorded()
            } catch {
                metrics.countFailed()
                complain("a request could not be recorded: \(error)", &recording)
            }
        }
        if let collector { collect(request, collector) }
    }

    /// Hands texts without personal data, and answers, to Azure's collector.
    private func collect(_ request: AnsweredRequest, _ collector: DataCollector) {
        if collector.collects("model_inputs") {
            let hasPairs = request.inputs.contains { $0.pair != nil }
            let rows = request.inputs.map { input -> JSONObject in
                var row: JSONObject = ["text": cleaned(input.text)]
                if hasPairs { row.set("text_pair", to: cleaned(input.pair)) }
                return row
            }
            collector.collect("model_inputs", rows: rows, requestID: request.id)
        }
        if collector.collects("model_outputs") {
            collector.collect("model_outputs", rows: request.inputs.map(\.output), requestID: request.id)
        }
    }

    private func cleaned(_ text: String?) -> JSONValue {
        text.map { .string(rules.withoutPersonalData($0)) } ?? .null
    }

    @discardableResult
    private func compare(_ recording: inout Recording) -> [String]? {
        guard let reference = recording.reference, let window = recording.window,
            window.rowCount >= WindowComparison.leastRows
        else { return nil }
        recording.window = ServiceWindow(reference)
        let report = MonitoringReport(
            WindowComparison(window, reference: reference, falseAlarmRate: settings.falseAlarmRate))
        let found = report.alarms
        state.withLock { $0.findings = report.prometheus }
        metrics.countComparison(alarms: found.count)
        for alarm in found { say(alarm) }
        if let webhook, !found.isEmpty {
            let findings = report.json
            alarms.async { [say] in
                do { try webhook.send(findings) } catch { say("\(error)") }
            }
        }
        return found
    }

    private func tellDrops(_ recording: inout Recording, isLast: Bool) {
        let dropped = state.withLock { $0.dropped }
        guard dropped > recording.toldDrops else { return }
        if isLast { recording.lastComplaint = nil }
        let sentence =
            "\(dropped - recording.toldDrops) answered inputs were not recorded, because more came than the "
            + "record could take"
        if complain(sentence, &recording) { recording.toldDrops = dropped }
    }

    /// Says a sentence unless another was said a short time ago.
    @discardableResult
    private func complain(_ sentence: String, _ recording: inout Recording) -> Bool {
        let now = ContinuousClock.now
        if let last = recording.lastComplaint, now - last < .seconds(Self.silenceSeconds) { return false }
        recording.lastComplaint = now
        say(sentence)
        return true
    }
}
