// The time of forward and backward passes, fitted to passes that were measured.

/// A micro-batch of which forward and backward were timed, alone or beside those of other ranks.
package struct ComputeSample: Sendable, Equatable {
    package var threads: Int
    package var tokens: Double
    /// Sum of the squares of the lengths of its sequences: the work of attention.
    package var squares: Double
    package var seconds: Double

    package init(threads: Int, tokens: Double, squares: Double, seconds: Double) {
        (self.threads, self.tokens, self.squares) = (threads, tokens, squares)
        self.seconds = seconds
    }
}

/// The work of a micro-batch.
package struct BatchWork: Sendable, Equatable {
    package var tokens: Double
    package var squares: Double

    package init(tokens: Double, squares: Double) { (self.tokens, self.squares) = (tokens, squares) }

    /// That of sequences of these lengths.
    package init(lengths: some Sequence<Int>) {
        self.init(tokens: 0, squares: 0)
        for length in lengths {
            tokens += Double(length)
            squares += Double(length) * Double(length)
        }
    }
}

/// Seconds of a micro-batch: a fixed part, a part a token and a part for each pair of tokens of a sequence,
/// each at least zero, for each thread count.
package struct ComputeCost: Sendable {
    private let fixed: ThreadCurve
    private let perToken: ThreadCurve
    private let perSquare: ThreadCurve

    /// Fits the samples of each thread count; there is at least one.
    package init(_ samples: [ComputeSample]) {
        let counts = Set(samples.map(\.threads)).sorted()
        let fits = counts.map { count in
            (threads: count, parts: Self.robustFit(samples.filter { $0.threads == count }))
        }
        func curve(_ part: Int) -> ThreadCurve {
            ThreadCurve(fits.map { (threads: $0.threads, seconds: $0.parts[part]) })
        }
        (fixed, perToken, perSquare) = (curve(0), curve(1), curve(2))
    }

    package func isKnown(threads: Int) -> Bool { perToken.isKnown(threads) }
    package func isExtrapolated(threads: Int) -> Bool { perToken.isExtrapolated(threads) }

    /// Forward and backward of a micro-batch.
    package func seconds(_ work: BatchWork, threads: Int) -> Double {
        guard work.tokens > 0 else { return 0 }
        return fixed.seconds(threads) + perToken.seconds(threads) * work.tokens
            + perSquare.seconds(threads) * work.squares
    }

    // MARK: Fit

    /// The fit to the samples but those that another program disturbed: more than four times the median
    /// deviation away from a first fit.
    private static func robustFit(_ samples: [ComputeSample]) -> [Double] {
        let first = fit(samples)
        let deviations = samples.map { abs(estimate(first, $0) / $0.seconds - 1) }
        let median = deviations.sorted()[deviations.count / 2]
        let kept = zip(samples, deviations).filter { $0.1 <= max(4 * median, 0.02) }.map(\.0)
        return kept.count < 3 || kept.count == samples.count ? first : fit(kept)
    }

    private static func features(_ sample: ComputeSample) -> [Double] { [1, sample.tokens, sample.squares] }

    private static func estimate(_ parts: [Double], _ sample: ComputeSample) -> Double {
        zip(parts, features(sample)).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Least squares of the relative errors with no part below zero: of all sets of parts that are allowed to
    /// differ from zero the best one whose solution has none below.
    package static func fit(_ samples: [ComputeSample]) -> [Double] {
        precondition(!samples.isEmpty, "nothing was measured")
        let rows = samples.map { sample in features(sample).map { $0 / sample.seconds } }
        var best: (error: Double, parts: [Double])?
        for set in [[1], [2], [0], [0, 1], [1, 2], [0, 2], [0, 1, 2]] where set.count <= samples.count {
            guard let solution = solve(rows.map { row in set.map { row[$0] } }),
                solution.allSatisfy({ $0 >= 0 })
            else { continue }
            var parts = [0.0, 0, 0]
            for (place, value) in zip(set, solution) { parts[place] = value }
            let error = samples.reduce(0) { $0 + pow2(estimate(parts, $1) / $1.seconds - 1) }
            // A further part must earn its place: what rounding alone improves is none.
            if error < (best?.error ?? .infinity) * (1 - 1e-9) { best = (error, parts) }
        }
        guard let best else { preconditionFailure("one part alone always fits") }
        return best.parts
    }

    private static func pow2(_ value: Double) -> Double { value * value }

    /// The least-squares solution of rows · x = 1 by its normal equations, scaled to a diagonal of ones; nil
    /// where columns depend on each other.
    private static func solve(_ rows: [[Double]]) -> [Double]? {
        let count = rows[0].count
        let scales = (0..<count).map { column -> Double in
            rows.reduce(0.0) { $0 + pow2($1[column]) }.squareRoot()
        }
        guard scales.allSatisfy({ $0 > 0 }) else { return nil }
        let scaled = rows.map { row in (0..<count).map { row[$0] / scales[$0] } }
        var matrix: [[Double]] = []
        for first in 0..<count {
            var line = [Double](repeating: 0, count: count + 1)
            for row in scaled {
                for second in 0..<count { line[second] += row[first] * row[second] }
                line[count] += row[first]
            }
            matrix.append(line)
        }
        for pivot in 0..<count {
            let row = (pivot..<count).max { abs(matrix[$0][pivot]) < abs(matrix[$1][pivot]) } ?? pivot
            matrix.swapAt(pivot, row)
            guard abs(matrix[pivot][pivot]) > 1e-9 else { return nil }
            for other in 0..<count where other != pivot {
                let factor = matrix[other][pivot] / matrix[pivot][pivot]
                for column in pivot...count { matrix[other][column] -= factor * matrix[pivot][column] }
            }
        }
        return (0..<count).map { matrix[$0][count] / matrix[$0][$0] / scales[$0] }
    }
}
