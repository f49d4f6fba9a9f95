// What becomes of a job whose hosts are lost: spares, and how few hosts are enough.

internal import Phrases

extension ClusterConfiguration {
    /// The list `spares`, whose names are others than those of the hosts.
    static func spares(
        _ reader: SectionReader, besides hosts: [Host]
    ) throws(ConfigurationError) -> [Host] {
        guard let sections = try reader.sections("spares", known: ["name", "slots"]) else { return [] }
        var names = Set(hosts.map(\.name))
        return try sections.map { (section) throws(ConfigurationError) in
            try host(section, of: "spares", isNewAmong: &names)
        }
    }

    /// A job keeps its number of ranks whatever hosts it loses, because another one makes other batches:
    /// those that are left must have the slots for them.
    func validateLosses(_ reader: SectionReader) throws(ConfigurationError) {
        for key in ["spares", "min_hosts"] where reader.entry(key) != nil && hosts.isEmpty {
            throw .contradiction(
                key, "\(key) is for a job on several hosts; list them as hosts or in a hostfile.",
                reader.location(key))
        }
        guard !hosts.isEmpty else { return }
        if let minHosts, minHosts > hosts.count {
            throw .contradiction(
                "min_hosts", "min_hosts is \(minHosts), but there are only \(hosts.count, "host"); lower it.",
                reader.location("min_hosts"))
        }
        guard minHosts != nil || !spares.isEmpty else { return }
        let ranks = RankPlacement(self, localCores: 1).ranks
        let count = minHosts ?? hosts.count
        let slots = (hosts + spares).map(\.slots).sorted().prefix(count).reduce(0, +)
        guard slots < ranks else { return }
        let key = minHosts == nil ? "spares" : "min_hosts"
        throw .contradiction(
            key,
            "\(ranks, "rank") must fit on any \(count, "host") that may be left, but those with the fewest slots have "
                + "\(slots); give them more slots, set fewer ranks\(minHosts == nil ? "." : ", or raise min_hosts.")",
            reader.location(key))
    }

    /// The cluster with these of its hosts and spares, and as many ranks as before.
    ///
    /// - Throws: a name that is none of them, and hosts with too few slots for the ranks.
    package func using(hosts names: [String]) throws(ConfigurationError) -> ClusterConfiguration {
        let all = self.hosts + spares
        var chosen: [Host] = []
        for name in names {
            guard let host = all.first(where: { $0.name == name }) else {
                throw ConfigurationError(
                    location: .flag("hosts"), key: "hosts",
                    reason: "\(name) is none of the hosts and spares of the cluster file: "
                        + all.map(\.name).listed() + ".")
            }
            chosen.append(host)
        }
        let ranks = RankPlacement(self, localCores: 1).ranks
        let slots = chosen.reduce(0) { $0 + $1.slots }
        guard ranks <= slots else {
            throw ConfigurationError(
                location: .flag("hosts"), key: "hosts",
                reason: "the \(slots, "slot") of \(names.listed()) are too few for \(ranks, "rank").")
        }
        var cluster = self
        (cluster.hosts, cluster.ranks, cluster.ranksPerHost) = (chosen, ranks, nil)
        return cluster
    }

    /// What mpirun starts its daemons on other hosts with: what a parameter among `settings` and the
    /// cluster's own arguments says, nil for Open MPI's own choice.
    package func startAgent(_ settings: OpenMPISettings, named names: [String]) -> String? {
        let given = zip(zip(mpirunArguments, mpirunArguments.dropFirst()), mpirunArguments.dropFirst(2))
        for ((option, name), value) in given where option.hasSuffix("mca") && names.contains(name) {
            return value
        }
        return parameters(settings).first { names.contains($0.name) }?.value
    }
}
