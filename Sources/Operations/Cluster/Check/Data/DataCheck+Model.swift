// What the model of a run takes of memory and disk, from its shape and a measured micro-batch.

internal import Arguments
internal import Checkpoints
internal import Datasets
internal import Layers
internal import Models
internal import Tensors
internal import Training

extension DataCheck {
    /// Memory, disk and steps of the run; `isSample` says that `task` has some of the rows alone.
    func figures(
        _ task: any TrainingTask, _ scan: RowScan, isSample: Bool
    ) -> (model: DataOutcome.ModelFigures, findings: [Finding]) {
        let (arguments, rows) = (run.training, task.training)
        let parameters = task.model.parameters
        let largest =
            arguments.maxTokensPerDevice
            ?? ActivationMemory.largestTokens(rows.lengths, rows: arguments.perDeviceTrainBatchSize)
        let isBF16 = parameters.computeType == .bfloat16
        var findings: [Finding] = []
        var activations: Int?
        do { activations = try activationBytes(task, largest: largest, bf16: isBF16) } catch {
            findings.append(Finding(.note, .memory, "activations could not be measured: \(error)"))
        }
        let scale = Double(scan.usableCount) / Double(max(1, scan.sample.count))
        let rowBytes = Int(scale * Double(rows.tokenCount * 4 + rows.count * Self.bytesPerRow))
        let memory = RankMemory(
            of: parameters, lookedUpRows: isSample ? nil : Self.differentTokens(rows), bf16: isBF16,
            shards: RankMemory.shards(
                zeroStage: arguments.zeroStage, ranks: shape.ranks, hosts: shape.hosts),
            activations: activations ?? 0, rows: rowBytes)
        let steps = stepsPerEpoch(
            rowCount: Int(scale * Double(rows.count)), tokens: scale * Double(rows.tokenCount))
        let total =
            arguments.maxSteps > 0
            ? arguments.maxSteps : Int((Double(steps) * arguments.numTrainEpochs).rounded(.up))
        let figures = DataOutcome.ModelFigures(
            parameterCount: parameters.layout.parameterCount,
            trainedCount: parameters.trainable.layout.parameterCount, activations: activations,
            largestBatchTokens: largest, memory: memory,
            checkpointBytes: TrainingCheckpoint.byteCount(model: task.model, stateArenas: 2),
            finalModelBytes: TrainingCheckpoint.modelByteCount(task.model), totalSteps: total,
            stepsPerEpoch: steps)
        return (figures, findings)
    }

    /// Of a tokenised row, beside its tokens: places, target and source.
    private static let bytesPerRow = 64

    private func activationBytes(_ task: any TrainingTask, largest: Int, bf16: Bool) throws -> Int? {
        try ActivationMemory(
            task, recomputesActivations: run.training.gradientCheckpointing, bf16: bf16,
            operations: operationsPerThread * Double(shape.threads)
        )?.bytes(tokens: largest)
    }

    private static func differentTokens(_ rows: TokenizedDataset) -> Int {
        var tokens: Set<Int32> = []
        for row in 0..<rows.count { tokens.formUnion(rows.tokens(of: row)) }
        return tokens.count
    }

    private func stepsPerEpoch(rowCount: Int, tokens: Double) -> Int {
        if let budget = run.training.maxTokensPerDevice {
            let step = Double(budget * shape.ranks * run.training.gradientAccumulationSteps)
            return max(1, Int((tokens / step).rounded(.up)))
        }
        return run.training.dataloaderDropLast
            ? max(1, rowCount / globalBatchRows)
            : max(1, (rowCount + globalBatchRows - 1) / globalBatchRows)
    }
}
