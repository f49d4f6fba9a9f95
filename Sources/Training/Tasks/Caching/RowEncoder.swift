// How a task makes examples of rows, one row at a time: the one way into memory and into a cache.

package import Datasets
internal import JSON

/// Makes examples of the rows of a run. Its value is copied for each stretch of the files that a rank reads,
/// so what it knows of other rows is what it was made with.
package protocol RowEncoder {
    /// Gives `add` the examples of a row, none for one that is left out.
    ///
    /// - Throws: with file and line, when the row cannot be learnt from.
    mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws
    /// What was counted so far.
    var tallies: RowTallies { get }
}

/// What examples are made of, beside the rows: all that a change of must lead to another cache.
package struct EncodingSettings {
    /// What the task reads of the recipe and the model.
    var settings: JSONObject
    /// Folders of tokenizers.
    var tokenizers: [String]
    /// One more than the highest token id.
    var vocabularySize: Int
    /// Tokens that the model makes of each row's image.
    var imageTokenCount = 0
    /// How a stream of tokens is cut when it is read; nil where each row is an example.
    var blocks: (length: Int, isCausal: Bool)?

    init(
        _ settings: JSONObject, tokenizers: [String], vocabularySize: Int, imageTokenCount: Int = 0,
        blocks: (length: Int, isCausal: Bool)? = nil
    ) {
        (self.settings, self.tokenizers, self.vocabularySize) = (settings, tokenizers, vocabularySize)
        (self.imageTokenCount, self.blocks) = (imageTokenCount, blocks)
    }
}
