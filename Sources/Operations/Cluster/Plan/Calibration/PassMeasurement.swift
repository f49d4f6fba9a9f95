// Times forward and backward passes over micro-batches of many sizes.

internal import Arguments
internal import DataParallel
internal import Datasets
internal import Kernels
internal import Layers
internal import Models
internal import Tensors
internal import Training

/// Passes of a calibration; all ranks take the same rows.
final class PassMeasurement {
    private let calibrator: PlanCalibrator
    private let task: any TrainingTask
    private let workspace = Workspace()
    private let byLength: [Int]
    private var passCount: UInt64 = 0
    private var arguments: (batch: Int, budget: Int?) {
        let training = calibrator.run.training
        return (training.perDeviceTrainBatchSize, training.maxTokensPerDevice)
    }

    init(_ calibrator: PlanCalibrator, task: any TrainingTask) {
        (self.calibrator, self.task) = (calibrator, task)
        let rows = task.training
        byLength = (0..<rows.count).sorted { rows.length(of: $0) < rows.length(of: $1) }
    }

    /// Which rows a micro-batch is made of.
    enum Choice {
        case any, short, long
    }

    /// Rows of the recipe's micro-batch, about, times `scale`.
    private func rowCount(_ scale: Double) -> Int {
        let mean = Double(task.training.tokenCount) / Double(task.training.count)
        let batch = arguments.budget.map { Double($0) / max(1, mean) } ?? Double(arguments.batch)
        return max(1, Int((batch * scale).rounded()))
    }

    private func draw(_ count: Int, _ choice: Choice) -> [Int] {
        passCount += 1
        let key = RandomKey(seed: 23).derived(passCount)
        let third = max(1, byLength.count / 3)
        let pool =
            switch choice {
            case .any: byLength[...]
            case .short: byLength.prefix(third)
            case .long: byLength.suffix(third)
            }
        return (0..<count).map { pool[pool.startIndex + Int(key.word(UInt64($0)) % UInt64(pool.count))] }
    }

    private func run(_ rows: [Int], completesGradients: Bool = false) throws {
        workspace.reset()
        let weight = max(1, task.lossWeight(rows: rows, epoch: 0))
        _ = try task.differentiate(MicroBatch(rows: rows, epoch: 0, lossCount: weight)) { tokens in
            Pass(
                parameters: task.model.parameters, workspace: workspace, batch: tokens,
                trainingKey: RandomKey(seed: passCount), completesGradients: completesGradients,
                recomputesActivations: calibrator.run.training.gradientCheckpointing)
        }
    }

    private func work(_ rows: [Int]) -> BatchWork {
        BatchWork(lengths: rows.map { max(1, task.training.length(of: $0)) })
    }

    /// Takes the memory of the largest micro-batch, and oneDNN's first look at each product.
    func warmUp() throws {
        task.model.parameters.zeroGradients()
        for scale in [0.5, 1.5] { try run(draw(rowCount(scale), .long)) }
    }

    /// When each trained slot's gradient is complete, as a part of a pass, and the first of all.
    func gradientOrder() throws -> (ready: [Double], forwardShare: Double) {
        let parameters = task.model.parameters
        let slots = parameters.trainable.layout.slots.count
        var sums = [Double](repeating: 0, count: slots)
        let rounds = 3
        for _ in 0..<rounds {
            let rows = draw(rowCount(1), .any)
            var times = [Double](repeating: 1, count: slots)
            let start = ContinuousClock.now
            parameters.onGradientReady = { slot in
                times[slot] = (ContinuousClock.now - start) / .seconds(1)
            }
            try run(rows, completesGradients: true)
            let whole = (ContinuousClock.now - start) / .seconds(1)
            for slot in times.indices { sums[slot] += min(1, times[slot] / whole) / Double(rounds) }
        }
        parameters.onGradientReady = nil
        return (sums, sums.min() ?? 1)
    }

    /// Passes of several sizes on several numbers of threads, until a share of the calibration's time is
    /// gone; of each number at least two sizes.
    func measure(until share: Double) throws -> [ComputeSample] {
        var samples: [ComputeSample] = []
        let sizes: [(scale: Double, choice: Choice)] = [
            (0.5, .any), (1.5, .any), (1, .short), (1, .long), (1, .any), (0.25, .any),
        ]
        func measure(_ threads: Int) throws {
            for (index, size) in sizes.enumerated() {
                // Two sizes at least: a line has two ends.
                if index > 1, try !calibrator.hasTime(share) { break }
                let rows = draw(rowCount(size.scale), size.choice)
                let work = work(rows)
                let seconds = try calibrator.slowest { try run(rows) }
                samples.append(
                    ComputeSample(
                        threads: threads, tokens: work.tokens, squares: work.squares, seconds: seconds))
            }
        }
        try calibrator.withThreadCounts { try measure($0) }
        var rounds = 1
        while rounds < 8, try calibrator.hasTime(share) {
            // The rank's own number of threads matters most.
            try measure(calibrator.threads)
            if rounds.isMultiple(of: 2) { try calibrator.withThreadCounts { try measure($0) } }
            rounds += 1
        }
        return samples
    }

    /// How much longer passes take when all ranks of a host compute than when one does.
    func contention() throws -> PlanCalibration.Contention? {
        guard calibrator.host.size > 1 else { return nil }
        let rows = draw(rowCount(1), .any)
        var (alone, together) = ([Double](), [Double]())
        for _ in 0..<3 {
            together.append(try calibrator.slowest { try run(rows) })
            alone.append(
                try calibrator.slowest { if calibrator.host.rank == 0 { try run(rows) } })
        }
        let ratio = together.sorted()[1] / alone.sorted()[1]
        return PlanCalibration.Contention(
            ranks: calibrator.host.size, threads: calibrator.threads, ratio: max(1, ratio))
    }
}
