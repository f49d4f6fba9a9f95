// The run log: field order, round trip of numbers, and what resuming keeps.
import Foundation
import JSON
import Reporting
import TestSupport
import Testing

@Suite struct RunLogTests {
    let directory: TemporaryFolder

    init() throws { directory = try TemporaryFolder() }

    private func text() throws -> String { try directory.text(of: RunLog.fileName) }

    private func log(steps: ClosedRange<Int>, resumingAfterStep: Int? = nil) throws {
        let log = try RunLog(directory: directory.path, resumingAfterStep: resumingAfterStep)
        for step in steps {
            try log.train(step: step, epoch: Double(step) / 4, loss: 0.5, learningRate: 1e-5, gradNorm: 1)
        }
    }

    @Test("Records have Hugging Face's names in a fixed order")
    func records() throws {
        let log = try RunLog(directory: directory.path)
        try log.train(
            step: 10, epoch: 0.5, loss: 0.6875, learningRate: 4.5e-5, gradNorm: 1.25, extra: [("tokens", 12)])
        try log.evaluation(
            step: 20, epoch: 1, values: [("eval_loss", .real(0.25)), ("eval_samples", .integer(872))])
        try log.summary(step: 20, epoch: 1, values: [("train_runtime", .real(12.5))])
        #expect(
            try text() == """
                {"step": 10, "epoch": 0.5, "loss": 0.6875, "learning_rate": 4.5e-05, \
                "grad_norm": 1.25, "tokens": 12.0}
                {"step": 20, "epoch": 1.0, "eval_loss": 0.25, "eval_samples": 872}
                {"step": 20, "epoch": 1.0, "train_runtime": 12.5}

                """)
    }

    @Test("Every record is in the file before the next one is made")
    func flushes() throws {
        let log = try RunLog(directory: directory.path)
        for step in 1...3 {
            try log.train(step: step, epoch: 0, loss: 1, learningRate: 1, gradNorm: 1)
            #expect(try text().split(separator: "\n").count == step)
        }
    }

    @Test("A logged loss reads back as the same bits")
    func roundTrip() throws {
        let spread = (1...200).map { Double(Float(bitPattern: UInt32($0) &* 2_654_435_761 >> 2)) }
        let values = spread + [.leastNonzeroMagnitude, .pi, 0.1]
        let log = try RunLog(directory: directory.path)
        for (step, loss) in values.enumerated() {
            try log.train(step: step, epoch: 0, loss: loss, learningRate: 0, gradNorm: 0)
        }
        for (line, loss) in zip(try text().split(separator: "\n"), values) {
            let record = try JSONDecoder().decode([String: Double].self, from: Data(line.utf8))
            #expect(record["loss"]?.bitPattern == loss.bitPattern)
        }
    }

    @Test("Not-a-number and infinities are written as Python's json reads them")
    func notFinite() throws {
        let log = try RunLog(directory: directory.path)
        try log.train(step: 1, epoch: 0, loss: .nan, learningRate: .infinity, gradNorm: -.infinity)
        #expect(
            try text()
                == "{\"step\": 1, \"epoch\": 0.0, \"loss\": NaN, \"learning_rate\": Infinity,"
                + " \"grad_norm\": -Infinity}\n")
    }

    @Test(
        "Resuming removes the records of later steps and of a line cut short, and goes on behind the others")
    func resume() throws {
        try log(steps: 1...6)
        let whole = try text()
        try directory.write(whole + "{\"step\": 7, \"epo", to: RunLog.fileName)
        try log(steps: 5...6, resumingAfterStep: 4)
        #expect(try text() == whole)
        #expect(try directory.names == [RunLog.fileName])
    }

    @Test("A log without resuming starts empty")
    func fresh() throws {
        try log(steps: 1...6)
        try log(steps: 1...1)
        #expect(try text().split(separator: "\n").count == 1)
    }

    @Test("Resuming without a log starts one")
    func resumeWithoutLog() throws {
        try log(steps: 5...6, resumingAfterStep: 4)
        #expect(try text().split(separator: "\n").count == 2)
    }

    @Test("A damaged line stops the resume, with its number, and leaves the file as it was")
    func damaged() throws {
        let damaged = "{\"step\": 1, \"epoch\": 0.0}\nhello\n"
        try directory.write(damaged, to: RunLog.fileName)
        let error = #expect(throws: ReportingError.self) {
            try RunLog(directory: directory.path, resumingAfterStep: 4)
        }
        #expect(
            error?.description == """
                \(directory.path)/metrics.jsonl:2: This is not a record of a training log: a line \
                must begin with \
                {"step": N. Remove the line, or move the file away and resume with a new one.
                """)
        #expect(try text() == damaged)
    }

    @Test("A log that is not text stops the resume")
    func notText() throws {
        try Data([0x7B, 0xFF, 0xFE, 0x0A]).write(to: URL(fileURLWithPath: directory.path + "/metrics.jsonl"))
        let error = #expect(throws: ReportingError.self) {
            try RunLog(directory: directory.path, resumingAfterStep: 4)
        }
        #expect(error?.description.contains("metrics.jsonl: The file cannot be read (") == true)
    }

    @Test("A missing directory is an error that names the file")
    func missingDirectory() {
        let error = #expect(throws: ReportingError.self) {
            try RunLog(directory: directory.path + "/missing")
        }
        let start = "\(directory.path)/missing/metrics.jsonl: The file cannot be written; check the disk"
        #expect(error?.description.hasPrefix(start) == true)
    }

    @Test("A log whose folder was moved or deleted under it ends the run at its next record")
    func moved() throws {
        let folder = directory.path + "/run"
        for isDeleted in [false, true] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let log = try RunLog(directory: folder)
            try log.train(step: 1, epoch: 1, loss: 0.5, learningRate: 1, gradNorm: 1)
            if isDeleted {
                try FileManager.default.removeItem(atPath: folder)
            } else {
                try FileManager.default.moveItem(atPath: folder, toPath: directory.path + "/moved")
            }
            let text = thrownMessage {
                try log.train(step: 2, epoch: 1, loss: 0.5, learningRate: 1, gradNorm: 1)
            }
            #expect(
                text
                    == "\(folder)/metrics.jsonl: The file, or its folder, was moved or deleted while the run "
                    + "wrote to it, so the run ends. Move it back and go on with "
                    + "--resume_from_checkpoint auto."
            )
        }
    }
}
