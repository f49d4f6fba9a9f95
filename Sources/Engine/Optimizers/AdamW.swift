// AdamW over the arenas (Loshchilov and Hutter 2019), equal to torch.optim.AdamW.

internal import Kernels
public import Layers
public import Tensors

/// AdamW with decoupled weight decay; biases and norm weights are not decayed, as in Hugging Face's Trainer.
public final class AdamW: Optimizer {
    public struct Options: Sendable, Equatable {
        public var beta1: Float
        public var beta2: Float
        public var epsilon: Float
        public var weightDecay: Float

        public init(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    public private(set) var stepCount = 0
    private let parameters: ParameterStore
    private let options: Options
    private let firstMoments: Tensor
    private let secondMoments: Tensor
    private let ranges: [DecayRange]
    /// Tables of which touched rows are updated alone.
    private let tables: [Table]

    private struct Table {
        let rows: TouchedRows
        let parts: [DecayRange]
    }

    /// Allocates two moment arenas. With `shard`, ascending ranges of the arena, it keeps moments for these
    /// alone and updates them alone.
    public init(_ parameters: ParameterStore, options: Options, shard: [Range<Int>]? = nil) {
        self.parameters = parameters
        self.options = options
        let count = shard.map { $0.reduce(0) { $0 + $1.count } } ?? parameters.layout.elementCount
        firstMoments = Tensor(rows: 1, columns: count)
        secondMoments = Tensor(rows: 1, columns: count)
        for rows in parameters.touchedRows { rows.restrictUpdates() }
        let restricted = parameters.touchedRows.filter(\.isRestricted)
        let all = DecayRange.ranges(
            of: parameters.layout, shard: shard, tables: Set(restricted.map(\.slot)))
        ranges = all.filter { $0.table == nil }
        tables = restricted.map { rows in Table(rows: rows, parts: all.filter { $0.table == rows.slot }) }
        // Rows that are never touched take no memory.
        for part in tables.flatMap(\.parts) {
            for moments in [firstMoments, secondMoments] {
                moments.elements(part.stateRange).useSmallPages()
            }
        }
    }

    public var stateArenas: [(name: String, arena: Tensor)] {
        [("exp_avg", firstMoments), ("exp_avg_sq", secondMoments)]
    }

    public func step(learningRate: Float, gradientScale: Float) {
        stepCount += 1
        let values = parameters.unsettledValues
        for part in ranges {
            update(of: part, learningRate, gradientScale).apply(
                values: values.elements(part.range),
                gradients: parameters.gradients.elements(part.range),
                firstMoments: firstMoments.elements(part.stateRange),
                secondMoments: secondMoments.elements(part.stateRange),
                copy: parameters.roundedValues?.elements(part.range))
        }
        for table in tables { step(table, of: values, learningRate, gradientScale) }
    }

    private func update(of part: DecayRange, _ learningRate: Float, _ gradientScale: Float) -> AdamWUpdate {
        AdamWUpdate(
            learningRate: learningRate * part.learningRateFactor, beta1: options.beta1,
            beta2: options.beta2, epsilon: options.epsilon,
            weightDecay: part.hasWeightDecay ? options.weightDecay : 0, step: stepCount,
            gradientScale: gradientScale)
    }

    /// Updates the rows that were ever touched. The others have neither gradient nor moments.
    private func step(_ table: Table, of values: Tensor, _ learningRate: Float, _ gradientScale: Float) {
        // What is no number spreads to every row.
        if !gradientScale.isFinite { table.rows.addAll() }
        let runs = table.rows.beginUpdate(of: values, in: table.parts.map(\.range))
        var next = 0
        for part in table.parts {
            var own: [Range<Int>] = []
            while next < runs.count, runs[next].upperBound <= part.range.upperBound {
                let start = part.range.lowerBound
                own.append(runs[next].lowerBound - start..<runs[next].upperBound - start)
                next += 1
            }
            update(of: part, learningRate, gradientScale).apply(
                values: values.elements(part.range),
                gradients: parameters.gradients.elements(part.range),
                firstMoments: firstMoments.elements(part.stateRange),
                secondMoments: secondMoments.elements(part.stateRange), runs: own)
        }
        // A rank that owns nothing of the table keeps count all the same.
        let slot = parameters.layout.slots[table.rows.slot]
        let whole = DecayRange(
            range: slot.range, hasWeightDecay: slot.hasWeightDecay,
            learningRateFactor: slot.learningRateFactor, stateStart: 0)
        table.rows.endUpdate(decay: update(of: whole, learningRate, gradientScale).decay)
    }

    /// Which rows were touched follows from the moments: those of all others are zero.
    public func restore(stepCount: Int) {
        self.stepCount = stepCount
        for table in tables {
            var touched = RowSet(rowCount: table.rows.rowCount)
            for part in table.parts {
                let start = part.range.lowerBound - table.rows.range.lowerBound
                for moments in [firstMoments, secondMoments] {
                    touched.formUnion(
                        table.rows.rowsThatHoldAnything(moments.elements(part.stateRange), from: start))
                }
            }
            table.rows.restore(touched)
        }
    }
}
