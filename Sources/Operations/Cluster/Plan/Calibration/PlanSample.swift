// The recipe's own model and a sample of its rows, as a calibration needs them.

package import Arguments
internal import DataParallel
internal import Datasets
internal import Foundation
internal import Kernels
internal import Layers
internal import Models
internal import Tasks
internal import Tensors
package import Training

/// A task over a sample of a run's rows, with random weights in the shapes of its model's files.
package struct PlanSample {
    package let task: any TrainingTask
    package let rows: PlanCalibration.Rows

    /// Reads rows and model; every rank does so for itself and gets the same.
    package init(_ run: RunArguments) throws {
        var limits = ScanLimits()
        limits.seconds = 8
        limits.sampleRows = 2_000
        if run.task.definition.readsImages { limits.sampleRows = 200 }
        let scan = RowScan(run, files: run.data.trainFiles, limit: run.data.maxTrainSamples, limits: limits)
        if let failure = scan.failure { throw PlanSampleError(reason: failure) }
        if let bad = scan.bad.first { throw PlanSampleError(reason: bad) }
        guard !scan.sample.isEmpty else { throw PlanError.noRows }
        var sampled = run
        sampled.data.validationFiles = []
        sampled.data.knownRows = KnownRows(
            training: scan.sample, validation: [], labelled: scan.labelled)
        sampled.model.readsWeights = false
        sampled.training.bf16 = run.training.bf16 && KernelLibrary.multipliesBFloat16
        let start = ContinuousClock.now
        let prepared = try run.task.definition.prepare(sampled, group: SoloProcessGroup())
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        task = prepared.task
        let data = task.training
        guard data.count > 0 else { throw PlanError.noRows }
        // Zeros would all lie in one page of memory.
        let parameters = task.model.parameters
        parameters.initialize(key: RandomKey(seed: 1))
        parameters.refreshRoundedValues()
        var rows = PlanCalibration.Rows()
        let scale = Double(data.count) / Double(scan.sample.count)
        var count = Double(scan.usableCount) * scale
        // Rows that are held out are none to learn from.
        if let share = run.data.validationSplit { count *= 1 - share }
        rows.count = max(1, Int(count.rounded()))
        rows.isWhole = scan.isWhole
        rows.lengths = data.lengths.map { max(1, $0) }
        rows.loadSeconds = seconds / Double(data.count)
        rows.bytes = Double(data.tokenCount * 4) / Double(data.count) + Self.bytesPerRow
        rows.setDifferentTokens(data)
        self.rows = rows
    }

    /// Of a tokenised row, beside its tokens: places, target and source.
    private static let bytesPerRow = 64.0
}

/// Rows that cannot be read.
struct PlanSampleError: Error, CustomStringConvertible {
    let reason: String
    var description: String { "the rows cannot be read: \(reason)" }
}

extension PlanCalibration.Rows {
    /// How many different tokens texts of some sizes have, if tokens come independently with the frequencies
    /// of the sample.
    mutating func setDifferentTokens(_ data: TokenizedDataset) {
        var counts: [Int32: Int] = [:]
        for row in 0..<data.count { for token in data.tokens(of: row) { counts[token, default: 0] += 1 } }
        vocabularyInUse = counts.count
        let total = Double(counts.values.reduce(0, +))
        guard total > 0 else { return }
        var frequencies: [Int: Int] = [:]
        for count in counts.values { frequencies[count, default: 0] += 1 }
        differentTokens = (4...22).map { power in
            let tokens = Double(1 << power)
            let different = frequencies.reduce(0.0) { sum, entry in
                sum + Double(entry.value) * (1 - exp(-tokens * Double(entry.key) / total))
            }
            return PlanCalibration.DifferentTokens(tokens: tokens, different: different)
        }
    }
}

extension PlanCalibration {
    /// The keys that decide what a step computes; with another value the calibration says nothing.
    package static func settings(of run: RunArguments) -> [Setting] {
        let (model, training, data) = (run.model, run.training, run.data)
        func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "not set" }
        return [
            Setting(key: "task", value: run.task.rawValue),
            Setting(key: "model_name_or_path", value: model.directories.joined(separator: ", ")),
            Setting(key: "train_file", value: data.trainFiles.joined(separator: ", ")),
            Setting(key: "max_train_samples", value: text(data.maxTrainSamples)),
            Setting(key: "max_seq_length", value: text(data.maxSeqLength)),
            Setting(key: "bf16", value: text(training.bf16)),
            Setting(key: "gradient_checkpointing", value: text(training.gradientCheckpointing)),
            Setting(key: "lora_r", value: text(training.adaptation.loraR)),
            Setting(
                key: "freeze",
                value: training.adaptation.freeze.isEmpty
                    ? "not set" : training.adaptation.freeze.joined(separator: ", ")),
        ]
    }

    /// Refuses a recipe that is not the one that was measured; `file` is the calibration's.
    package func require(_ run: RunArguments, file: String) throws(PlanError) {
        let asked = Self.settings(of: run)
        for (own, other) in zip(settings, asked) where own != other {
            throw .otherRecipe(file: file, key: other.key, calibrated: own.value, asked: other.value)
        }
        guard settings.count == asked.count else {
            throw .notJSON(file: file, reason: "settings has other keys than this version's")
        }
    }
}
