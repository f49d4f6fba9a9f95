// What is done to a token's scores before one is chosen, in the order of Hugging Face's logits processors.

internal import Foundation

/// The rules of a generation over the scores of the next token.
struct LogitsProcessor {
    let options: GenerationOptions

    /// Changes the scores of the token that follows `tokens`, whose first `promptLength` are the prompt and
    /// which may become `limit`: repetition penalty, no repeated n-gram, no bad word, no early end, forced
    /// tokens, suppressed tokens.
    func apply(to scores: inout [Float], tokens: [Int32], promptLength: Int, limit: Int) {
        if options.repetitionPenalty != 1 {
            let penalty = Float(options.repetitionPenalty)
            for token in Set(tokens) where scores.indices.contains(Int(token)) {
                let score = scores[Int(token)]
                scores[Int(token)] = score < 0 ? score * penalty : score / penalty
            }
        }
        if options.noRepeatNGramSize > 0 { banRepeatedNGrams(&scores, tokens) }
        for word in options.badWords { ban(word, &scores, tokens) }
        if tokens.count < options.minimumLength || tokens.count - promptLength < options.minimumNewTokens {
            for end in options.endIDs where scores.indices.contains(Int(end)) {
                scores[Int(end)] = -.infinity
            }
        }
        if let begin = options.forcedBeginID, tokens.count == 1 { force([begin], &scores) }
        if !options.forcedEndIDs.isEmpty, tokens.count == limit - 1 { force(options.forcedEndIDs, &scores) }
        suppress(options.suppressedIDs, &scores)
        // A forced first token is no choice: the text begins behind it.
        let begin = promptLength + (promptLength == 1 && options.forcedBeginID != nil ? 1 : 0)
        if tokens.count == begin { suppress(options.suppressedBeginIDs, &scores) }
    }

    private func force(_ ids: [Int32], _ scores: inout [Float]) {
        for index in scores.indices { scores[index] = -.infinity }
        for id in ids where scores.indices.contains(Int(id)) { scores[Int(id)] = 0 }
    }

    private func suppress(_ ids: [Int32], _ scores: inout [Float]) {
        for id in ids where scores.indices.contains(Int(id)) { scores[Int(id)] = -.infinity }
    }

    /// Excludes the last token of a bad word whose other tokens were just written. An end is no bad word.
    private func ban(_ word: [Int32], _ scores: inout [Float], _ tokens: [Int32]) {
        guard let last = word.last, scores.indices.contains(Int(last)) else { return }
        if word.count == 1, options.endIDs.contains(last) { return }
        if tokens.suffix(word.count - 1).elementsEqual(word.dropLast()) { scores[Int(last)] = -.infinity }
    }

    /// Whether `apply` may do anything to a sequence of this length.
    func changesScores(length: Int, promptLength: Int) -> Bool {
        options.repetitionPenalty != 1 || options.noRepeatNGramSize > 0 || !options.badWords.isEmpty
            || options.forcedBeginID != nil || !options.forcedEndIDs.isEmpty
            || !options.suppressedIDs.isEmpty || !options.suppressedBeginIDs.isEmpty
            || length < options.minimumLength || length - promptLength < options.minimumNewTokens
    }

    private func banRepeatedNGrams(_ scores: inout [Float], _ tokens: [Int32]) {
        let size = options.noRepeatNGramSize
        guard tokens.count + 1 >= size else { return }
        let beginning = tokens[(tokens.count + 1 - size)...]
        for start in 0..<max(0, tokens.count - size + 1)
        where tokens[start..<start + size - 1].elementsEqual(beginning) {
            scores[Int(tokens[start + size - 1])] = -.infinity
        }
    }

    // MARK: Sampling

