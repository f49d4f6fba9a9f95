// A plan: what each number of nodes costs, with where its figures come from.

internal import Phrases

/// What `plan` says.
package struct PlanResult: Sendable {
    /// Estimates of one number of nodes.
    package struct Row: Sendable, Equatable {
        package var nodes: Int
        package var best: PlanEstimate
        /// The shape of the cluster file and the recipe; nil where it does not fit the memory of a host.
        package var given: PlanEstimate?

        package init(nodes: Int, best: PlanEstimate, given: PlanEstimate?) {
            (self.nodes, self.best, self.given) = (nodes, best, given)
        }
    }

    package var title: String
    package var rows: [Row]
    /// The best shape of one node, to which the others are compared.
    package var baseline: PlanEstimate
    package var machine: PlanCalibration.Machine
    /// Seconds that measuring took; nil for a calibration from a file.
    package var calibrationSeconds: Double?
    /// Where network and memory come from, and what is not known, a sentence each.
    package var notes: [String]
    package var pricePerNodeHour: Double?
    package var isTokenBudget: Bool

    /// Plans for these numbers of nodes.
    package init(
        _ search: PlanSearch, nodes: [Int], title: String, memorySource: String, notes: [String],
        pricePerNodeHour: Double?, calibrationSeconds: Double?
    ) throws(PlanError) {
        let cost = search.cost
        guard cost.isKnown(threads: search.cluster.threads) else {
            throw .unknownThreads(
                search.cluster.threads, measured: cost.calibration.passes.map(\.threads).max() ?? 1)
        }
        func best(_ nodes: Int) throws(PlanError) -> PlanEstimate {
            if let best = search.best(nodes: nodes) { return best }
            throw .tooLarge(
                needed: search.leastMemory(nodes: nodes), available: search.memoryBytes,
                source: memorySource)
        }
        self.title = title
        baseline = try best(1)
        var rows: [Row] = []
        for count in nodes where count <= search.limit(nodes: count) {
            let given = search.given(nodes: count)
            let isPossible = search.hasRows(given) && search.fits(given)
            rows.append(
                Row(
                    nodes: count, best: try best(count),
                    given: isPossible ? search.estimate(given) : nil))
        }
        guard !rows.isEmpty else { throw .moreNodesThanRows(nodes: nodes.min() ?? 1) }
        self.rows = rows
        let leftOut = nodes.filter { $0 > search.limit(nodes: $0) }
        machine = cost.calibration.machine
        self.calibrationSeconds = calibrationSeconds
        self.pricePerNodeHour = pricePerNodeHour
        isTokenBudget = cost.run.isTokenBudget
        let refused = leftOut.map(String.init).joined(separator: ", ")
        self.notes =
            notes
            + (leftOut.isEmpty ? [] : ["not for \(refused) nodes: a step has fewer rows than that"])
            + Self.notes(search, rows)
    }

    /// Rows a second over those of as many single nodes, at the best shape of each.
    package func efficiency(_ estimate: PlanEstimate) -> Double {
        estimate.rowsPerSecond / (baseline.rowsPerSecond * Double(estimate.shape.nodes))
    }

    /// What the run costs, where a price is given.
    package func cost(_ estimate: PlanEstimate) -> Double? {
        pricePerNodeHour.map { $0 * Double(estimate.shape.nodes) * estimate.hours }
    }

    // MARK: Notes

    private static func notes(_ search: PlanSearch, _ rows: [Row]) -> [String] {
        let (cost, calibration) = (search.cost, search.cost.calibration)
        let machine = calibration.machine
        var notes: [String] = []
        let estimates = rows.flatMap { [$0.best, $0.given].compactMap(\.self) }
        if estimates.contains(where: \.isExtrapolated) {
            let most = calibration.passes.map(\.threads).max() ?? 1
            notes.append(
                "more than \(most, "thread") a rank were not measured: their times are extrapolated by Amdahl's law, "
                    + "in the rows with a *")
        }
        let most = estimates.map { $0.shape.ranksPerNode * $0.shape.threads }.max() ?? 1
        let measured = machine.ranksPerHost * machine.threads
        if calibration.contention == nil, estimates.contains(where: { $0.shape.ranksPerNode > 1 }) {
            notes.append(
                "how much ranks of one host slow each other down was not measured: they are taken not to; run plan under "
                    + "mpirun with several ranks on a host to measure it")
        } else if most > measured, calibration.contention != nil {
            notes.append(
                "ranks of one host were measured on \(measured, "core") at once: more are taken to slow each other no "
                    + "further")
        }
        if calibration.sharedMemory == nil, estimates.contains(where: { $0.shape.ranksPerNode > 1 }) {
            notes.append("sums in shared memory were not measured: they are taken to be as fast as a copy")
        }
        if !calibration.rows.isWhole {
            notes.append(
                "only the first \(calibration.rows.count, "row") of train_file were looked at: hours are those of these rows"
            )
        }
        if calibration.model.activations == nil {
            notes.append("activations could not be measured on these rows, so memory is that without them")
        }
        if cost.network != nil, calibration.network == nil, rows.contains(where: { $0.nodes > 1 }) {
            notes.append(
                "what messages take of the processors was not measured, and is not in the times: run plan under mpirun "
                    + "on two hosts to measure it")
        }
        return notes + [
            "hours are those of reading the rows and of all steps: evaluations, checkpoints and starts are not in them",
            "a core of the cluster is taken to be like one of this \(machine.processor)",
        ]
    }
}
