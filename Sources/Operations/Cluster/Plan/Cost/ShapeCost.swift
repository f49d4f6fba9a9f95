// The cost of a shape: a step of it, and the memory of a rank, from a calibration.

internal import Layers
internal import Synchronization

/// What a recipe costs on hosts like the calibrated one.
package final class ShapeCost: Sendable {
    package let calibration: PlanCalibration
    package let run: PlanRun
    package let cores: Int
    /// nil where nothing is known of a network: shapes of one host alone can be asked for.
    package let network: NetworkCost?
    private let compute: ComputeCost
    private let sharedMemory: SharedMemoryCost
    private let draw: BatchDraw
    private let draws = Mutex<[DrawKey: BatchDraw.Step]>([:])
    private let local: GradientPlan
    private let networked: GradientPlan

    private struct DrawKey: Hashable { let batch, ranks, accumulation: Int }

    package init(_ calibration: PlanCalibration, run: PlanRun, cores: Int, network: NetworkCost?) {
        (self.calibration, self.run, self.cores, self.network) = (calibration, run, cores, network)
        compute = ComputeCost(calibration.passes)
        sharedMemory = calibration.sharedMemoryCost
        draw = BatchDraw(lengths: calibration.rows.lengths)
        func plan(isNetworked: Bool) -> GradientPlan {
            GradientPlan(
                calibration.model.slots, forwardShare: calibration.model.forwardShare,
                bucketMebibytes: run.bucketMebibytes, isNetworked: isNetworked)
        }
        local = plan(isNetworked: false)
        networked = plan(isNetworked: true)
    }

    /// Whether the time of so many threads follows from the calibration.
    package func isKnown(threads: Int) -> Bool { compute.isKnown(threads: threads) }
    package func isExtrapolated(threads: Int) -> Bool { compute.isExtrapolated(threads: threads) }

    /// Tokens of a row, in the mean.
    package var meanLength: Double { draw.meanLength }

    /// The rows and tokens of a step of this shape.
    package func batches(_ shape: PlanShape) -> BatchDraw.Step {
        let key = DrawKey(batch: shape.batch, ranks: shape.ranks, accumulation: shape.accumulation)
        if let known = draws.withLock({ $0[key] }) { return known }
        let step =
            run.isTokenBudget
            ? draw.tokens(budget: shape.batch, ranks: shape.ranks, accumulation: shape.accumulation)
            : draw.rows(batch: shape.batch, ranks: shape.ranks, accumulation: shape.accumulation)
        draws.withLock { $0[key] = step }
        return step
    }

    // MARK: Time

    /// The events of a step.
    package func simulation(_ shape: PlanShape) -> StepSimulation {
        let batches = batches(shape)
        let ranks = shape.ranksPerNode
        let factor = calibration.slowdown(ranks: ranks, threads: shape.threads)
        var step = StepSimulation(
            microBatches: batches.microBatches.map {
                compute.seconds($0, threads: shape.threads) * factor
            })
        step.threads = shape.threads
        step.hasSpareCore = cores - ranks * shape.threads >= ranks
        let isSharded = run.isSharded(nodes: shape.nodes, ranks: shape.ranks)
        step.closingSeconds =
            updateSeconds(shape, isSharded: isSharded) + calibration.overheadSeconds
            + (shape.nodes > 1 ? network?.smallSumSeconds(hosts: shape.nodes) ?? 0 : 0)
        guard shape.ranks > 1 else { return step }
        let pieces = (shape.nodes > 1 ? networked : local).pieces
        step.sums = pieces.map { sum($0, shape, tokens: batches.tokens, isSharded: isSharded) }
        guard isSharded else { return step }
        var latest = 0.0
        step.gathers = pieces.reversed().map { piece in
            var gather = gather(piece, shape)
            latest = max(latest, gather.place)
            gather.place = latest
            return gather
        }
        return step
    }

    private func updateSeconds(_ shape: PlanShape, isSharded: Bool) -> Double {
        let ranks = shape.ranksPerNode
        let whole = Double(updatedBytes * ranks) * calibration.update.seconds(ranks * shape.threads)
        return isSharded ? whole / Double(shape.ranks) : whole
    }

    /// Bytes of trained parameters that a step updates in the end: of tables that are looked up the rows
    /// that some token of the data names.
    private var updatedBytes: Int {
        calibration.model.slots.reduce(0) { sum, slot in
            sum + (slot.isLookedUp ? min(slot.rows, calibration.rows.vocabularyInUse) : slot.rows)
                * slot.columns * 4
        }
    }

    /// Bytes of a piece that are moved in a step whose rows have so many tokens.
    private func movedBytes(_ piece: GradientPlan.Piece, tokens: Double, isNetworked: Bool) -> Double {
        guard let table = piece.table else { return piece.bytes }
        let rows = calibration.rows.differentTokens(in: tokens, of: table.rows)
        // Beyond a quarter of its rows a table travels whole.
        if isNetworked, rows > Double(table.rows / 4) { return piece.bytes }
        return rows * Double(table.columns) * 4
    }

    private func sum(
        _ piece: GradientPlan.Piece, _ shape: PlanShape, tokens: Double, isSharded: Bool
    ) -> StepSimulation.Collective {
        let ranks = shape.ranksPerNode
        let isNetworked = shape.nodes > 1
        let bytes = movedBytes(piece, tokens: tokens, isNetworked: isNetworked)
        var collective = StepSimulation.Collective(
            place: piece.ready,
            processorSeconds: sharedMemory.seconds(
                isNetworked || isSharded ? .sumToOwner : .sumToAll, bytes: bytes, ranks: ranks),
            wireSeconds: 0)
        guard isNetworked, let network else { return collective }
        let wire = bytes * run.wireShare
        // Rows of a table are summed for all even where shards are not.
        let rounds = isSharded && piece.table == nil ? 1 : 2
        collective.wireSeconds = Double(rounds) * network.roundSeconds(bytes: wire, hosts: shape.nodes)
        if let table = piece.table {
            // Each rank first names its rows, a bit each.
            let flags = Double(table.rows) / 8 * Double(shape.ranks)
            collective.wireSeconds +=
                network.smallSumSeconds(hosts: shape.nodes) + flags / network.bytesPerSecond
        }
        if rounds == 2 {
            collective.processorSeconds += sharedMemory.seconds(.gather, bytes: bytes, ranks: ranks)
        }
        let sent = Double(rounds) * network.sentBytes(of: wire, hosts: shape.nodes)
        // Ranks of a host share what its messages cost.
        collective.stolenSeconds = sent / Double(ranks) * network.processorSecondsPerByte
        return collective
    }

    private func gather(_ piece: GradientPlan.Piece, _ shape: PlanShape) -> StepSimulation.Collective {
        let isNetworked = shape.nodes > 1
        var bytes = piece.bytes
        if !isNetworked, let table = piece.table {
            bytes = Double(min(table.rows, calibration.rows.vocabularyInUse) * table.columns) * 4
        }
        var collective = StepSimulation.Collective(
            place: piece.needed,
            processorSeconds: sharedMemory.seconds(.gather, bytes: bytes, ranks: shape.ranksPerNode),
            wireSeconds: 0)
        guard isNetworked, let network else { return collective }
        collective.wireSeconds = network.roundSeconds(bytes: bytes, hosts: shape.nodes)
        collective.stolenSeconds =
            network.sentBytes(of: bytes, hosts: shape.nodes) / Double(shape.ranksPerNode)
            * network.processorSecondsPerByte
        return collective
    }

    /// Bytes that a host sends in a step.
    package func sentBytes(_ shape: PlanShape) -> Double {
        guard let network, shape.nodes > 1 else { return 0 }
        let isSharded = run.isSharded(nodes: shape.nodes, ranks: shape.ranks)
        let tokens = batches(shape).tokens
        return networked.pieces.reduce(0) { total, piece in
            let bytes = movedBytes(piece, tokens: tokens, isNetworked: true) * run.wireShare
            let rounds = isSharded && piece.table == nil ? 1.0 : 2
            return total + rounds * network.sentBytes(of: bytes, hosts: shape.nodes)
                + (isSharded ? network.sentBytes(of: piece.bytes, hosts: shape.nodes) : 0)
        }
    }

    // MARK: Memory

    /// The memory of a rank whose largest micro-batch has so many tokens.
    package func memory(_ shape: PlanShape, largestTokens: Int) -> RankMemory {
        let model = calibration.model
        let rows = calibration.rows
        let untouched = model.slots.filter(\.isLookedUp).reduce(0) {
            $0 + max(0, $1.rows - rows.vocabularyInUse) * $1.columns
        }
        var memory = RankMemory(
            parameterCount: model.parameterCount, trainedCount: model.trainedCount,
            untouchedCount: untouched, bf16: model.isBF16,
            shards: RankMemory.shards(
                zeroStage: run.zeroStage, ranks: shape.ranks, hosts: shape.nodes),
            activations: model.activations?.bytes(tokens: largestTokens) ?? 0,
            rows: Int(Double(rows.count) * rows.bytes))
        if shape.nodes > 1 { memory.messages = messageBytes(shape) }
        return memory
    }

    /// What messages between hosts are staged in: the largest piece that a rank sends, and rows of tables.
    private func messageBytes(_ shape: PlanShape) -> Int {
        let tokens = batches(shape).tokens
        let pieces = networked.pieces
        let largest = pieces.filter { $0.table == nil }.map(\.bytes).max() ?? 0
        let tables = pieces.filter { $0.table != nil }.reduce(0) {
            $0 + movedBytes($1, tokens: tokens, isNetworked: true)
        }
        return Int(largest / Double(shape.ranksPerNode) + tables)
    }

    /// The largest micro-batch that the rows can make at all.
    package func mostTokens(batch: Int) -> Int {
        run.isTokenBudget
            ? batch : ActivationMemory.largestTokens(calibration.rows.lengths, rows: batch)
    }
}

