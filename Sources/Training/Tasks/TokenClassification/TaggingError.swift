// What can be wrong with rows of tagged words or marked spans.

package import Datasets
internal import Phrases

/// A mistake in a row of token classification.
package enum TaggingError: Error, Equatable {
    /// A value of another form than the column is for.
    case wrongType(RowSource, column: String, expected: String, found: String)
    /// Another number of tags than of words.
    case tagCount(RowSource, column: String, tags: Int, words: Int)
    /// No tag of BIO, IOBES or BILOU.
    case noTag(RowSource, column: String, tag: String)
    /// A tag or label that training did not see.
    case unknownTag(RowSource, column: String, tag: String, known: [String])
    /// Numbers for tags, whose names stand nowhere.
    case unnamedTags(RowSource, column: String)
    /// A number that no tag has.
    case tagNumber(RowSource, column: String, number: Int, count: Int)
    /// A span that is empty or reaches outside the text.
    case spanOutside(RowSource, start: Int, end: Int, length: Int)
    /// Two spans that share characters.
    case overlappingSpans(RowSource, first: Range<Int>, second: Range<Int>)
    /// Nothing to learn from.
    case noWords(RowSource)
    /// No entity in all training rows.
    case noEntities(column: String)
    /// A model whose labels are no tags.
    case noTagger(String, label: String)
}

extension TaggingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongType(let source, let column, let expected, let found):
            "\(source): column \"\(column)\": expected \(expected), found \(found)."
        case .tagCount(let source, let column, let tags, let words):
            "\(source): column \"\(column)\" has \(tags, "tag") for \(words, "word"); give every word one "
                + "tag."
        case .noTag(let source, let column, let tag):
            "\(source): column \"\(column)\": \"\(tag)\" is no tag; write O, or B-, I-, E-, S-, L- or U-"
                + " before a label, such as B-PER."
        case .unknownTag(let source, let column, let tag, let known):
            "\(source): column \"\(column)\": unknown tag \"\(tag)\"; the known tags are"
                + " \(known.joined(separator: ", ")). Correct the row, or train on data that has this tag."
        case .unnamedTags(let source, let column):
            "\(source): column \"\(column)\" holds numbers without names; write the tags' names, or put a"
                + " dataset_info.json with features.\(column).feature.names beside the file."
        case .tagNumber(let source, let column, let number, let count):
            "\(source): column \"\(column)\": no tag has the number \(number); the "
                + "\(count, "tag has", "tags have")"
                + " the numbers from 0 to \(count - 1)."
        case .spanOutside(let source, let start, let end, let length):
            "\(source): the span from \(start) to \(end) does not lie in the text of \(length)"
                + " characters; start counts from 0 and end is behind the last character."
        case .overlappingSpans(let source, let first, let second):
            "\(source): the spans from \(first.lowerBound) to \(first.upperBound) and from"
                + " \(second.lowerBound) to \(second.upperBound) overlap; keep one of them."
        case .noWords(let source):
            "\(source): the row has no word to tag; remove it."
        case .noEntities(let column):
            "Column \"\(column)\" marks no entity in any training row, so there is nothing to learn;"
                + " mark some, or set label_column to the column that does."
        case .noTagger(let directory, let label):
            "\(directory) holds a model whose label \"\(label)\" is no tag such as O or B-PER; give one"
                + " that was trained by task: token-classification."
        }
    }
}
