// Reads a tokenizer from the files of a Hugging Face model directory.

internal import Files
internal import JSON

/// Makes tokenizers from model directories.
package enum TokenizerLoader {
    /// Reads `tokenizer.json`; if that is absent a SentencePiece model (`spiece.model`,
    /// `sentencepiece.bpe.model`, `tokenizer.model`), `vocab.json` with `merges.txt` (byte-level BPE), or
    /// `vocab.txt` (WordPiece). In all cases `tokenizer_config.json`, if present, names the special tokens.
    /// Truncation and padding of tokenizer.json are not applied: the caller decides them.
    ///
    /// - Throws: `TokenizerError` if a file is missing, malformed or contradicts itself, or if the pipeline
    ///   has a component that is not implemented.
    package static func load(directory: String) throws(TokenizerError) -> any Tokenizer {
        let folder = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        guard FileSystem.isDirectory(folder) else {
            throw .missingDirectory(path: directory)
        }
        let configuration = try TokenizerConfiguration.read(folder)
        if let bytes = try contents("\(folder)/tokenizer.json") {
            return try TokenizerFile(bytes, path: "\(folder)/tokenizer.json").tokenizer(configuration)
        }
        for name in SentencePieceFile.names {
            guard let bytes = try contents("\(folder)/\(name)") else { continue }
            return try SentencePieceFile(bytes, path: "\(folder)/\(name)").tokenizer(configuration)
        }
        if let bytes = try contents("\(folder)/vocab.json"),
            let merges = try contents("\(folder)/merges.txt")
        {
            let file = try MergesFile(
                vocabulary: bytes, path: "\(folder)/vocab.json", merges: merges,
                mergesPath: "\(folder)/merges.txt")
            return try file.tokenizer(configuration, modelType: modelType(folder))
        }
        if let bytes = try contents("\(folder)/vocab.txt") {
            return try VocabularyFile(bytes, path: "\(folder)/vocab.txt").tokenizer(configuration)
        }
        throw .missingFiles(directory: folder)
    }

    /// `model_type` of the directory's config.json, if there is one.
    private static func modelType(_ folder: String) throws(TokenizerError) -> String? {
        try TokenizerReader.read("\(folder)/config.json")?["model_type"].ifPresent?.string()
    }

    /// The special tokens that the files of a model directory name, by their key in tokenizer_config.json,
    /// such as `bos_token`, in the order of the roles.
    package static func namedTokens(
        directory: String
    ) throws(TokenizerError) -> [(key: String, token: String)] {
        let roles = try TokenizerConfiguration.read(directory).roles(.none)
        return TokenRole.allCases.compactMap { role in roles[role].map { (role.rawValue, $0) } }
    }

    /// The bytes of a file, or nil if there is none.
    package static func contents(_ path: String) throws(TokenizerError) -> [UInt8]? {
        do {
            return try FileSystem.bytesIfPresent(of: path)
        } catch {
            throw .unreadableFile(path: path, reason: error.reason)
        }
    }
}
