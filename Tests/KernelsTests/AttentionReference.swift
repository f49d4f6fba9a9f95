// Multi-head attention in the padded form, [B, L] with masks, in double precision.

import Foundation
import Kernels
import Tensors
import Testing

/// The shapes of one attention call.
struct AttentionShape: CustomTestStringConvertible {
    var heads = 2
    var keyValueHeads = 2
    var headSize = 16
    var isCausal = false
    var queryLengths: [Int]
    var keyLengths: [Int]
    var probability: Float = 0
    var window: Int?
    /// Places of the query rows among the keys, of all sequences; by default they are the last.
    var queryPositions: [Int32]?
    /// Buckets of a bias by distance; nil: no bias.
    var bucketCount: Int?

    var testDescription: String {
        "heads \(heads)/\(keyValueHeads) × \(headSize), causal \(isCausal), p \(probability), "
            + "queries \(queryLengths), keys \(keyLengths)"
            + (bucketCount.map { ", \($0) buckets" } ?? "")
            + (window.map { ", window \($0)\(queryPositions == nil ? "" : ", selected")" } ?? "")
    }

    static func offsets(_ lengths: [Int]) -> [Int32] {
        lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1)) }
    }

    var queryOffsets: [Int32] { Self.offsets(queryLengths) }
    var keyOffsets: [Int32] { Self.offsets(keyLengths) }
    var queryCount: Int { queryLengths.reduce(0, +) }
    var keyCount: Int { keyLengths.reduce(0, +) }
    var width: Int { heads * headSize }
    var narrowWidth: Int { keyValueHeads * headSize }
    var sampleIDs: [UInt64] { queryLengths.indices.map { 10 + 7 * UInt64($0) } }
    var dropout: Dropout { Dropout(key: RandomKey(seed: 5).derived("attention"), probability: probability) }
    var kernel: AttentionKernel {
        AttentionKernel(
            heads: heads, keyValueHeads: keyValueHeads, headSize: headSize, isCausal: isCausal, window: window
        )
    }

    private var reach: Int { (queryLengths + keyLengths).max() ?? 1 }

    /// The bucket of a key that stands `distance` behind a query.
    func bucket(_ distance: Int) -> Int {
        guard let bucketCount else { return 0 }
        return ((distance / 3 * 5) % bucketCount + bucketCount) % bucketCount
    }

    /// What a bucket adds to the scores of a head.
    func biasValue(head: Int, bucket: Int) -> Float { 2 * Float(sin(Double(31 * head + 7 * bucket))) }

    private var distances: Range<Int> { 1 - reach..<reach }

    var bias: AttentionBias? {
        guard bucketCount != nil else { return nil }
        let values = Tensor(rows: heads, columns: distances.count)
        values.copy(
            from: (0..<heads).flatMap { head in
                distances.map { biasValue(head: head, bucket: bucket($0)) }
            })
        return AttentionBias(values: values, reach: reach)
    }

    /// Where the gradient of the bias goes: memory with something in it.
    func biasGradient() -> AttentionBiasGradient? {
        guard let bucketCount else { return nil }
        let sums = Tensor(rows: queryLengths.count * heads, columns: bucketCount)
        sums.copy(from: [Float](repeating: 77, count: sums.count))
        return AttentionBiasGradient(sums: sums, buckets: distances.map { Int32(bucket($0)) })
    }

    /// The keys that query row `row` of a sequence sees.
    func visible(sequence: Int, row: Int) -> Range<Int> {
        let (queries, keys) = (queryLengths[sequence], keyLengths[sequence])
        let end = isCausal ? row + 1 + keys - queries : keys
        guard let window else { return 0..<end }
        let place = queryPositions.map { Int($0[Int(queryOffsets[sequence]) + row]) } ?? row + keys - queries
        let seen = (0..<end).filter { abs($0 - place) <= window }
        return seen[0]..<seen[seen.count - 1] + 1
    }
}

