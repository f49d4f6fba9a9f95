// The best shape of a number of nodes: the one that takes the least time a row.

/// What a shape costs.
package struct PlanEstimate: Sendable, Equatable {
    package var shape: PlanShape
    package var stepSeconds: Double
    /// Of a step, in which gradients or values were waited for.
    package var waitingSeconds: Double
    package var communicationSeconds: Double
    package var rowsPerStep: Double
    package var tokensPerStep: Double
    package var steps: Int
    /// Reading rows and all steps.
    package var hours: Double
    /// A rank at the largest micro-batch that was drawn, and at the largest that is possible, which is shown.
    package var memory: RankMemory
    package var mostMemory: RankMemory
    package var sentBytes: Double
    /// Whether the rank has more threads than were measured.
    package var isExtrapolated: Bool

    package var rowsPerSecond: Double { rowsPerStep / stepSeconds }
    package var tokensPerSecond: Double { tokensPerStep / stepSeconds }
}

/// Finds shapes.
package struct PlanSearch: Sendable {
    package let cost: ShapeCost
    package let cluster: PlanCluster
    /// Bytes of a host.
    package let memoryBytes: Int
    /// Rows (tokens with a budget) of a step at most; nil: what the recipe makes with the cluster file's
    /// ranks.
    package let largestBatch: Int?

    package init(_ cost: ShapeCost, cluster: PlanCluster, memoryBytes: Int, largestBatch: Int? = nil) {
        (self.cost, self.cluster) = (cost, cluster)
        (self.memoryBytes, self.largestBatch) = (memoryBytes, largestBatch)
    }

    /// The shape of the cluster file and the recipe's keys, on so many nodes.
    package func given(nodes: Int) -> PlanShape {
        PlanShape(
            nodes: nodes, ranksPerNode: cluster.ranksPerNode, threads: cluster.threads, batch: cost.run.batch,
            accumulation: cost.run.accumulation)
    }

    /// Rows, or tokens, that a step of so many nodes may have: no more than there are.
    package func limit(nodes: Int) -> Int {
        min(largestBatch ?? given(nodes: nodes).globalBatch, available)
    }

    /// Rows of the data, or their tokens where batches are counted in them.
    private var available: Int {
        let rows = cost.calibration.rows
        guard cost.run.isTokenBudget else { return rows.count }
        return Int(Double(rows.count) * cost.meanLength)
    }

    /// Whether each rank gets a row.
    package func hasRows(_ shape: PlanShape) -> Bool { shape.ranks <= cost.calibration.rows.count }

    /// Every shape that is tried.
    package func candidates(nodes: Int) -> [PlanShape] {
        let limit = limit(nodes: nodes)
        var shapes: Set<PlanShape> = []
        for ranks in 1...cluster.cores {
            for threads in Set([cluster.cores / ranks, cluster.cores / ranks - 1]) where threads > 0 {
                guard cost.isKnown(threads: threads) else { continue }
                let share = limit / (nodes * ranks)
                guard share > 0 else { continue }
                for batch in batches(upTo: share) {
                    shapes.insert(
                        PlanShape(
                            nodes: nodes, ranksPerNode: ranks, threads: threads, batch: batch,
                            accumulation: share / batch))
                }
            }
        }
        let given = given(nodes: nodes)
        if hasRows(given), largestBatch == nil { shapes.insert(given) }
        return shapes.sorted { Self.order($0) < Self.order($1) }
    }

    /// Sizes of a micro-batch: powers of two, the recipe's, and a rank's whole share.
    private func batches(upTo share: Int) -> Set<Int> {
        let least = cost.run.isTokenBudget ? 256 : 1
        let most = cost.run.isTokenBudget ? 65_536 : 512
        var sizes = Set(sequence(first: least) { $0 * 2 < most ? $0 * 2 : nil })
        sizes.formUnion([most, cost.run.batch, min(share, most)])
        return sizes.filter { $0 <= share }
    }

    /// Of shapes that are alike the one with fewer ranks comes first, which takes less memory, then that with
    /// fewer micro-batches.
    private static func order(_ shape: PlanShape) -> (Int, Int, Int, Int) {
        (shape.ranksPerNode, shape.threads, shape.accumulation, shape.batch)
    }

    package func fits(_ shape: PlanShape) -> Bool {
        shape.ranksPerNode * mostMemory(shape).total <= memoryBytes
    }

    private func mostMemory(_ shape: PlanShape) -> RankMemory {
        cost.memory(shape, largestTokens: cost.mostTokens(batch: shape.batch))
    }

    /// The best shape that fits, nil if none does. A shape must be better by a thousandth to beat one with
    /// fewer ranks.
    package func best(nodes: Int) -> PlanEstimate? {
        var best: PlanEstimate?
        for shape in candidates(nodes: nodes) where fits(shape) {
            let estimate = estimate(shape)
            if let best, estimate.rowsPerSecond <= best.rowsPerSecond * 1.001 { continue }
            best = estimate
        }
        return best
    }

    /// The least memory of a rank among all shapes of a node: for saying why none fits.
    package func leastMemory(nodes: Int) -> Int {
        candidates(nodes: nodes).map { mostMemory($0).total }.min() ?? 0
    }

    package func estimate(_ shape: PlanShape) -> PlanEstimate {
        // Of a batch that is larger than the data each rank gets its part of these.
        var dealt = shape
        if shape.globalBatch > available {
            let shares = shape.ranks * shape.accumulation
            dealt.batch = max(1, (available + shares - 1) / shares)
        }
        let batches = cost.batches(dealt)
        let outcome = cost.simulation(dealt).run()
        let rows = cost.calibration.rows
        let rowsPerStep = min(batches.rows, Double(rows.count))
        let steps = steps(rowsPerStep: rowsPerStep)
        let most = mostMemory(shape)
        return PlanEstimate(
            shape: shape, stepSeconds: outcome.step, waitingSeconds: outcome.waiting,
            communicationSeconds: outcome.communication, rowsPerStep: rowsPerStep,
            tokensPerStep: batches.tokens * rowsPerStep / batches.rows, steps: steps,
            hours: (Double(steps) * outcome.step + Double(rows.count) * rows.loadSeconds) / 3600,
            memory: cost.memory(shape, largestTokens: batches.largestTokens), mostMemory: most,
            sentBytes: cost.sentBytes(dealt), isExtrapolated: cost.isExtrapolated(threads: shape.threads))
    }

    /// Steps of the run.
    private func steps(rowsPerStep: Double) -> Int {
        if let steps = cost.run.steps { return steps }
        let perEpoch = Double(cost.calibration.rows.count) / rowsPerStep
        let whole = max(1, perEpoch.rounded(cost.run.dropsLast ? .down : .up))
        return max(1, Int((whole * cost.run.epochs).rounded(.up)))
    }
}