    /// Temperature, top-k and top-p: what is left out becomes −∞.
    func warp(_ scores: inout [Float]) {
        if options.temperature != 1 {
            let temperature = Float(options.temperature)
            for index in scores.indices { scores[index] /= temperature }
        }
        if options.topK > 0, options.topK < scores.count {
            let threshold = Self.largest(options.topK, of: scores).last?.score ?? -.infinity
            for index in scores.indices where scores[index] < threshold { scores[index] = -.infinity }
        }
        if options.topP < 1 { keepMostLikely(&scores) }
    }

    /// Leaves out the least likely tokens whose probabilities together are at most 1 − p; the most likely
    /// stays.
    private func keepMostLikely(_ scores: inout [Float]) {
        let maximum = scores.max() ?? 0
        let weights = scores.map { $0 > -.infinity ? exp($0 - maximum) : 0 }
        let total = weights.reduce(0, +)
        let left = Float(1 - options.topP)
        // Most of a vocabulary is so unlikely that it is left out together, unsorted; the rest is few.
        let negligible = total * 1e-7
        var cumulative = weights.reduce(0) { $1 < negligible ? $0 + $1 / total : $0 }
        let sortsAll = cumulative > left
        if sortsAll { cumulative = 0 }
        let sorted = scores.indices.filter {
            scores[$0] > -.infinity && (sortsAll || weights[$0] >= negligible)
        }
        .sorted { scores[$0] < scores[$1] }
        guard !sorted.isEmpty else { return }
        if !sortsAll {
            for index in scores.indices where weights[index] < negligible { scores[index] = -.infinity }
        }
        for index in sorted.dropLast() {
            cumulative += weights[index] / total
            if cumulative <= left { scores[index] = -.infinity }
        }
    }

    /// The token at which the cumulative probability passes `uniform`, a number in [0, 1).
    static func sample(_ scores: [Float], uniform: Double) -> Int32 {
        let maximum = scores.max() ?? 0
        let weights = scores.map { $0 > -.infinity ? exp(Double($0 - maximum)) : 0 }
        let goal = uniform * weights.reduce(0, +)
        var sum = 0.0
        for (index, weight) in weights.enumerated() where weight > 0 {
            sum += weight
            if sum > goal { return Int32(index) }
        }
        return Int32(weights.lastIndex { $0 > 0 } ?? 0)
    }

    /// The first token with the largest score.
    static func mostLikely(_ scores: [Float]) -> Int32 {
        var best = 0
        for index in scores.indices where scores[index] > scores[best] { best = index }
        return Int32(best)
    }

    /// The `count` largest scores with their indices, largest first, the first of equals first.
    static func largest(_ count: Int, of scores: [Float]) -> [(index: Int, score: Float)] {
        var found: [(index: Int, score: Float)] = []
        for (index, score) in scores.enumerated() {
            if found.count == count, let last = found.last, score <= last.score { continue }
            let place = found.partitioningIndex { $0.score < score }
            found.insert((index, score), at: place)
            if found.count > count { found.removeLast() }
        }
        return found
    }
}

extension Array {
    /// The first index whose element satisfies `predicate`, which holds for all behind it.
    func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// log softmax of the scores, in place.
func logSoftmax(_ scores: inout [Float]) {
    let maximum = scores.max() ?? 0
    let total = scores.reduce(0.0) { $0 + exp(Double($1 - maximum)) }
    let logarithm = Float(log(total))
    for index in scores.indices { scores[index] = scores[index] - maximum - logarithm }
}

extension GenerationOptions {
    /// The probabilities of a vocabulary when sampling from these scores, for tests.
    package func probabilities(_ scores: [Float]) -> [Double] {
        var scores = scores
        LogitsProcessor(options: self).warp(&scores)
        let maximum = scores.max() ?? 0
        let weights = scores.map { exp(Double($0 - maximum)) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    /// The token that a uniform number draws from these scores, for tests.
    package func draw(_ scores: [Float], uniform: Double) -> Int32 {
        var scores = scores
        LogitsProcessor(options: self).warp(&scores)
        return LogitsProcessor.sample(scores, uniform: uniform)
    }
}