/// What the reference computes.
struct AttentionReference {
    var out: Matrix
    var logSumExp: Matrix
    var dq: Matrix
    var dk: Matrix
    var dv: Matrix
    /// Gradient of the bias, a row a sequence and head, a column a bucket.
    var dbias: Matrix

    /// Every sequence is padded to the longest; padded and future keys get the score −∞.
    init(_ shape: AttentionShape, q: Matrix, k: Matrix, v: Matrix, dout: Matrix) {
        func zeros(_ rows: Int, _ columns: Int) -> Matrix {
            Matrix(repeating: [Double](repeating: 0, count: columns), count: rows)
        }
        out = zeros(shape.queryCount, shape.width)
        logSumExp = zeros(shape.queryCount, shape.heads)
        dq = out
        dk = zeros(shape.keyCount, shape.narrowWidth)
        dv = dk
        dbias = zeros(shape.queryLengths.count * shape.heads, shape.bucketCount ?? 1)
        for sequence in shape.queryLengths.indices {
            for head in 0..<shape.heads {
                for row in 0..<shape.queryLengths[sequence] {
                    add(shape, (sequence, head, row), q: q, k: k, v: v, dout: dout)
                }
            }
        }
    }

    /// One query row of one head, forward and backward.
    private mutating func add(
        _ shape: AttentionShape, _ place: (sequence: Int, head: Int, row: Int), q: Matrix, k: Matrix,
        v: Matrix, dout: Matrix
    ) {
        let padded = shape.keyLengths.max() ?? 0
        let visible = shape.visible(sequence: place.sequence, row: place.row)
        let first = Int(shape.keyOffsets[place.sequence])
        let query = Int(shape.queryOffsets[place.sequence]) + place.row
        let wide = place.head * shape.headSize
        let narrow = place.head / (shape.heads / shape.keyValueHeads) * shape.headSize
        let scale = 1 / Double(shape.headSize).squareRoot()
        let elements = 0..<shape.headSize
        let position =
            shape.queryPositions.map { Int($0[query]) }
            ?? place.row + shape.keyLengths[place.sequence] - shape.queryLengths[place.sequence]
        let scores = (0..<padded).map { key -> Double in
            guard visible.contains(key) else { return -.infinity }
            let bias =
                shape.bucketCount == nil
                ? 0
                : Double(shape.biasValue(head: place.head, bucket: shape.bucket(key - position)))
            return bias
                + scale * elements.reduce(0) { $0 + q[query][wide + $1] * k[first + key][narrow + $1] }
        }
        let maximum = scores.max() ?? 0
        let total = scores.reduce(0) { $0 + exp($1 - maximum) }
        logSumExp[query][place.head] = maximum + log(total)
        let probabilities = scores.map { exp($0 - maximum) / total }
        let mask = factors(shape, place, count: padded)
        var slopes = [Double](repeating: 0, count: padded)
        for key in visible {
            let dropped = probabilities[key] * mask[key]
            for element in elements {
                out[query][wide + element] += dropped * v[first + key][narrow + element]
                dv[first + key][narrow + element] += dropped * dout[query][wide + element]
                slopes[key] += dout[query][wide + element] * v[first + key][narrow + element] * mask[key]
            }
        }
        let mean = zip(slopes, probabilities).reduce(0) { $0 + $1.0 * $1.1 }
        for key in visible {
            let unscaled = probabilities[key] * (slopes[key] - mean)
            dbias[place.sequence * shape.heads + place.head][shape.bucket(key - position)] += unscaled
            let slope = unscaled * scale
            for element in elements {
                dq[query][wide + element] += slope * k[first + key][narrow + element]
                dk[first + key][narrow + element] += slope * q[query][wide + element]
            }
        }
    }

    private func factors(
        _ shape: AttentionShape, _ place: (sequence: Int, head: Int, row: Int), count: Int
    ) -> [Double] {
        let reference = DropoutReference(dropout: shape.dropout)
        let key = RandomKey(seed: shape.sampleIDs[place.sequence]).derived(UInt64(place.row)).bits
        return (0..<count).map { reference.factor(head: place.head, rowKey: key, column: $0) }
    }
}
