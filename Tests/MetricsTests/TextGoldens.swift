// Texts with the figures of sacrebleu, rouge_score, pycocoevalcap, NLTK and torch, and those of statistics.

import Foundation
import Metrics
import TestSupport
import Testing

struct TextGoldens: Decodable, Sendable {
    /// A prediction with its references.
    struct Row: Decodable, Sendable {
        let p: String
        let r: [String]
        /// sacrebleu's statistics for each tokenizer: lengths, matches, totals.
        let bleu: [[Int64]]
        let bleuLower: [Int64]
        let bleuScore: Double
        let bleuEffective: Double
        /// sacrebleu's statistics of chrF++: the first 18 are those of chrF.
        let chrf: [Int64]
        /// chrF, chrF++, and chrF++ without case.
        let chrfScores: [Double]
        /// Precision, recall, F1 of ROUGE-1, -2, -L, -Lsum.
        let rouge: [Double]
        /// The same with stems, where it differs.
        let rougeStem: [Double]?
    }

    struct Corpus: Decodable, Sendable {
        /// Start, step and count.
        let rows: [Int]
        let lower: Int
        let effective: Int
        let bleu: Double
        let bp: Double?
        let precisions: [Double]?
        let bleuSignature: String?
        let chrf: Double
        let chrfSignature: String?
        let rougeF1: [Double]
        let distinct: [Double]
    }

    struct CIDEr: Decodable, Sendable {
        let kind: String
        /// Start and count.
        let rows: [Int]
        let score: Double
        let scores: [Double]
        /// Prediction and references, where they are no rows.
        let texts: [[String]]?
    }

    struct Perplexity: Decodable, Sendable {
        let nll: [Double]
        let correct: [Int]
        let perplexity: Double
        let accuracy: Double
    }

    let rows: [Row]
    let corpora: [Corpus]
    let cider: [CIDEr]
    let captionTokens: [[String]]
    let perplexity: [Perplexity]
    let stems: [String: String]

    static let loaded = Result { try decode(TextGoldens.self, from: "text.json.gz") }

    /// The rows of a corpus.
    func rows(of corpus: Corpus) -> [Row] {
        (0..<corpus.rows[2]).map { rows[(corpus.rows[0] + $0 * corpus.rows[1]) % rows.count] }
    }
}

struct StatisticsGoldens: Decodable, Sendable {
    struct AUC: Decodable, Sendable {
        let labels: [Int]
        let scores: [Double]
        let auc: Double?
    }

    struct Probabilities: Decodable, Sendable {
        let p: [[Double]]
        let truth: [Int]
        let ece: Double
        let brier: Double
        let auc: Double?
    }

    struct Sample: Decodable, Sendable {
        let values: [Double]
        let level: Double
        let mean: Double
        let deviation: Double?
        let lower: Double?
        let upper: Double?
    }

    struct Bootstrap: Decodable, Sendable {
        let poisson: Bool
        let seed: String
        let first: String
        let replicates: Int
        let rows: [[Int64]]
        let interval: [Double?]
        let difference: [Double?]
        let observed: Double
        let p: Double
    }

    struct Alpha: Decodable, Sendable {
        let values: [Double]
        /// A string a rater: indices of values, a dot where the rating is missing.
        let ratings: [String]
        let alpha: [Double?]

        /// For each item the raters' indices.
        var items: [[Int?]] {
            let raters = ratings.map { $0.map(\.wholeNumberValue) }
            return raters[0].indices.map { item in raters.map { $0[item] } }
        }
    }

    let auc: [AUC]
    let probabilities: [Probabilities]
    let mcnemar: [[Double?]]
    let wilson: [[Double]]
    let samples: [Sample]
    let quantiles: [[Double]]
    let bootstraps: [Bootstrap]
    let alphas: [Alpha]

    static let loaded = Result { try decode(StatisticsGoldens.self, from: "statistics.json") }
}

private func decode<Goldens: Decodable>(_ type: Goldens.Type, from name: String) throws -> Goldens {
    try JSONDecoder().decode(type, from: expandedGolden("Goldens/\(name)"))
}

/// Records an issue unless `found` is within 1e-9, relative above 1, of the golden; nil stands for NaN.
func expectClose(_ found: Double, _ expected: Double?, _ what: @autoclosure () -> String) {
    guard let expected else {
        #expect(found.isNaN, "\(what()): expected NaN, found \(found)")
        return
    }
    #expect(
        abs(found - expected) <= 1e-9 * max(1, abs(expected)),
        "\(what()): expected \(expected), found \(found)")
}
