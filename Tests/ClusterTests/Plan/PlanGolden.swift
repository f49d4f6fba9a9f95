// The goldens of plans, and calibrations by hand for tests.

import Cluster
import Foundation
import JSON
import TestSupport

enum PlanGolden {
    /// The cases of a golden file.
    static func cases(_ name: String) throws -> [JSONValue] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let url = folder.appendingPathComponent("Goldens/\(name)")
        let document = try JSONValue(parsing: [UInt8](Data(contentsOf: url)))
        return document["cases"]?.array ?? []
    }

    /// A calibration of round figures: 1 ms a token on one thread, 0.6 on two; a model of four slots of a
    /// million elements each, and a table of 4,096 rows.
    static var calibration: PlanCalibration {
        var result = PlanCalibration()
        result.machine.name = "here"
        result.machine.processor = "processor"
        result.machine.cores = 2
        result.machine.memoryBytes = 8 << 30
        result.machine.threads = 2
        result.settings = [PlanCalibration.Setting(key: "task", value: "text-classification")]
        result.rows.count = 10_000
        result.rows.lengths = (0..<500).map { 8 + $0 % 57 }
        result.rows.vocabularyInUse = 1_000
        result.rows.differentTokens = [
            PlanCalibration.DifferentTokens(tokens: 1_000, different: 300),
            PlanCalibration.DifferentTokens(tokens: 100_000, different: 1_000),
        ]
        result.rows.bytes = 200
        result.rows.loadSeconds = 1e-5
        result.model.parameterCount = 4_000_000 + 4_096 * 64
        result.model.trainedCount = result.model.parameterCount
        result.model.forwardShare = 0.4
        result.model.activations = ActivationMemory(
            fixedBytes: 1_000_000, bytesPerToken: 20_000, vocabularySize: nil, bytesPerLogit: 0)
        result.model.slots =
            [GradientSlot(rows: 4_096, columns: 64, ready: 1, isLookedUp: true)]
            + [0.9, 0.8, 0.6, 0.5].map {
                GradientSlot(rows: 1_000, columns: 1_000, ready: $0, isLookedUp: false)
            }
        for (threads, perToken) in [(1, 1e-3), (2, 0.6e-3)] {
            for tokens in [50.0, 100, 200, 400] {
                result.passes.append(
                    ComputeSample(
                        threads: threads, tokens: tokens, squares: tokens * 30, seconds: tokens * perToken))
            }
        }
        result.update = ThreadCurve([(threads: 1, seconds: 2e-9), (threads: 2, seconds: 1.2e-9)])
        result.copySeconds = 1e-10
        return result
    }

    static let network = NetworkCost(bytesPerSecond: 1e8, latencySeconds: 1e-4, messageSeconds: 5e-6)

    static func search(
        _ calibration: PlanCalibration = calibration, run: PlanRun = PlanRun(),
        network: NetworkCost? = network, cores: Int = 4, memory: Int = 8 << 30, largestBatch: Int? = nil
    ) -> PlanSearch {
        PlanSearch(
            ShapeCost(calibration, run: run, cores: cores, network: network),
            cluster: PlanCluster(cores: cores, ranksPerNode: 2, threads: 2), memoryBytes: memory,
            largestBatch: largestBatch)
    }
}