extension PlanCalibration {
    /// How much longer a pass of `threads` threads takes than in the calibration, when so many ranks of a
    /// host compute at once. Beyond what was measured it stays as it was there.
    package func slowdown(ranks: Int, threads: Int) -> Double {
        guard let contention, contention.ranks > 1, contention.ratio > 1 else { return 1 }
        let measured = Double((contention.ranks - 1) * contention.threads)
        let slope = (contention.ratio - 1) / measured
        let beside = min(Double((ranks - 1) * threads), measured)
        return (1 + slope * beside) / contention.ratio
    }

    /// Sums in memory that is shared. A copy by several threads at once is as much slower than one by one
    /// thread as an update is, which waits for the same memory.
    package var sharedMemoryCost: SharedMemoryCost {
        let one = update.seconds(1)
        let copy = ThreadCurve(
            update.points.map { (threads: $0.threads, seconds: copySeconds * $0.seconds / max(one, 1e-30)) })
        guard let sharedMemory else { return SharedMemoryCost(copy: copy) }
        let plain = Double(sharedMemory.ranks) * copy.seconds(sharedMemory.ranks)
        return SharedMemoryCost(
            copy: copy, sumRatio: plain > 0 ? sharedMemory.secondsPerByte / plain : 1,
            latencySeconds: sharedMemory.latencySeconds)
    }
}

extension PlanCalibration.Rows {
    /// Different tokens that a text of so many tokens has, at most `rows`.
    package func differentTokens(in tokens: Double, of rows: Int) -> Double {
        guard let last = differentTokens.last else { return Double(rows) }
        var earlier = PlanCalibration.DifferentTokens(tokens: 0, different: 0)
        for point in differentTokens {
            if tokens <= point.tokens {
                let share = (tokens - earlier.tokens) / (point.tokens - earlier.tokens)
                return min(
                    Double(rows), earlier.different + share * (point.different - earlier.different))
            }
            earlier = point
        }
        return min(Double(rows), last.different)
    }
}
