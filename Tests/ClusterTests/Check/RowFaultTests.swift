// Faults of rows, planted in files: each is named with its line.

import Arguments
import Cluster
import Datasets
import TestSupport
import Testing

@Suite struct RowFaultTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ training: [String], validation: [String] = []) throws -> RunArguments {
        var run = RunArguments()
        // There is no such model: what is said of rows needs none.
        run.model.modelNameOrPath = folder.path + "/model"
        run.data.trainFiles = [try folder.write(training.joined(separator: "\n") + "\n", to: "train.jsonl")]
        if !validation.isEmpty {
            run.data.validationFiles = [
                try folder.write(validation.joined(separator: "\n") + "\n", to: "validation.jsonl")
            ]
        }
        return run
    }

    private func outcome(_ run: RunArguments, limits: ScanLimits = ScanLimits()) -> DataOutcome {
        var check = DataCheck(run, shape: JobShape(ranks: 1, hosts: 1, threads: 1))
        check.limits = limits
        return check.outcome()
    }

    private func texts(_ outcome: DataOutcome, _ severity: Finding.Severity) -> [String] {
        outcome.findings.filter { $0.severity == severity && $0.topic == .data }.map(\.text)
    }

    private func row(_ text: String, _ label: String) -> String {
        #"{"text": "\#(text)", "label": "\#(label)"}"#
    }

    private var sound: [String] {
        (0..<40).map { row("text number \($0)", $0 % 2 == 0 ? "good" : "bad") }
    }

    @Test("sound rows raise no alarm")
    func clean() throws {
        let validation = (0..<10).map { row("another \($0)", $0 % 2 == 0 ? "good" : "bad") }
        let outcome = outcome(try run(sound, validation: validation))
        #expect(outcome.findings.filter { $0.topic == .data } == [])
        #expect(outcome.trainingRows == 40 && outcome.validationRows == 10)
        #expect(outcome.labels.map(\.name) == ["bad", "good"] && outcome.labels.map(\.count) == [20, 20])
    }

    @Test("bad rows are named with their lines, all of them")
    func badRows() throws {
        var rows = sound
        rows[3] = #"{"text": "cut"#
        rows[7] = "[1, 2]"
        let errors = texts(outcome(try run(rows)), .error)
        #expect(errors.count == 1)
        #expect(errors[0].contains("2 bad rows"))
        #expect(errors[0].contains("train.jsonl:4") && errors[0].contains("train.jsonl:8"))
    }

    @Test("empty rows are counted and placed; on_empty_row: error makes them an error")
    func emptyRows() throws {
        var rows = sound
        rows[4] = row("", "good")
        var run = try run(rows)
        let notes = texts(outcome(run), .note)
        #expect(notes.count == 1 && notes[0].contains("1 row of 40"))
        #expect(notes[0].contains("train.jsonl:5 (text)"))
        run.data.onEmptyRow = .error
        #expect(texts(outcome(run), .error).count == 1)
    }

    @Test("equal rows and rows that contradict each other are named in pairs")
    func duplicates() throws {
        let rows = sound + [row("text number 0", "good"), row("text number 1", "good")]
        let outcome = outcome(try run(rows))
        let notes = texts(outcome, .note)
        #expect(notes.count == 1 && notes[0].hasPrefix("2 training rows of 42 repeat"))
        #expect(notes[0].contains("train.jsonl:41 = ") && notes[0].contains("train.jsonl:1"))
        let warnings = texts(outcome, .warning)
        #expect(warnings.count == 1 && warnings[0].contains("another label: "))
        #expect(warnings[0].contains("train.jsonl:42 and ") && warnings[0].contains("train.jsonl:2"))
    }

    @Test("validation rows that stand among the training rows are leakage")
    func leakage() throws {
        let validation = [row("text number 6", "good"), row("new", "bad"), row("newer", "good")]
        let warnings = texts(outcome(try run(sound, validation: validation)), .warning)
        #expect(warnings.count == 1)
        #expect(warnings[0].contains("leakage: 1 of 3 validation rows (33%)"))
        #expect(warnings[0].contains("validation.jsonl:1 = ") && warnings[0].contains("train.jsonl:7"))
    }

    @Test("labels: one alone, a dominant one, one that training lacks")
    func labels() throws {
        let single = texts(outcome(try run((0..<9).map { row("t\($0)", "good") })), .warning)
        #expect(single.count == 1 && single[0].contains("all 9 training rows have the label \"good\""))
        let skewed = (0..<50).map { row("t\($0)", $0 < 48 ? "good" : "bad") }
        let dominant = texts(outcome(try run(skewed)), .warning)
        #expect(dominant.count == 1)
        #expect(dominant[0].hasPrefix("96% of the training rows have the label \"good\""))
        let unknown = texts(outcome(try run(sound, validation: [row("x", "ugly")])), .warning)
        #expect(unknown.count == 1 && unknown[0].contains("1 label that no training row has: ugly"))
    }

    @Test("numbers of a regression are no labels that could be rare")
    func regression() throws {
        let rows = (0..<60).map { #"{"text": "t\#($0)", "label": \#($0).5}"# }
        #expect(outcome(try run(rows)).findings.filter { $0.topic == .data } == [])
    }

    @Test("of many rows a sample is kept, each with the same chance, in the order of the file")
    func sample() throws {
        let run = try run((0..<2_000).map { row("t\($0)", "\($0 % 2)") })
        var limits = ScanLimits()
        limits.sampleRows = 400
        let scan = RowScan(run, files: run.data.trainFiles, limit: nil, limits: limits)
        #expect(scan.usableCount == 2_000 && scan.sample.count == 400 && scan.isWhole)
        let lines = scan.sample.map(\.source.line)
        #expect(lines == lines.sorted() && Set(lines).count == 400)
        // 100 are expected of each quarter; six standard deviations are 52.
        for quarter in 0..<4 {
            let count = lines.count { ($0 - 1) / 500 == quarter }
            #expect((48...152).contains(count), "quarter \(quarter) has \(count)")
        }
        limits.sampleBytes = 2_000
        let small = RowScan(run, files: run.data.trainFiles, limit: nil, limits: limits)
        #expect((30...100).contains(small.sample.count))
    }

    @Test("a scan whose time is over says how far it came")
    func time() throws {
        var limits = ScanLimits()
        limits.seconds = 0
        let outcome = outcome(try run((0..<500).map { row("t\($0)", "\($0 % 2)") }), limits: limits)
        let notes = texts(outcome, .note)
        #expect(notes.count == 1 && notes[0].contains("were looked at; there are more"))
        #expect((1..<500).contains(outcome.trainingRows))
    }

    @Test("a sample is shown with what is learnt in brackets, or in colour")
    func masked() {
        let sample = MaskedSample(
            place: "t:1", parts: [.init("Hi ", isLearnt: false), .init("there\nyou", isLearnt: true)],
            label: nil)
        #expect(sample.line(width: 80, inColor: false) == "Hi ⟦there⏎you⟧")
        #expect(sample.line(width: 80, inColor: true) == "Hi \u{1B}[32mthere⏎you\u{1B}[0m")
        #expect(sample.line(width: 5, inColor: false) == "Hi ⟦th…⟧")
    }

    @Test("lengths are summed up by five figures")
    func lengths() {
        let summary = LengthSummary(Array(1...100))
        #expect(summary?.minimum == 1 && summary?.median == 50 && summary?.maximum == 100)
        #expect(summary?.percentile95 == 95)
        #expect(LengthSummary([]) == nil)
    }

    @Test("a missing file is an error of the data, and an unknown model one of the model")
    func missing() throws {
        var run = try run(sound)
        let model = outcome(run).findings.filter { $0.topic == .model }
        #expect(model.count == 1 && model[0].severity == .error && model[0].text.contains("/model"))
        run.data.trainFiles = [folder.path + "/nowhere.jsonl"]
        let errors = texts(outcome(run), .error)
        #expect(errors.count == 1 && errors[0].contains("nowhere.jsonl"))
    }
}
