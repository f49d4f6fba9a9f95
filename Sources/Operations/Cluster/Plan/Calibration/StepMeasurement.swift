// Whole steps of a calibration: what they take beyond their parts.

package import Arguments
internal import DataParallel
internal import Datasets
internal import Layers
internal import Optimizers
internal import Tensors
internal import Training

/// A few real optimiser steps of all ranks, which say what messages take of the processors and what the parts
/// leave out.
struct StepMeasurement {
    private let calibrator: PlanCalibrator
    private let task: any TrainingTask
    private let step: TrainingStep

    init(_ calibrator: PlanCalibrator, task: any TrainingTask, replica: Replica) {
        (self.calibrator, self.task) = (calibrator, task)
        step = TrainingStep(
            task: task, optimizer: replica.optimizer, reducer: replica.reducer,
            schedule: LearningRateScheduler(
                kind: .constant, peak: 1e-9, warmupSteps: 0, totalSteps: 1_000,
                options: ScheduleOptions()),
            group: calibrator.group, seed: 1, maximumNorm: 1,
            recomputesActivations: calibrator.run.training.gradientCheckpointing)
    }

    /// Fills in what messages cost the processors, else the rest of a step.
    func complete(_ calibration: inout PlanCalibration) throws {
        let machine = calibration.machine
        var run = PlanRun(calibrator.run.training)
        run.accumulation = 1
        let shape = PlanShape(
            nodes: machine.hosts, ranksPerNode: machine.ranksPerHost, threads: machine.threads,
            batch: run.batch, accumulation: 1)
        let measured = try seconds(run, ranks: machine.ranks)
        func simulated(_ calibration: PlanCalibration) -> Double {
            ShapeCost(calibration, run: run, cores: machine.cores, network: calibration.networkCost)
                .simulation(shape).run().step
        }
        if let rate = calibration.network?.bytesPerSecond, simulated(calibration) < measured {
            // A processor does nothing but send at most.
            var (low, high) = (0.0, Double(machine.threads) / rate)
            for _ in 0..<30 {
                calibration.network?.processorSecondsPerByte = (low + high) / 2
                if simulated(calibration) < measured {
                    low = (low + high) / 2
                } else {
                    high = (low + high) / 2
                }
            }
            calibration.network?.processorSecondsPerByte = low
        }
        calibration.overheadSeconds = max(0, measured - simulated(calibration))
    }

    /// The median time of a step of all ranks, whose rows are dealt out as in training.
    private func seconds(_ run: PlanRun, ranks: Int) throws -> Double {
        let lengths = task.training.lengths
        let mean = Double(lengths.reduce(0, +)) / Double(max(1, lengths.count))
        let rows = run.isTokenBudget ? max(1, Int(Double(run.batch) / max(1, mean))) : run.batch
        var times: [Double] = []
        for index in 0..<9 {
            let key = RandomKey(seed: 29).derived(UInt64(index))
            let drawn = (0..<rows * ranks).map { Int(key.word(UInt64($0)) % UInt64(lengths.count)) }
            let share = DistributedSampler.scatter(
                rows: drawn, lengths: drawn.map { lengths[$0] }, rankCount: ranks, microBatchCount: 1)
            let seconds = try calibrator.slowest {
                _ = try step.run(
                    step: index, epoch: 0, rows: drawn, microBatches: share[calibrator.group.rank])
            }
            if index > 1 { times.append(seconds) }
            if index > 2, try !calibrator.hasTime(1) { break }
        }
        return times.sorted()[times.count / 2]
    }
}

extension PlanRun {
    /// What of a recipe's training keys decides the cost.
    package init(_ training: TrainingArguments) {
        self.init()
        batch = training.maxTokensPerDevice ?? training.perDeviceTrainBatchSize
        isTokenBudget = training.maxTokensPerDevice != nil
        accumulation = training.gradientAccumulationSteps
        epochs = training.numTrainEpochs
        steps = training.maxSteps > 0 ? training.maxSteps : nil
        dropsLast = training.dataloaderDropLast
        bucketMebibytes = Double(training.ddpBucketCapMB)
        wireShare = training.roundsMessages ? 0.5 : 1
        zeroStage = training.zeroStage
    }
}

extension PlanCalibration {
    /// The network that was measured; nil where none was.
    package var networkCost: NetworkCost? {
        network.map {
            NetworkCost(
                bytesPerSecond: $0.bytesPerSecond, latencySeconds: $0.latencySeconds,
                messageSeconds: $0.messageSeconds ?? NetworkCost.usualMessageSeconds,
                processorSecondsPerByte: $0.processorSecondsPerByte)
        }
    }
}
