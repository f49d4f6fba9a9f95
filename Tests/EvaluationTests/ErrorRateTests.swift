// Word and character error rates against jiwer (see Goldens/generate.py).

import DataParallel
import Evaluation
import Foundation
import JSON
import Metrics
import TestSupport
import Testing

@Suite struct ErrorRateTests {
    private struct Golden: Decodable {
        struct Row: Decodable {
            let reference: String
            let prediction: String
            let edits: [Int]
            let wer: Double
            let cer: Double
        }

        let rows: [Row]
        let wer: Double
        let cer: Double
    }

    private func golden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: expandedGolden("Goldens/error_rates.json.gz"))
    }

    /// The figures of texts that were written, by name.
    private func figures(_ rows: [(prediction: String, references: [String])]) throws -> [String: Double] {
        let evaluation = RowEvaluation(.texts(), group: SoloProcessGroup(), seed: 1, detail: .figures)
        for (number, row) in rows.enumerated() {
            try evaluation.add(
                PredictedRow(
                    number: number, prediction: .string(row.prediction), references: row.references))
        }
        return Dictionary(uniqueKeysWithValues: try evaluation.finish().metrics.map { ($0.name, $0.value) })
    }

    @Test("distances in words and characters are jiwer's, on both sides of the blocks of 64")
    func distances() throws {
        let rows = try golden().rows
        #expect(rows.count >= 200)
        for row in rows {
            let words = EditDistance.between(
                row.reference.split(separator: " "), row.prediction.split(separator: " "))
            let scalars = EditDistance.between(
                Array(row.reference.unicodeScalars), Array(row.prediction.unicodeScalars))
            #expect([words, scalars] == row.edits, "\(row.reference)")
        }
    }

    @Test("the rates of each row and of all rows are jiwer's")
    func rates() throws {
        let golden = try golden()
        for row in golden.rows.prefix(40) {
            let found = try figures([(row.prediction, [row.reference])])
            #expect(found["wer"] == row.wer)
            #expect(found["cer"] == row.cer)
        }
        let all = try figures(golden.rows.map { ($0.prediction, [$0.reference]) })
        #expect(all["wer"] == golden.wer)
        #expect(all["cer"] == golden.cer)
    }

    @Test("of several references the one with the lowest rate counts")
    func references() throws {
        let found = try figures([("a b c d", ["x y", "a b c e", "a b c d e f g h"])])
        #expect(found["wer"] == 0.25)
    }

    @Test("both rates are known before a row was seen, and lower is better")
    func descriptions() {
        let known = RowEvaluation.descriptions(.texts())
        for name in ["wer", "cer"] {
            #expect(known.first { $0.name == name }?.direction == .lowerIsBetter)
        }
    }
}
