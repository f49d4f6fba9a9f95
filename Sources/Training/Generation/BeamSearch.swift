// Beam search with the rules of Hugging Face's transformers 5: scores, stopping and length penalty.

internal import Foundation

/// The beams of one prompt.
struct BeamSearch {
    private struct Beam {
        var tokens: [Int32]
        var score: Float
        var isFinished = false
    }

    /// What stands for −∞ in scores.
    private static let excluded: Float = -1e9

    private let options: GenerationOptions
    private let promptLength: Int
    private let limit: Int
    private var running: [Beam]
    private var finished: [Beam]
    private var canImprove = true
    private(set) var goesOn = true

    private init(prompt: [Int32], limit: Int, options: GenerationOptions) {
        self.options = options
        promptLength = prompt.count
        self.limit = limit
        // All beams start alike, so only the first may be continued at the first step.
        running = (0..<options.beamCount).map { Beam(tokens: prompt, score: $0 == 0 ? 0 : Self.excluded) }
        finished = running.map { Beam(tokens: $0.tokens, score: Self.excluded) }
    }

    /// Searches for all prompts at once; prompts that are done leave the batch.
    static func run(
        _ session: DecodingSession, prompts: [[Int32]], limits: [Int], options: GenerationOptions
    ) throws(GenerationError) -> [GeneratedSequence] {
        let rules = LogitsProcessor(options: options)
        var searches = zip(prompts, limits).map { BeamSearch(prompt: $0, limit: $1, options: options) }
        var active = Array(searches.indices)
        // The first step reads each prompt once; then its beams share the cached rows.
        var scores = try session.scores(prompts).map { [$0] }
        var isFirst = true
        while !active.isEmpty {
            var parents: [Int] = []
            var next: [Int] = []
            var row = 0
            for (place, index) in active.enumerated() {
                let own = isFirst ? [scores[place][0]] : scores[place]
                let chosen = searches[index].step(own, rules)
                if searches[index].goesOn {
                    parents += chosen.map { isFirst ? row : row + $0 }
                    next.append(index)
                }
                row += isFirst ? 1 : options.beamCount
            }
            session.select(parents)
            active = next
            isFirst = false
            guard !active.isEmpty else { break }
            let flat = try session.scores(active.flatMap { index in searches[index].running.map(\.tokens) })
            scores = active.indices.map {
                Array(flat[$0 * options.beamCount..<($0 + 1) * options.beamCount])
            }
        }
        return searches.map(\.result)
    }

    private var result: GeneratedSequence {
        let best = finished[0]
        return GeneratedSequence(
            tokens: Array(best.tokens[promptLength...]),
            isEnded: best.tokens.last.map(options.endIDs.contains) ?? false, score: best.score)
    }

    /// Takes the scores of each beam's next token (of the first beam alone at the first step) and returns
    /// which beam each new one continues.
    private mutating func step(_ scores: [[Float]], _ rules: LogitsProcessor) -> [Int] {
        let vocabulary = scores[0].count
        var sums: [Float] = []
        for (beam, var row) in zip(running, scores) {
            logSoftmax(&row)
            rules.apply(to: &row, tokens: beam.tokens, promptLength: promptLength, limit: limit)
            sums += row.map { $0 + beam.score }
        }
        let length = running[0].tokens.count + 1
        let keep = max(2, 1 + options.endIDs.count) * options.beamCount
        let candidates = LogitsProcessor.largest(min(keep, sums.count), of: sums).map { index, score in
            let token = Int32(index % vocabulary)
            let tokens = running[index / vocabulary].tokens + [token]
            let stops = options.endIDs.contains(token) || length >= limit
            return (beam: Beam(tokens: tokens, score: score), parent: index / vocabulary, stops: stops)
        }
        let order = LogitsProcessor.largest(
            options.beamCount, of: candidates.map { $0.beam.score + ($0.stops ? Self.excluded : 0) })
        finish(candidates.map { ($0.beam, $0.stops) }, length: length - promptLength)
        running = order.map { Beam(tokens: candidates[$0.index].beam.tokens, score: $0.score) }
        decide(length: length - promptLength)
        let isFull = finished.allSatisfy(\.isFinished) && options.earlyStopping == .whenFull
        goesOn = canImprove && !isFull && !candidates.allSatisfy(\.stops)
        return order.map { candidates[$0.index].parent }
    }

    private func normalized(_ score: Float, length: Int) -> Float {
        score / Float(pow(Double(length), options.lengthPenalty))
    }

    /// Puts the candidates that stop among the finished ones, if they are good enough.
    private mutating func finish(_ candidates: [(beam: Beam, stops: Bool)], length: Int) {
        let isFull = finished.allSatisfy(\.isFinished) && options.earlyStopping == .whenFull
        let stopped = candidates.enumerated().map { place, candidate in
            let counts = candidate.stops && place < options.beamCount
            var score = normalized(candidate.beam.score, length: length)
            if isFull { score += Self.excluded }
            if !canImprove { score += Self.excluded }
            if !counts { score += Self.excluded }
            return Beam(tokens: candidate.beam.tokens, score: score, isFinished: counts)
        }
        let merged = finished + stopped
        finished = LogitsProcessor.largest(options.beamCount, of: merged.map(\.score)).map {
            merged[$0.index]
        }
    }

    /// Whether the best running beam could still beat the worst finished one.
    private mutating func decide(length: Int) {
        let isNever = options.earlyStopping == .never && options.lengthPenalty > 0
        let best = normalized(running[0].score, length: isNever ? limit - promptLength : length)
        let worst = finished.map(\.score).min() ?? Self.excluded
        canImprove = canImprove && finished.contains { best > ($0.isFinished ? worst : Self.excluded) }
    }
}
