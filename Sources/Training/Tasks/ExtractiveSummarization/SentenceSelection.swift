// Which sentences make an extractive summary: the best by score, by an oracle, or the first.

internal import Metrics

/// Chooses sentences by their scores, as BERTSum does (Liu and Lapata 2019, section 3.3).
package struct SentenceSelection: Sendable, Equatable {
    /// Most sentences that are chosen.
    package var maximumCount: Int
    /// Whether a sentence is left out when it has three words in a row that a chosen one has.
    package var blocksTrigrams: Bool

    package init(maximumCount: Int, blocksTrigrams: Bool) {
        self.maximumCount = maximumCount
        self.blocksTrigrams = blocksTrigrams
    }

    /// The sentences with the highest scores, the first of equals first, in the order of the document.
    package func chosen(scores: [Double], sentences: [String]) -> [Int] {
        precondition(scores.count == sentences.count, "expected one score a sentence")
        var chosen: [Int] = []
        var seen: Set<[String]> = []
        for index in scores.indices.sorted(by: { (-scores[$0], $0) < (-scores[$1], $1) }) {
            guard chosen.count < maximumCount else { break }
            if blocksTrigrams {
                let trigrams = Self.trigrams(sentences[index])
                guard seen.isDisjoint(with: trigrams) else { continue }
                seen.formUnion(trigrams)
            }
            chosen.append(index)
        }
        return chosen.sorted()
    }

    /// Runs of three words, a word being a run of letters and digits in lower case.
    private static func trigrams(_ sentence: String) -> Set<[String]> {
        let words = sentence.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        guard words.count >= 3 else { return [] }
        return Set((0...words.count - 3).map { Array(words[$0..<$0 + 3]) })
    }

    /// The sentences that a greedy search finds to have the highest ROUGE-1 plus ROUGE-2 F1 against the
    /// reference: one after another, each the one that adds most, the first of equals, until none adds
    /// anything. In the order of the document.
    package static func oracle(
        sentences: [String], reference: String, maximumCount: Int
    ) -> [Int] {
        let rouge = ExtractiveRouge(sentences: sentences, reference: reference)
        var chosen: [Int] = []
        var best = 0.0
        while chosen.count < maximumCount {
            var found: [Int]?
            for index in sentences.indices where !chosen.contains(index) {
                let candidate = (chosen + [index]).sorted()
                let scores = rouge.scores(of: candidate)
                let sum = scores.rouge1.f1 + scores.rouge2.f1
                if sum > best { (found, best) = (candidate, sum) }
            }
            guard let found else { break }
            chosen = found
        }
        return chosen
    }

    /// Sentences as one text, each on a line of its own.
    package static func text(_ chosen: [Int], of sentences: [String]) -> String {
        chosen.map { sentences[$0] }.joined(separator: "\n")
    }
}

/// What simpler ways make of a document: figures that a trained summarizer has to beat, and the limit above
/// it.
package struct SummaryBaselines: Sendable, Equatable {
    /// The first sentences.
    package let lead: String
    /// The sentences that a greedy search with the reference in hand chooses.
    package let oracle: String

    package init(sentences: [String], reference: String, maximumCount: Int) {
        lead = SentenceSelection.text(Array(0..<min(maximumCount, sentences.count)), of: sentences)
        oracle = SentenceSelection.text(
            SentenceSelection.oracle(
                sentences: sentences, reference: reference, maximumCount: maximumCount),
            of: sentences)
    }
}
