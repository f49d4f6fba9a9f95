// The rows of a run as it would read them: scanned, a sample tokenised by the task itself, and judged.

package import Arguments
internal import DataParallel
internal import Datasets
internal import Kernels
internal import Models
internal import Phrases
internal import Tasks
internal import Tokenizers
internal import Training

/// Looks at the rows and at how they fit the model, on one rank and without the model's weights.
package struct DataCheck: Sendable {
    let run: RunArguments
    let shape: JobShape
    package var limits = ScanLimits()
    /// Floating-point operations that measuring activations may take, a thread.
    package var operationsPerThread = 1e11
    /// Bad rows that are found by tokenising, one after the other.
    static let mostAttempts = 20
    /// Images that are opened of each set.
    static let mostImages = 200

    package init(_ run: RunArguments, shape: JobShape) { (self.run, self.shape) = (run, shape) }

    /// Reads files and model. Takes its limits' time and what a sample needs to be tokenised.
    package func outcome() -> DataOutcome {
        var outcome = DataOutcome()
        var limits = limits
        if run.task.definition.readsImages { limits.sampleRows = min(limits.sampleRows, Self.mostImages) }
        let training = RowScan(
            run, files: run.data.trainFiles, limit: run.data.maxTrainSamples, limits: limits)
        var validation: RowScan?
        if !run.data.validationFiles.isEmpty {
            var rest = limits
            rest.seconds /= 2
            rest.sampleRows /= 2
            validation = RowScan(
                run, files: run.data.validationFiles, limit: run.data.maxEvalSamples, limits: rest, seed: 1)
        }
        outcome.trainingRows = training.usableCount
        outcome.validationRows = validation?.usableCount ?? 0
        outcome.labels = training.labels.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { (name: $0.key, count: $0.value) }
        let judgement = RowJudgement(run: run, training: training, validation: validation)
        outcome.findings += judgement.findings
        guard !training.sample.isEmpty else { return outcome }
        let preparation = prepare(training, validation)
        outcome.findings += preparation.findings
        guard let prepared = preparation.task else { return outcome }
        outcome.sampledRows = training.sample.count
        describe(prepared, training, into: &outcome)
        return outcome
    }

    // MARK: Tokenising

    /// A task over the sample, with what was found on the way.
    private struct Preparation {
        var task: PreparedTask?
        var findings: [Finding] = []
    }

    /// Has the task read the sample as `train` would; rows that it refuses are named and left out.
    private func prepare(_ training: RowScan, _ validation: RowScan?) -> Preparation {
        var rows = KnownRows(
            training: training.sample, validation: validation?.sample ?? [], labelled: training.labelled)
        // Labels that are missing among the rows that were looked at may stand in the others.
        if !training.isWhole { rows.labelled += validation?.labelled ?? [] }
        var result = Preparation()
        var refused: [String] = []
        while refused.count < Self.mostAttempts {
            do {
                result.task = try run.task.definition.prepare(sampleRun(rows), group: SoloProcessGroup())
                break
            } catch {
                let sentence = "\(error)"
                guard let place = BadRow(sentence)?.place, rows.remove(place) else {
                    let topic: Finding.Topic = error is DatasetsError ? .data : .model
                    result.findings.append(Finding(.error, topic, sentence))
                    break
                }
                refused.append(sentence)
                if rows.training.isEmpty { break }
            }
        }
        if !refused.isEmpty {
            let more = refused.count == Self.mostAttempts ? ", and maybe more" : ""
            result.findings.append(
                Finding(
                    .error, .data,
                    "\(refused.count, "row") that cannot be learnt from or evaluated\(more):"
                        + refused.prefix(5).map { "\n  \($0)" }.joined()
                        + (refused.count > 5 ? "\n  and \(refused.count - 5) more" : "")))
        }
        return result
    }

    /// The run over these rows, with a model of zeros.
    private func sampleRun(_ rows: KnownRows) -> RunArguments {
        var run = run
        run.data.knownRows = rows
        run.model.readsWeights = false
        run.training.bf16 = run.training.bf16 && KernelLibrary.multipliesBFloat16
        return run
    }

    // MARK: Figures

    private func describe(_ prepared: PreparedTask, _ training: RowScan, into outcome: inout DataOutcome) {
        let rows = prepared.task.training
        let isSample = training.sample.count < training.usableCount
        outcome.lengths = LengthSummary(rows.lengths)
        // What limits of length take is said below, with the tokens.
        for note in prepared.notes where note.hasPrefix("warning: ") && !note.contains(" longer than ") {
            outcome.findings.append(Finding(.warning, .data, String(note.dropFirst("warning: ".count))))
        }
        outcome.findings += truncation(rows, isSample: isSample)
        outcome.findings += untrainable(prepared.task)
        // A task of images has no tokenizer, and rows without tokens.
        if !run.task.definition.readsImages || rows.maximumLength > 0 {
            outcome.findings += show(prepared, in: &outcome.samples)
        }
        let figures = figures(prepared.task, training, isSample: isSample)
        outcome.model = figures.model
        outcome.findings += figures.findings
        outcome.findings += batches(rowCount: training.usableCount)
    }

    /// Decodes some rows; returns what is wrong between tokenizer and model.
    private func show(_ prepared: PreparedTask, in samples: inout [MaskedSample]) -> [Finding] {
        let directory = prepared.tokenizerSource ?? run.model.directory
        let rows = prepared.task.training
        let tokenizer: any Tokenizer
        do { tokenizer = try TokenizerLoader.load(directory: directory) } catch {
            return [Finding(.error, .model, "\(error)")]
        }
        let labels = (prepared.task.model as? any SequenceClassifier)?.head.labels ?? []
        let count = min(3, rows.count)
        samples = (0..<count).map { index in
            MaskedSample(rows, row: index * rows.count / count, tokenizer: tokenizer, labels: labels)
        }
        return ModelAgreement(
            run: run, model: prepared.task.model, tokenizer: tokenizer, directory: directory
        ).findings
    }

    /// What limits of length take from the rows.
    private func truncation(_ rows: TokenizedDataset, isSample: Bool) -> [Finding] {
        guard rows.cutCount > 0 || rows.leftOutCount > 0 else { return [] }
        let all = rows.count + rows.leftOutCount
        let share = 100 * Double(rows.cutCount + rows.leftOutCount) / Double(max(1, all))
        var parts: [String] = []
        if rows.cutCount > 0 {
            let tokens = rows.tokenCount + rows.cutTokenCount
            let lost = 100 * Double(rows.cutTokenCount) / Double(max(1, tokens))
            parts.append(
                "\(rows.cutCount, "row") lose their ends, \(rows.cutTokenCount, "token") in all "
                    + "(\(Int(lost.rounded()))%)")
        }
        if rows.leftOutCount > 0 { parts.append("\(rows.leftOutCount, "row") are left out") }
        return [
            Finding(
                share >= 50 ? .warning : .note, .data,
                "longer than the limit of length\(isSample ? ", in the sample" : ""): "
                    + parts.joined(separator: ", ") + " (\(Int(share.rounded()))% of the rows)")
        ]
    }

    /// Rows from which nothing is learnt.
    private func untrainable(_ task: any TrainingTask) -> [Finding] {
        let rows = task.training
        let without = (0..<rows.count).filter { row in
            guard case .spans(let spans) = rows.target(of: row) else { return false }
            let length = rows.length(of: row)
            return spans.allSatisfy { $0.clamped(to: 0..<length).isEmpty }
        }
        guard let first = without.first else { return [] }
        return [
            Finding(
                .warning, .data,
                "\(without.count, "row") without a token to learn from, the first \(rows.source(of: first))")
        ]
    }

    /// Whether the rows make batches for all ranks.
    private func batches(rowCount: Int) -> [Finding] {
        guard run.training.maxTokensPerDevice == nil else { return [] }
        do {
            _ = try DistributedSampler(
                rowCount: rowCount, globalBatchRows: globalBatchRows, rankCount: shape.ranks,
                seed: run.training.seed, strategy: .random, dropsLast: run.training.dataloaderDropLast)
            return []
        } catch { return [Finding(.error, .data, error.description)] }
    }

    var globalBatchRows: Int {
        run.training.perDeviceTrainBatchSize * shape.ranks * run.training.gradientAccumulationSteps
    }
}

extension KnownRows {
    /// Leaves out the rows of a place, `file:line`; false if there is none.
    mutating func remove(_ place: String) -> Bool {
        let before = training.count + validation.count + labelled.count
        training.removeAll { $0.source.description == place }
        validation.removeAll { $0.source.description == place }
        labelled.removeAll { $0.source.description == place }
        return training.count + validation.count + labelled.count < before
    }
}
