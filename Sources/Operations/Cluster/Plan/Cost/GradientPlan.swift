// Which collectives a step of a shape runs, and what each of them moves, as the engine cuts them.

internal import DataParallel
internal import Layers

/// A trained slot as far as its gradient has to travel.
package struct GradientSlot: Sendable, Equatable {
    package var rows: Int
    package var columns: Int
    /// The part of a micro-batch's forward and backward after which its gradient is complete, 0...1.
    package var ready: Double
    /// Whether its rows are looked up and no product reads them: rows that no token names have no gradient.
    package var isLookedUp: Bool

    package init(rows: Int, columns: Int, ready: Double, isLookedUp: Bool) {
        (self.rows, self.columns, self.ready, self.isLookedUp) = (rows, columns, ready, isLookedUp)
    }
}

/// The buckets of a job: the engine's own, cut of slots of these sizes.
package struct GradientPlan: Sendable {
    /// What one collective sums or gathers.
    package struct Piece: Sendable, Equatable {
        /// Bytes of the arena.
        package var bytes: Double
        /// When the last of its gradients is complete, and when the first of its values is read.
        package var ready: Double
        package var needed: Double
        /// A table of which only the rows that tokens name are moved: rows and columns.
        package var table: Table?
    }

    package struct Table: Sendable, Equatable {
        package var rows: Int
        package var columns: Int
    }

    /// In the order of sums.
    package let pieces: [Piece]

    /// - Parameters:
    ///   - forwardShare: the part of a micro-batch that the forward pass takes.
    ///   - isNetworked: whether messages are needed.
    package init(
        _ slots: [GradientSlot], forwardShare: Double, bucketMebibytes: Double, isNetworked: Bool
    ) {
        var layout = ParameterLayout()
        for (index, slot) in slots.enumerated() {
            let tensor = CheckpointTensor(name: "\(index)", shape: [slot.rows, slot.columns])
            _ = layout.add(
                "\(index)", rows: slot.rows, columns: slot.columns, hasWeightDecay: true,
                initialization: .zeros, tensors: [tensor])
        }
        let tables = Set(slots.indices.filter { slots[$0].isLookedUp })
        let plan = BucketPlan(
            layout: layout, bucketMebibytes: bucketMebibytes,
            separateSlots: BucketPlan.separateSlots(
                of: layout, lookedUp: tables, isNetworked: isNetworked, sumsShards: false),
            separateMebibytes: BucketPlan.separateMebibytes(bucketMebibytes, isNetworked: isNetworked))
        func needed(_ ready: Double) -> Double {
            // The backward pass goes through the layers as the forward pass did, the other way round.
            guard forwardShare < 1 else { return forwardShare }
            return forwardShare * (1 - (max(forwardShare, ready) - forwardShare) / (1 - forwardShare))
        }
        var pieces: [Piece] = []
        var seen: Set<Int> = []
        for bucket in plan.buckets {
            let own = bucket.slots.map { slots[$0] }
            if let slot = bucket.slots.first, tables.contains(slot), bucket.slots.count == 1 {
                guard seen.insert(slot).inserted else { continue }
                pieces.append(
                    Piece(
                        bytes: Double(slots[slot].rows * slots[slot].columns) * 4, ready: slots[slot].ready,
                        needed: needed(slots[slot].ready),
                        table: Table(rows: slots[slot].rows, columns: slots[slot].columns)))
                continue
            }
            pieces.append(
                Piece(
                    bytes: Double(bucket.range.count) * 4, ready: own.map(\.ready).max() ?? 1,
                    needed: own.map { needed($0.ready) }.min() ?? 0, table: nil))
        }
        // A bucket waits for the one before it.
        var latest = 0.0
        self.pieces = pieces.map { piece in
            latest = max(latest, piece.ready)
            var piece = piece
            piece.ready = latest
            return piece
        }
    }
}
