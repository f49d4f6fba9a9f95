// Rows that name an image file, and captions beside them.

package import Images

/// An image that a row names.
package struct ImageRow: Sendable, Hashable {
    /// Where the file is: relative paths of the row are taken from the folder of the row's file.
    package let path: String
    package let source: RowSource

    /// - Parameter name: the path as the row states it.
    package init(_ name: String, source: RowSource) {
        self.source = source
        guard !name.hasPrefix("/"), let slash = source.file.lastIndex(of: "/") else {
            path = name
            return
        }
        path = source.file[...slash] + name
    }

    /// The image that a row names in `column`; `key` is the recipe key that names the column.
    /// - Throws: if the row has no such column, or no path in it.
    package init(_ row: Row, column: String, key: String = "image_column") throws(DatasetsError) {
        let name = try row.text(in: column, key: key)
        guard !name.isEmpty else { throw .noImagePath(row.source, column: column) }
        for scheme in ["http://", "https://", "data:"] where name.lowercased().hasPrefix(scheme) {
            throw .imageAddress(row.source, column: column, found: name)
        }
        self.init(name, source: row.source)
    }

    /// Decodes the file.
    /// - Throws: if it is missing, broken, too large, of an unknown format or of one pixel; the message names
    ///   row and file.
    package func image() throws(DatasetsError) -> PixelImage {
        let image: PixelImage
        do {
            image = try PixelImage(path: path)
        } catch { throw .image(source, error) }
        guard image.width > 1 || image.height > 1 else { throw .onePixel(source, path) }
        return image
    }
}

/// A row of a captioning data set.
package struct CaptionExample: Sendable, Hashable {
    package let image: ImageRow
    /// As the row states it, without white space at the ends.
    package let caption: String

    package var source: RowSource { image.source }

    /// - Throws: if the row lacks a column, or the path or the caption is empty or no string.
    package init(
        _ row: Row, imageColumn: String = "image", captionColumn: String = "caption"
    ) throws(DatasetsError) {
        image = try ImageRow(row, column: imageColumn)
        let text = try row.text(in: captionColumn, key: "caption_column")
        caption = text.trimmed
        guard !caption.isEmpty else { throw .emptyCaption(row.source, column: captionColumn) }
    }

    /// All rows of the files that `patterns` name, in order; no image is opened yet.
    /// - Throws: what reading rows throws, and what a row lacks.
    package static func read(
        patterns: [String], imageColumn: String = "image", captionColumn: String = "caption"
    ) throws(DatasetsError) -> [CaptionExample] {
        var examples: [CaptionExample] = []
        try RowReader(patterns: patterns).forEachRow { (row) throws(DatasetsError) in
            examples.append(
                try CaptionExample(row, imageColumn: imageColumn, captionColumn: captionColumn))
        }
        return examples
    }
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
