// What the all-reduce costs, for a look at a machine: `rank-scenarios measure [MIB]`.

import DataParallel
import Foundation
import Machine

extension Scenario {
    /// Measures one size: `chosenRank` MiB, 4 if 0. Prints on rank 0.
    static func measure(_ group: any ProcessGroup, mebibytes: Int) throws {
        let environment = ProcessVariables.current
        let measurement = try AllReduceMeasurement(
            maximumBytes: max(mebibytes, 4) << 20, group: group,
            wire: environment["WIRE"].flatMap(WireType.init) ?? .float32,
            bucketMebibytes: environment["BUCKET"].flatMap(Double.init) ?? 25, repetitions: 5,
            sharesMemory: environment["SHARES"] != "0")
        let figures = try measurement.measure(bytes: max(mebibytes, 4) << 20)
        guard group.rank == 0 else { return }
        try report(group, "\(measurement.localRanks) local \(measurement.refusal ?? "")")
        for figure in figures {
            try report(
                group,
                String(
                    format: "%@ %.2f ms, bus %.0f MB/s, copy ratio %.3f", figure.way.rawValue,
                    figure.seconds * 1e3, figure.busBytesPerSecond / 1e6, figure.copyRatio))
        }
    }
}
