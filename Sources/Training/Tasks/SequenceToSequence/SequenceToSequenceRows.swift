// What a sequence-to-sequence task reads: sources of any kind, texts or images, and targets that are texts.

package import Datasets
package import Layers

/// Turns rows into sources and targets, one row at a time; for prediction and for what is read before
/// training.
package protocol SequenceToSequenceReader: AnyObject {
    /// The sources of `rows` as the encoder reads them, sequence s being row s, checked against the model.
    /// `sampleIDs` number the rows.
    ///
    /// Throws when a row lacks a column or does not fit the model; the message names file and line.
    func sources(of rows: [Row], sampleIDs: [UInt64]) throws -> TokenBatch
    /// The tokens that the decoder is to write for a row, the end token included. Throws when the row has no
    /// target.
    func target(of row: Row) throws -> [Int32]
    /// What a person is shown as the row's input: its text, or the path of its image.
    func input(of row: Row) throws -> String
    /// The texts that a person wrote for the row. Throws when it has none.
    func references(of row: Row) throws -> [String]
    /// The text of what the decoder wrote.
    func text(of tokens: [Int32]) -> String
}

/// Rows with their targets, ready for training and evaluation; row r is row r of `examples`.
package protocol SequenceToSequenceRows: AnyObject {
    /// An example a row. Its tokens say how long the row is when rows are scattered to batches and counted;
    /// what the encoder reads may be something else, such as an image.
    var examples: TokenizedDataset { get }
    /// The tokens of all rows' targets.
    var targetCount: Int { get }
    /// The tokens that the decoder is to write for a row, the end token included.
    func target(of row: Int) -> [Int32]
    /// The texts that a person wrote for a row.
    func references(of row: Int) -> [String]
    /// The sources of rows as the encoder reads them. `epoch`, from 0, is that of a training pass, which may
    /// change them at random; nil for an evaluation.
    func sources(of rows: [Int], epoch: Int?) throws -> TokenBatch
    /// Reads what rows name while a step runs, from any thread; nil where they have all that a step needs.
    var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { get }
}

extension SequenceToSequenceRows {
    package var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { nil }
}
