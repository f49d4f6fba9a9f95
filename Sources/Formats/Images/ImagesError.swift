// What can be wrong with a user's images: one sentence each on what, where and what to do.

/// An error in an image file or in how images are to be prepared, with a message that is ready to be shown.
package struct ImagesError: Error, CustomStringConvertible, Sendable, Hashable {
    /// What is wrong, where, what was expected and found, and what to do.
    package let description: String

    init(_ description: String) { self.description = description }
}

// MARK: - Files

extension ImagesError {
    static func noSuchFile(_ path: String) -> Self {
        Self("No such image: \(path). Image paths are relative to the folder of the file that names them.")
    }

    static func unreadable(_ path: String, _ reason: String) -> Self {
        Self("The image \(path) cannot be read: \(reason).")
    }

    static func empty(_ path: String) -> Self {
        Self("The image \(path) is an empty file; copy it again.")
    }

    static func unknownFormat(_ path: String, looksLike name: String?) -> Self {
        let found = name.map { "is a \($0) file" } ?? "starts like neither"
        return Self("\(path) is no PNG or JPEG image: it \(found); convert it to PNG or JPEG.")
    }

    static func broken(_ path: String, format: String, _ reason: String) -> Self {
        Self("The \(format) image \(path) is broken: \(reason); copy it again or leave it out.")
    }

    static func tooLarge(_ path: String, width: Int, height: Int, limit: Int) -> Self {
        Self(
            "The image \(path) claims \(width) × \(height) pixels, more than the \(limit) that are decoded;"
                + " scale it down or leave it out.")
    }
}

// MARK: - Preparation

extension ImagesError {
    static func notJSON(_ file: String, _ reason: String) -> Self {
        Self("\(file) is no valid JSON object: \(reason).")
    }

    static func badValue(_ key: String, found: String, expected: String, in file: String) -> Self {
        Self("\(file): \"\(key)\" is \(found), expected \(expected).")
    }

    static func unsupportedProcessor(_ name: String, known: [String], in file: String) -> Self {
        Self(
            "\(file): the image processor \"\(name)\" is not supported; known are"
                + " \(known.joined(separator: ", ")) with or without Fast.")
    }
}
