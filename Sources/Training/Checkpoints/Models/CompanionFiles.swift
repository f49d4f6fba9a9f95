// Files of a second directory that belong beside a model's weights: a decoder's tokenizer, an image
// processor.

internal import Foundation

/// The tokenizer's and processor's files of a directory, and where they go beside a model.
package struct CompanionFiles: Sendable, Equatable {
    /// Folder in the directory of an encoder–decoder that holds the decoder's tokenizer when it is another
    /// than the encoder's.
    package static let decoderFolder = "decoder_tokenizer"

    package let directory: String
    /// Folder in the model's directory; nil for the directory itself, where no file is replaced.
    package let folder: String?

    package init(directory: String, folder: String?) {
        self.directory = directory
        self.folder = folder
    }

    /// Copies the files into the model directory `target`.
    package func write(to target: String) throws(CheckpointError) {
        guard let folder else {
            for name in names where !DurableFiles.exists(target + "/" + name) {
                try DurableFiles.write(
                    DurableFiles.bytes(of: directory + "/" + name), to: target + "/" + name)
            }
            return
        }
        try DurableFiles.createDirectory(target + "/" + folder)
        try ModelDirectory.copyTokenizer(from: directory, to: target + "/" + folder)
        try DurableFiles.synchronize(target + "/" + folder)
    }

    private var names: [String] {
        ModelDirectory.tokenizerFiles.filter { DurableFiles.exists(directory + "/" + $0) }
    }

    /// Whether two directories hold the same tokenizer: the same files of a vocabulary with the same bytes.
    package static func isSameTokenizer(
        _ first: String, _ second: String
    ) throws(CheckpointError) -> Bool {
        for name in [
            "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "spiece.model",
            "sentencepiece.bpe.model", "tokenizer.model",
        ] {
            let paths = [first, second].map { $0 + "/" + name }
            let exist = paths.map(DurableFiles.exists)
            guard exist[0] == exist[1] else { return false }
            if exist[0], try DurableFiles.bytes(of: paths[0]) != DurableFiles.bytes(of: paths[1]) {
                return false
            }
        }
        return true
    }
}
