// An encoder–decoder's answers to rows: the texts that it writes.

package import Datasets
package import Evaluation
package import Generation
internal import JSON
internal import Layers
package import Models

/// Writes a text for each row; greedily, by sampling or by beam search, as the options say.
package final class SequenceToSequencePredictor: Predictor {
    private let model: any SequenceToSequenceModel
    private let reader: any SequenceToSequenceReader
    private let options: GenerationOptions
    private let workspace = Workspace()

    package init(
        model: any SequenceToSequenceModel, reader: any SequenceToSequenceReader, options: GenerationOptions
    ) {
        self.model = model
        self.reader = reader
        self.options = options
    }

    package func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let numbers = rows.indices.map { UInt64(firstNumber + $0) }
        let sources = try reader.sources(of: rows, sampleIDs: numbers)
        var options = options
        // Sampling draws by the place in a batch: each batch gets numbers of its own.
        options.seed &+= UInt64(firstNumber)
        let written = try Generator.generate(model, sources: sources, options: options)
        let losses =
            findsLoss
            ? model.sequenceLossSums(
                sources: sources, targets: try rows.map(reader.target), workspace: workspace)
            : nil
        return rows.indices.map { row in
            RowPrediction(
                prediction: .string(reader.text(of: written[row].tokens)),
                score: written[row].score.map { .real($0) }, loss: losses.map { RowLoss($0[row]) })
        }
    }

    package func input(of row: Row) throws -> String { try reader.input(of: row) }
    package func references(of row: Row) throws -> [String] { try reader.references(of: row) }
}
