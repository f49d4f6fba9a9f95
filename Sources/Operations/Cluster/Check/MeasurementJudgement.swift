// What is wrong with measured clocks and networks.

internal import Foundation

/// Judges figures of a job. Pure.
package struct MeasurementJudgement: Sendable {
    let measurement: JobMeasurement
    /// The host of each rank.
    let hosts: [String]
    /// Bytes of gradients that a step sums; nil where they are not known.
    let gradientBytes: Int?

    package init(_ measurement: JobMeasurement, hosts: [String], gradientBytes: Int?) {
        (self.measurement, self.hosts, self.gradientBytes) = (measurement, hosts, gradientBytes)
    }

    package var findings: [Finding] { clocks + network }

    /// Clocks that differ by less do no harm that anybody would see.
    private static let clockSeconds = 1.0

    private var clocks: [Finding] {
        let places = RankPlaces(hosts: hosts)
        var found: [Finding] = []
        var seen: Set<String> = []
        for (rank, clock) in measurement.clocks.enumerated() {
            let least = abs(clock.seconds) - clock.uncertainty
            guard least > Self.clockSeconds, seen.insert(hosts[rank]).inserted else { continue }
            let ranks = hosts.indices.filter { hosts[$0] == hosts[rank] }
            let size = String(format: "%.1f s", abs(clock.seconds))
            let words = "\(size) \(clock.seconds > 0 ? "ahead of" : "behind")"
            found.append(
                Finding(
                    .warning, .clocks,
                    "\(places.words(ranks)): the clock is \(words) that of rank 0: logs and the ages of files "
                        + "mislead, and a batch system's end time is missed. Have chrony or ntpd set it",
                    ranks: ranks))
        }
        return found
    }

    /// Between hosts a rank should send as much in a second.
    private static let leastBytesPerSecond = 20e6

    private var network: [Finding] {
        guard let rate = measurement.busBytesPerSecond, Set(hosts).count > 1,
            rate < Self.leastBytesPerSecond
        else { return [] }
        let seconds = gradientBytes.map {
            let sent = 2 * Double(hosts.count - 1) / Double(hosts.count) * Double($0)
            return String(format: "; the gradients of a step take %.1f s", sent / rate)
        }
        return [
            Finding(
                .warning, .network,
                String(format: "the ranks sum at %.0f MB/s a rank", rate / 1e6) + (seconds ?? "")
                    + ": a slow network, or the wrong interface. Choose the interface, start the job by "
                    + "launch/cluster, which sets what Open MPI needs, or set ddp_comm_dtype: bf16")
        ]
    }
}
