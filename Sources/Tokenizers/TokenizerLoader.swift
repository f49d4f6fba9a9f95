// Reads a tokenizer from the files of a Hugging Face model directory.

import Foundation

/// Makes tokenizers from model directories.
public enum TokenizerLoader {
    /// Reads `tokenizer.json`, or `vocab.txt` if that is absent; in both cases `tokenizer_config.json`, if present,
    /// names the special tokens. Truncation and padding of tokenizer.json are not applied: the caller decides them.
    ///
    /// - Throws: `TokenizerError` if a file is missing, malformed or contradicts itself, or if the pipeline has a
    ///   component that is not implemented.
    public static func load(directory: String) throws(TokenizerError) -> any Tokenizer {
        let folder = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        guard FileManager.default.fileExists(atPath: "\(folder)/.") else {
            throw .missingDirectory(path: directory)
        }
        let configuration = try TokenizerConfiguration.read(folder)
        if let bytes = try contents("\(folder)/tokenizer.json") {
            return try TokenizerFile(bytes, path: "\(folder)/tokenizer.json").tokenizer(configuration)
        }
        if let bytes = try contents("\(folder)/vocab.txt") {
            return try VocabularyFile(bytes, path: "\(folder)/vocab.txt").tokenizer(configuration)
        }
        throw .missingFiles(directory: folder)
    }

    /// The bytes of a file, or nil if there is none.
    static func contents(_ path: String) throws(TokenizerError) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .unreadableFile(path: path, reason: error.localizedDescription)
        }
    }
}
