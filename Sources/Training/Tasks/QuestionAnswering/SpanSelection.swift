// Which span of a context is the answer, by the scores of its tokens in all windows.

package import Arguments
internal import Foundation

/// The scores of a window's tokens.
package struct ScoredWindow {
    /// That the answer starts at each token of the window, and that it ends there.
    let starts, ends: [Float]
    /// The tokens of the context, and the Unicode scalars that they stand for.
    let context: Range<Int>
    let scalars: [Range<Int>]

    package init(starts: [Float], ends: [Float], context: Range<Int>, scalars: [Range<Int>]) {
        (self.starts, self.ends, self.context, self.scalars) = (starts, ends, context, scalars)
    }
}

/// A possible answer.
package struct SpanCandidate: Equatable {
    package fileprivate(set) var text: String
    package let start, end: Float
    /// Among the candidates that were kept.
    package fileprivate(set) var probability = 0.0

    var score: Float { start + end }
}

/// The answer to a question.
package struct SpanAnswer: Equatable {
    /// Empty for no answer.
    package let text: String
    package let probability: Double
    /// The best answers, the best first. The empty text is no answer.
    package let candidates: [SpanCandidate]
}

/// Chooses answers as the post-processing of Hugging Face's run_qa: the best starts and ends of every window
/// are combined, and the best combinations of all windows compete. The score of "no answer" is the lowest
/// that a window gives its [CLS].
///
/// Where no window has a combination that stands in the context, the answer is empty; run_qa writes the word
/// "empty".
package struct SpanSelection: Sendable {
    let count: Int
    let maximumLength: Int
    let threshold: Double
    let allowsNoAnswer: Bool

    package init(_ arguments: QuestionAnsweringArguments) {
        count = arguments.nBestSize
        maximumLength = arguments.maxAnswerLength
        threshold = arguments.nullScoreDiffThreshold
        allowsNoAnswer = arguments.version2WithNegative
    }

    /// The answer by the scores of a question's windows, of which there is at least one.
    package func answer(_ windows: [ScoredWindow], context: String) -> SpanAnswer {
        var found: [(place: Range<Int>?, candidate: SpanCandidate)] = windows.flatMap(spans)
        let null = windows.map { SpanCandidate(text: "", start: $0.starts[0], end: $0.ends[0]) }
            .enumerated().min { ($0.element.score, $0.offset) < ($1.element.score, $1.offset) }?.element
        if allowsNoAnswer, let null { found.append((nil, null)) }
        let order = found.indices.sorted {
            (found[$1].candidate.score, $0) < (found[$0].candidate.score, $1)
        }
        var kept = order.prefix(count).map { found[$0] }
        if allowsNoAnswer, let null, !kept.contains(where: { $0.place == nil }) { kept.append((nil, null)) }
        let scalars = Array(context.unicodeScalars)
        var candidates = kept.map { place, candidate in
            var candidate = candidate
            if let place { candidate.text = Self.text(scalars, place) }
            return candidate
        }
        Self.setProbabilities(&candidates)
        let none = candidates.first { $0.text.isEmpty }
        guard let best = candidates.first(where: { !$0.text.isEmpty }) else {
            return SpanAnswer(text: "", probability: none?.probability ?? 0, candidates: candidates)
        }
        if allowsNoAnswer, let null, Double(null.score - best.start - best.end) > threshold {
            return SpanAnswer(text: "", probability: none?.probability ?? 0, candidates: candidates)
        }
        return SpanAnswer(text: best.text, probability: best.probability, candidates: candidates)
    }

    /// The combinations of a window's best starts and ends that stand in its context.
    private func spans(of window: ScoredWindow) -> [(place: Range<Int>?, candidate: SpanCandidate)] {
        let ends = best(window.ends).filter(window.context.contains)
        return best(window.starts).filter(window.context.contains).flatMap { start in
            ends.compactMap { end in
                guard end >= start, end - start < maximumLength else { return nil }
                let first = window.scalars[start - window.context.lowerBound].lowerBound
                let last = window.scalars[end - window.context.lowerBound].upperBound
                return (
                    first..<max(first, last),
                    SpanCandidate(text: "", start: window.starts[start], end: window.ends[end])
                )
            }
        }
    }

    /// The places of the highest scores, the highest first; of equals the last.
    private func best(_ scores: [Float]) -> [Int] {
        Array(scores.indices.sorted { (scores[$1], $1) < (scores[$0], $0) }.prefix(count))
    }

    private static func text(_ scalars: [Unicode.Scalar], _ place: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[place])
        return String(text)
    }

    /// The softmax of the scores.
    private static func setProbabilities(_ candidates: inout [SpanCandidate]) {
        let largest = Double(candidates.map(\.score).max() ?? 0)
        let powers = candidates.map { exp(Double($0.score) - largest) }
        let sum = powers.reduce(0, +)
        for index in candidates.indices { candidates[index].probability = powers[index] / sum }
    }
}
