// What can be wrong with rows that name images.

internal import Images

extension DatasetsError {
    static func noImagePath(_ source: RowSource, column: String) -> Self {
        Self("\(source): column \"\(column)\" is empty: expected the path of an image.")
    }

    static func imageAddress(_ source: RowSource, column: String, found: String) -> Self {
        Self(
            "\(source): column \"\(column)\" holds the address \"\(excerpt(found))\", but nodes fetch nothing;"
                + " download the image and give its path.")
    }

    static func image(_ source: RowSource, _ error: ImagesError) -> Self {
        Self("\(source): \(error.description)")
    }

    static func onePixel(_ source: RowSource, _ path: String) -> Self {
        Self(
            "\(source): The image \(path) has a single pixel, so there is nothing to see: it stands where an image failed"
                + " to load; replace it or leave the row out.")
    }

    static func emptyCaption(_ source: RowSource, column: String) -> Self {
        Self("\(source): column \"\(column)\" is empty: expected a caption; write one or leave the row out.")
    }

    static func imagesOfManySizes() -> Self {
        Self(
            "The preprocessing leaves images of different sizes, and a batch needs one; set \"size\" to \"height\""
                + " and \"width\", or \"do_center_crop\" to true, in preprocessor_config.json.")
    }
}
