// Which hosts a job runs on, now that some do not answer.

/// The hosts of a cluster file, with those that may take their places.
package struct HostPool: Equatable, Sendable {
    package let hosts: [String]
    package let spares: [String]
    /// The fewest hosts that the job may run on; nil: as many as `hosts` names.
    package let fewest: Int?

    package init(hosts: [String], spares: [String] = [], fewest: Int? = nil) {
        (self.hosts, self.spares, self.fewest) = (hosts, spares, fewest)
    }

    package var all: [String] { hosts + spares }

    /// Hosts for a job, in order.
    package struct Choice: Equatable, Sendable {
        package let hosts: [String]
        /// Hosts that are gone, with the spares in their places.
        package let replaced: [(gone: String, spare: String)]
        /// Hosts that are gone and whose ranks the others take.
        package let leftOut: [String]

        package static func == (a: Choice, b: Choice) -> Bool {
            a.hosts == b.hosts && a.leftOut == b.leftOut && a.replaced.map(\.gone) == b.replaced.map(\.gone)
                && a.replaced.map(\.spare) == b.replaced.map(\.spare)
        }
    }

    /// The hosts that answer, a spare in the place of each that does not while there are any; nil when too
    /// few are left. A host that answers again gets its place back.
    package func choice(answering: Set<String>) -> Choice? {
        var free = spares.filter(answering.contains)
        var chosen: [String] = []
        var replaced: [(gone: String, spare: String)] = []
        var leftOut: [String] = []
        for host in hosts {
            if answering.contains(host) {
                chosen.append(host)
            } else if !free.isEmpty {
                let spare = free.removeFirst()
                replaced.append((host, spare))
                chosen.append(spare)
            } else {
                leftOut.append(host)
            }
        }
        guard !chosen.isEmpty, chosen.count >= fewest ?? hosts.count else { return nil }
        return Choice(hosts: chosen, replaced: replaced, leftOut: leftOut)
    }
}
