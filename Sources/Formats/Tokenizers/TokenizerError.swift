// Everything that can be wrong with a tokenizer's files, each with a sentence that says what to do.

/// Why a tokenizer could not be loaded.
package enum TokenizerError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The model directory is not there.
    case missingDirectory(path: String)
    /// The directory has neither tokenizer.json nor spiece.model nor vocab.json with merges.txt nor
    /// vocab.txt.
    case missingFiles(directory: String)
    /// A file is there but cannot be read.
    case unreadableFile(path: String, reason: String)
    /// A file is no valid JSON, or no valid UTF-8.
    case malformedJSON(path: String, line: Int, column: Int, reason: String)
    /// A file is no SentencePiece model; `byte` is where that shows.
    case malformedModel(path: String, byte: Int, reason: String)
    /// A key of a file is absent or holds a value of another kind.
    case invalidValue(path: String, key: String, expected: String, found: String)
    /// A part of the pipeline is of a kind that is not implemented.
    case unsupportedComponent(path: String, component: String, found: String, supported: String)
    /// A token that the tokenizer cannot do without is not in the vocabulary.
    case missingToken(path: String, token: String, role: String)
    /// Two entries of a file contradict each other about an id.
    case conflictingToken(path: String, token: String, id: Int, detail: String)

    package var description: String {
        switch self {
        case .missingDirectory(let path):
            "There is no model directory '\(path)'. Give the path of a directory that holds tokenizer.json or vocab.txt."
        case .missingFiles(let directory):
            "'\(directory)' holds neither tokenizer.json nor vocab.txt nor vocab.json with merges.txt nor "
                + "spiece.model. "
                + "Copy the tokenizer files of the pretrained model there."
        case .unreadableFile(let path, let reason):
            "'\(path)' cannot be read: \(reason). Check that it is a file and its permissions."
        case .malformedJSON(let path, let line, let column, let reason):
            "'\(path)' is not valid JSON at line \(line), column \(column): \(reason). Fetch the file again."
        case .malformedModel(let path, let byte, let reason):
            "'\(path)' is not a SentencePiece model: \(reason) (at byte \(byte)). Fetch the file again."
        case .invalidValue(let path, let key, let expected, let found):
            "'\(path)': \(key) must be \(expected), found \(found). Correct it or fetch the file again."
        case .unsupportedComponent(let path, let component, let found, let supported):
            "'\(path)': \(component) \(found) is not supported. Supported: \(supported)."
        case .missingToken(let path, let token, let role):
            "'\(path)': the vocabulary has no '\(token)', which is \(role). "
                + "Add it to the vocabulary or name the right token."
        case .conflictingToken(let path, let token, let id, let detail):
            "'\(path)': token '\(token)' with id \(id) contradicts the vocabulary: \(detail). "
                + "Use the files of one model."
        }
    }
}
